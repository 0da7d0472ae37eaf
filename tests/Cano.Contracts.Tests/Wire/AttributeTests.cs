using System.Reflection;
using Cano.Contracts.Tests.Samples;
using Orleans.Runtime;

namespace Cano.Contracts.Tests.Wire;

/// <summary>What every type of the wire and of the rows must say of itself, so that its members and its name can change in the sources without changing in the bytes.</summary>
public sealed class AttributeTests
{
    public static TheoryData<Type> Types => [.. Sample.Types];

    public static TheoryData<Type> Enums =>
    [
        .. Sample.Types.SelectMany(Described.FieldsOf).Select(one => Nullable.GetUnderlyingType(one.Field.FieldType) ?? one.Field.FieldType).Where(type => type.IsEnum).Distinct(),
    ];

    [Theory]
    [MemberData(nameof(Types))]
    public void Type_HasAnAlias_ThatIsItsOwn(Type type)
    {
        string? alias = Sample.AliasOf(type);

        Assert.NotNull(alias);
        Assert.Equal([type], Sample.Types.Where(other => Sample.AliasOf(other) == alias));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Ids_WithinAType_AreThereOnce(Type type)
    {
        uint[] ids = [.. type
            .GetMembers(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            .Select(member => member.GetCustomAttribute<IdAttribute>())
            .OfType<IdAttribute>()
            .Select(id => id.Id)];

        Assert.Equal(ids.Distinct(), ids);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Data_OfAType_HasIds(Type type)
    {
        IEnumerable<string> without = Described.FieldsOf(type).Where(field => field.Member.GetCustomAttribute<IdAttribute>() is null).Select(field => field.Member.Name);

        Assert.True(!without.Any(), $"{type}: no [Id] on {string.Join(", ", without)}, so it would not arrive.");
    }

    /// <summary>Only what can change after it was made needs to be copied on its way to a grain of the same silo.</summary>
    [Theory]
    [MemberData(nameof(Types))]
    public void Type_ThatIsNoException_IsImmutable(Type type) =>
        Assert.True(type.IsAssignableTo(typeof(Exception)) || type.IsDefined(typeof(ImmutableAttribute), inherit: false), $"{type} has no [Immutable].");

    [Theory]
    [MemberData(nameof(Types))]
    public void Type_ThatCanBeMade_HasASample(Type type) => Assert.True(type.IsAbstract || Sample.Has(type), $"Add a sample of {type} to {nameof(Samples)}.");

    [Theory]
    [MemberData(nameof(Types))]
    public void Sample_OfAType_HasSomethingInEveryMember(Type type)
    {
        if (!type.IsAbstract)
        {
            IEnumerable<string> empty = Described.FieldsOf(type).Where(field => IsDefault(field.Field, Sample.Of(type))).Select(field => field.Member.Name);

            Assert.True(!empty.Any(), $"The sample of {type} says nothing of {string.Join(", ", empty)}.");
        }
    }

    /// <summary>Numbers are what is stored: a member that is moved would turn into another.</summary>
    [Theory]
    [MemberData(nameof(Enums))]
    public void Enum_ThatIsStored_KeepsItsNumbers(Type type) => Assert.Equal(
        type.Name switch
        {
            nameof(BatchPhase) => "Pending=0 Running=1 Stopping=2 Finished=3",
            nameof(StopReason) => "AllFinished=0 QuotaReached=1 DurationElapsed=2 Cancelled=3",
            nameof(WorkflowOutcome) => "Completed=0 Failed=1 Cancelled=2",
            nameof(CancelReason) => "QuotaReached=0 DurationElapsed=1 Requested=2 Surplus=3",
            _ => "write its numbers down here",
        },
        string.Join(' ', Enum.GetNames(type).Select(name => $"{name}={Convert.ToInt32(Enum.Parse(type, name))}")));

    [Fact]
    public void Grains_TakeAndGive_OnlyTypesThatAreListedHere()
    {
        IEnumerable<Type> passed = new[] { typeof(IBatchGrain).Assembly, typeof(BatchState).Assembly }
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.IsInterface && type.IsAssignableTo(typeof(IAddressable)))
            .SelectMany(type => type.GetMethods())
            .SelectMany(method => method.GetParameters().Select(parameter => parameter.ParameterType).Append(method.ReturnType))
            .SelectMany(type => type.IsGenericType ? type.GetGenericArguments() : [type])
            .Select(type => type.IsArray ? type.GetElementType()! : type)
            .Where(Described.IsOurs);

        Assert.Empty(passed.Except(Sample.Types));
    }

    private static bool IsDefault(FieldInfo field, object sample) => field.GetValue(sample) switch
    {
        null => true,
        Array { Length: 0 } => true,
        ValueType value => value.Equals(Activator.CreateInstance(field.FieldType)),
        _ => false,
    };
}
