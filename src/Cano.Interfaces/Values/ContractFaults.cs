using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Cano;

/// <summary>
/// Finds out from a type's JSON contract whether its values are kept whole: every member that is written must have a way to be read. What
/// depends on the value, see <see cref="WrittenObjects"/> and <see cref="RoundTrip"/>.
/// </summary>
internal sealed class ContractFaults
{
    /// <summary>Collections that are written in one order and filled in another.</summary>
    private static readonly HashSet<Type> s_turned =
    [
        typeof(Stack<>), typeof(ConcurrentStack<>), typeof(ImmutableStack<>), typeof(IImmutableStack<>), typeof(ConcurrentBag<>),
    ];

    private static readonly HashSet<Type> s_keys =
    [
        typeof(string), typeof(char), typeof(bool), typeof(byte), typeof(sbyte), typeof(short), typeof(ushort), typeof(int), typeof(uint),
        typeof(long), typeof(ulong), typeof(Int128), typeof(UInt128), typeof(Half), typeof(float), typeof(double), typeof(decimal),
        typeof(Guid), typeof(DateTime), typeof(DateTimeOffset), typeof(DateOnly), typeof(TimeOnly), typeof(TimeSpan), typeof(Uri),
        typeof(Version),
    ];

    private readonly JsonSerializerOptions _options;
    private readonly HashSet<Type> _seen = [];

    private ContractFaults(JsonSerializerOptions options) => _options = options;

    /// <summary>
    /// Whether a member is left out of some values (<see cref="JsonIgnoreCondition"/>): then each value shows for itself whether it comes
    /// back, since the member may begin as something else than what was left out.
    /// </summary>
    internal bool HasConditions { get; private set; }

    /// <summary>Looks at a type and the types within it.</summary>
    /// <param name="type">The type.</param>
    /// <param name="options">How its values are written.</param>
    /// <param name="fault">The first fault and where it is in the JSON; null: none.</param>
    /// <returns>What else was found.</returns>
    internal static ContractFaults Find(Type type, JsonSerializerOptions options, out SubmissionFault? fault)
    {
        ContractFaults found = new(options);
        fault = found.Of(type, "$");
        return found;
    }

    private SubmissionFault? Of(Type type, string path)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (!_seen.Add(type))
        {
            return null;
        }

        if (type == typeof(object))
        {
            return new(path, "an object comes back as a JsonElement, whatever it was; declare the type that is meant, or JsonElement.");
        }

        JsonTypeInfo info;
        try
        {
            info = _options.GetTypeInfo(type);
        }
        catch (Exception exception)
        {
            return new(path, $"{TypeText.Of(type)} has no JSON form: {exception.Message}");
        }

        return info.Kind switch
        {
            JsonTypeInfoKind.Object => OfObject(info, path),
            JsonTypeInfoKind.Enumerable or JsonTypeInfoKind.Dictionary => OfCollection(info, path),
            _ => Unreadable(info, "0", path),
        };
    }

    private SubmissionFault? OfCollection(JsonTypeInfo info, string path)
    {
        for (Type? type = info.Type; type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && s_turned.Contains(type.GetGenericTypeDefinition()))
            {
                return new(path, $"the items of a {TypeText.Of(info.Type)} come back in another order; use a list or a queue.");
            }
        }

        if (MemberState.OfCollection(info.Type) is { } member)
        {
            return new(path, $"{member} is a member of a collection, of which only the items are kept.");
        }

        if (info.KeyType is { } key && !IsKey(Nullable.GetUnderlyingType(key) ?? key))
        {
            return new(path, $"a {TypeText.Of(key)} can't be the key of a dictionary in JSON; use a text, a number or an enum.");
        }

        bool isDictionary = info.Kind == JsonTypeInfoKind.Dictionary;
        return Unreadable(info, isDictionary ? "{}" : "[]", path)
            ?? (info.ElementType is { } element ? Of(element, isDictionary ? $"{path}.*" : $"{path}[*]") : null);
    }

    /// <summary>A converter of the user's may take anything as a key; the first value shows whether it does.</summary>
    private bool IsKey(Type key) =>
        s_keys.Contains(key) || key.IsEnum || _options.GetTypeInfo(key).Converter.GetType().Assembly != typeof(JsonSerializer).Assembly;

    private SubmissionFault? OfObject(JsonTypeInfo info, string path)
    {
        string name = TypeText.Of(info.Type);
        if (info.PolymorphismOptions is { } polymorphism)
        {
            foreach (JsonDerivedType derived in polymorphism.DerivedTypes)
            {
                if (derived.TypeDiscriminator is null)
                {
                    string unnamed = TypeText.Of(derived.DerivedType);
                    return new(
                        path, $"{name} has the derived type {unnamed} without a discriminator: [JsonDerivedType(typeof({unnamed}), \"...\")].");
                }

                if (Of(derived.DerivedType, path) is { } fault)
                {
                    return fault;
                }
            }
        }
        else if (!info.Type.IsValueType && info.CreateObject is null && info.ConstructorAttributeProvider is null)
        {
            string kind = info.Type.IsInterface ? "an interface" : "abstract";
            return new(path, info.Type.IsAbstract
                ? $"{name} is {kind} and does not name its derived types ([JsonDerivedType])."
                : $"{name} has no constructor that JSON can use: one without parameters, a single one, or one with [JsonConstructor].");
        }

        // Of an abstract type only the derived ones are written.
        return info.Type.IsAbstract ? null : OfMembers(info, path);
    }

    private SubmissionFault? OfMembers(JsonTypeInfo info, string path)
    {
        MemberState state = new(info);
        int kept = 0;
        foreach (JsonPropertyInfo member in info.Properties)
        {
            // Without a getter it is ignored, or has nothing to give.
            if (member.Get is null || member.IsExtensionData)
            {
                continue;
            }

            HasConditions |= member.ShouldSerialize is not null;
            if (member.Set is not null || member.AssociatedParameter is not null || IsPopulated(member, info))
            {
                kept++;
                if (member.CustomConverter is null && Of(member.PropertyType, JsonPath.Member(path, member.Name)) is { } fault)
                {
                    return fault;
                }
            }
            else if (!state.IsComputed(member))
            {
                return new(
                    JsonPath.Member(path, member.Name),
                    $"{TypeText.Of(info.Type)}.{MemberState.NameOf(member)} has no way to be set, so a copy loses it. Give it a public set "
                    + "or init, a parameter of its name in the constructor, or [JsonInclude]; or leave it out by [JsonIgnore].");
            }
        }

        return kept == 0 && state.HasFields
            ? new(path, $"{TypeText.Of(info.Type)} has no member that is written (public properties and fields, and what has [JsonInclude]).")
            : null;
    }

    private bool IsPopulated(JsonPropertyInfo member, JsonTypeInfo info) =>
        (member.ObjectCreationHandling ?? info.PreferredPropertyObjectCreationHandling ?? _options.PreferredObjectCreationHandling)
            == JsonObjectCreationHandling.Populate
        && member.PropertyType is { IsValueType: false, IsArray: false }
        && member.PropertyType != typeof(string);

    /// <summary>Reads the smallest JSON of its kind: what has no reader at all says so whatever it is given.</summary>
    private static SubmissionFault? Unreadable(JsonTypeInfo info, string json, string path)
    {
        try
        {
            JsonSerializer.Deserialize(json, info);
            return null;
        }
        catch (NotSupportedException exception)
        {
            // Behind the reason stands where it was in the JSON that was made up here.
            int where = exception.Message.IndexOf(" Path: $", StringComparison.Ordinal);
            string reason = where < 0 ? exception.Message : exception.Message[..where];
            return new(path, $"{TypeText.Of(info.Type)} can't be read from JSON: {reason}");
        }
        catch (Exception)
        {
            // It has a reader, which wants something else.
            return null;
        }
    }
}
