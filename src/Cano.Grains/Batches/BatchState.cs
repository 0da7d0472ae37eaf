namespace Cano;

/// <summary>
/// The durable row of a batch. Its counts and outcomes are in the partitions' rows; here is what only the batch can know.
/// </summary>
[GenerateSerializer]
[Immutable]
[Alias("Cano.BatchState")]
internal sealed record BatchState
{
    /// <summary>The batch as it was submitted, without its instances.</summary>
    [Id(0)]
    public required BatchHeader Header { get; init; }

    /// <summary>When it was submitted.</summary>
    [Id(1)]
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it began.</summary>
    [Id(2)]
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>Grows with every activation that drives the batch.</summary>
    [Id(3)]
    public long Epoch { get; init; } = 1;

    /// <summary>The stop; null while it has not stopped.</summary>
    [Id(4)]
    public StopRecord? Stop { get; init; }

    /// <summary>When every outcome was final; null before.</summary>
    [Id(5)]
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>How many are Completed, once it is finished.</summary>
    [Id(6)]
    public int Completed { get; init; }

    /// <summary>How many are Failed, once it is finished.</summary>
    [Id(7)]
    public int Failed { get; init; }

    /// <summary>The instances of a batch that hosts its only partition; null where partitions have rows of their own.</summary>
    [Id(8)]
    public PartitionSpec? Hosted { get; init; }

    /// <summary>The first segment of the results of the partition that it hosts; null while there are none.</summary>
    [Id(9)]
    public Segment? HostedResults { get; init; }

    /// <summary>That its rows are being removed, or are gone; null while it is kept.</summary>
    [Id(10)]
    public PurgeRecord? Purge { get; init; }

    /// <summary>
    /// Made at the start, different for each batch that ever bore this id: what bears another one (orders, segments, checkpoints, shared
    /// store) is of another batch.
    /// Null for batches that were started before there were incarnations.
    /// </summary>
    [Id(11)]
    public string? Incarnation { get; init; }

    /// <summary>The partitions whose rows were not in storage when the batch stopped: their instances are Failed.</summary>
    [Id(12)]
    public int[] Lost { get; init; } = [];

    /// <summary>
    /// How many rows the index of instances has; 0: there is none, because the batch has one partition or was started by a build without
    /// indexes.
    /// </summary>
    [Id(13)]
    public int IndexBuckets { get; init; }

    internal DateTimeOffset? Deadline => StartedAt + Header.Timeout.DurationOrNull;
}
