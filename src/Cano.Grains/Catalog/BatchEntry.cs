namespace Cano;

/// <summary>A batch in the catalog.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Cano.BatchEntry")]
public sealed record BatchEntry
{
    /// <summary>The batch's status when the entry was made.</summary>
    [Id(0)]
    public required BatchStatus Status { get; init; }

    /// <summary>Grows with each update: the epoch of the batch's activation times 4, plus the phase.</summary>
    [Id(1)]
    public long Version { get; init; }

    /// <summary>The silo that drives the batch, as a parsable address with its generation.</summary>
    [Id(2)]
    public required string Owner { get; init; }

    /// <summary>The names of its workflows.</summary>
    [Id(3)]
    public string[] Workflows { get; init; } = [];

    /// <summary>Its labels.</summary>
    [Id(4)]
    public string[] Labels { get; init; } = [];

    /// <summary>The digest of its content, which is part of its partitions' keys.</summary>
    [Id(5)]
    public string Digest { get; init; } = "";

    /// <summary>How many partitions it has.</summary>
    [Id(6)]
    public int Partitions { get; init; }

    /// <summary>True: it is being purged, which somebody has to drive to its end.</summary>
    [Id(7)]
    public bool IsBeingPurged { get; init; }

    /// <summary>When it was purged; null if it was not. What is left of it is a tombstone.</summary>
    [Id(8)]
    public DateTimeOffset? PurgedAt { get; init; }

    /// <summary>True while somebody has to drive it.</summary>
    public bool IsUnfinished => Status.Phase is not BatchPhase.Finished || IsBeingPurged;
}
