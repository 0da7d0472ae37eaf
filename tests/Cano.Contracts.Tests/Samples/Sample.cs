using System.Reflection;

namespace Cano.Contracts.Tests.Samples;

/// <summary>
/// A value of every type that goes over the wire or into a row, with something in every member. The golden files were written from these: a member that is added gets a value
/// here, and the type's golden file is written anew; a value that stands here already is never changed.
/// </summary>
internal static class Sample
{
    private static readonly Dictionary<Type, object> s_all = new object[][] { BatchSamples.All, PartitionSamples.All, InstanceSamples.All, StoreSamples.All, ErrorSamples.All, StatisticsSamples.All }
        .SelectMany(values => values)
        .ToDictionary(value => value.GetType());

    /// <summary>The states that are rows of the grain storage: what a later version must still be able to read.</summary>
    internal static IReadOnlyList<Type> States { get; } =
        [typeof(BatchState), typeof(PartitionSpec), typeof(Segment), typeof(Checkpoint), typeof(SharedStoreState), typeof(CatalogShard), typeof(InstanceIndexBucket)];

    /// <summary>Everything with <see cref="GenerateSerializerAttribute"/>, sorted by name.</summary>
    internal static IReadOnlyList<Type> Types { get; } =
    [
        .. new[] { typeof(BatchHeader).Assembly, typeof(BatchState).Assembly }
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false))
            .OrderBy(type => type.FullName, StringComparer.Ordinal),
    ];

    /// <summary>The name that stands for a type in bytes, and for its golden file.</summary>
    internal static string? AliasOf(Type type) => type.GetCustomAttribute<AliasAttribute>(inherit: false)?.Alias;

    internal static bool Has(Type type) => s_all.ContainsKey(type);

    internal static object Of(Type type) =>
        s_all.TryGetValue(type, out object? value) ? value : throw new InvalidOperationException($"There is no sample of {type}: add one beside those of its kind.");

    internal static T Of<T>() => (T)Of(typeof(T));
}
