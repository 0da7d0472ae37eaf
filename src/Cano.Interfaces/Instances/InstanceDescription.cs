using System.ComponentModel;

namespace Cano.Protocol;

/// <summary>One instance: what was submitted, and what is known of it.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Cano.InstanceDescription")]
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record InstanceDescription
{
    /// <summary>The place of the instance in its batch, in the order submitted, from 0.</summary>
    [Id(0)]
    public int Ordinal { get; init; }

    /// <summary>The instance as it was submitted.</summary>
    [Id(1)]
    public required InstanceSpec Submitted { get; init; }

    /// <summary>When it began to run, if it runs; null otherwise.</summary>
    [Id(2)]
    public DateTimeOffset? RunningSince { get; init; }

    /// <summary>What came of it; null while that is not final.</summary>
    [Id(3)]
    public InstanceResult? Result { get; init; }
}
