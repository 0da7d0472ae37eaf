namespace Cano;

/// <summary>The durable row of a shared store.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Cano.SharedStoreState")]
internal sealed record SharedStoreState
{
    [Id(0)]
    public Dictionary<string, SharedValue> Values { get; init; } = new(StringComparer.Ordinal);

    /// <summary>The highest version of any value, removed ones included, so that a version never comes again.</summary>
    [Id(1)]
    public long LastVersion { get; init; }
}
