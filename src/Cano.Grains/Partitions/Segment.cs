namespace Cano;

/// <summary>
/// One row of a partition's results. A partition is one row with its instances, written once, and a chain of segments; only the last of the
/// chain is ever written again, so whoever wants to write must write there. That is what fences a stale activation: the first write of a
/// new one changes the ETag that the old one needs.
/// </summary>
[GenerateSerializer]
[Immutable]
[Alias("Cano.Segment")]
internal sealed record Segment
{
    /// <summary>A segment that holds this many bytes or more is full: what comes next begins another.</summary>
    internal const int FullBytes = 32 * 1024;

    /// <summary>What one write adds at most, in bytes, and so (with <see cref="FullBytes"/>) how large a row can become.</summary>
    internal const int MaxAddedBytes = 256 * 1024;

    /// <summary>The fence of the activation that wrote it.</summary>
    [Id(0)]
    public int Fence { get; init; } = 1;

    /// <summary>The highest epoch of the batch that the partition obeyed when it was written.</summary>
    [Id(1)]
    public long Epoch { get; init; } = 1;

    /// <summary>The results, in the order in which they were committed.</summary>
    [Id(2)]
    public StoredResult[] Results { get; init; } = [];

    /// <summary>How the partition was closed; null while it is open.</summary>
    [Id(3)]
    public Seal? Seal { get; init; }

    /// <summary>
    /// The incarnation of the batch that the results belong to; null for batches without one. A segment of another incarnation is what a
    /// purge missed: it is overwritten.
    /// </summary>
    [Id(4)]
    public string? Incarnation { get; init; }

    /// <summary>The places of instances that had run for a while when this was written, and have no result.</summary>
    [Id(5)]
    public int[] Started { get; init; } = [];

    /// <summary>When each of <see cref="Started"/> first began to run, in UTC ticks.</summary>
    [Id(6)]
    public long[] StartedAt { get; init; } = [];

    internal bool IsFull => Results.Sum(result => (long)result.ApproximateBytes) >= FullBytes;
}

/// <summary>A result as it is stored: what its instance's spec says is left out.</summary>
[GenerateSerializer]
[Immutable]
[SuppressReferenceTracking]
[Alias("Cano.StoredResult")]
internal sealed record StoredResult
{
    /// <summary>The place in the partition, from 0.</summary>
    [Id(0)]
    public int Index { get; init; }

    /// <summary>The exit state's name; null if it failed.</summary>
    [Id(1)]
    public string? FinalState { get; init; }

    /// <summary>Why it failed; null if it completed.</summary>
    [Id(2)]
    public WorkflowError? Error { get; init; }

    /// <summary>The output as UTF-8 JSON; null if there is none.</summary>
    [Id(3)]
    public byte[]? Output { get; init; }

    /// <summary>When it first began to run, in UTC ticks.</summary>
    [Id(4)]
    public long StartedAt { get; init; }

    /// <summary>When it ended, in UTC ticks.</summary>
    [Id(5)]
    public long FinishedAt { get; init; }

    /// <summary>When it was committed, in UTC ticks.</summary>
    [Id(6)]
    public long FinalAt { get; init; }

    /// <summary>The states it went through; null if that is not kept.</summary>
    [Id(7)]
    public InstancePath? Path { get; init; }

    internal bool IsSuccess => Error is null;

    /// <summary>About how many bytes it takes in its row.</summary>
    internal int ApproximateBytes => Estimate(FinalState, Output, Error, Path);

    /// <summary>About how many bytes a result of these parts takes in its row, and on its way to a reader.</summary>
    internal static int Estimate(string? finalState, byte[]? output, WorkflowError? error, InstancePath? path) =>
        40 + (finalState?.Length ?? 0) + (output?.Length ?? 0) + (error is null ? 0 : 100 + (2 * error.Message.Length) + (error.Stack?.Length ?? 0)) + (path?.ApproximateBytes ?? 0);
}

/// <summary>How a partition was closed: every instance without a result is Cancelled.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Cano.Seal")]
internal sealed record Seal
{
    /// <summary>Why the batch stopped.</summary>
    [Id(0)]
    public StopReason Reason { get; init; }

    /// <summary>When the batch stopped, in UTC ticks.</summary>
    [Id(1)]
    public long StoppedAt { get; init; }

    /// <summary>When the partition was closed, in UTC ticks.</summary>
    [Id(2)]
    public long SealedAt { get; init; }

    /// <summary>The places of instances that did complete, after the quota was filled.</summary>
    [Id(3)]
    public int[] Surplus { get; init; } = [];

    /// <summary>The places of instances that had been started and have no result.</summary>
    [Id(4)]
    public int[] Started { get; init; } = [];

    /// <summary>When each of <see cref="Started"/> first began to run, in UTC ticks.</summary>
    [Id(5)]
    public long[] StartedAt { get; init; } = [];

    /// <summary>
    /// How far each of <see cref="Started"/> had come, in the same order, null where that is not known; empty where none is.
    /// </summary>
    [Id(6)]
    public InstancePath?[] Paths { get; init; } = [];

    /// <summary>Closes a partition.</summary>
    /// <param name="stop">The batch's stop.</param>
    /// <param name="now">The time of the commit.</param>
    /// <param name="surplus">Successes that were not admitted.</param>
    /// <param name="started">The places of instances that have been started and have no result, and since when they run.</param>
    /// <param name="paths">How far those have come.</param>
    internal static Seal Of(
        StopOrder stop, DateTimeOffset now, ReadyOutcome[] surplus, (int Index, long At)[] started, InstancePath?[] paths) => new()
        {
            Reason = stop.Reason,
            StoppedAt = stop.At.UtcTicks,
            SealedAt = now.UtcTicks,
            Surplus = [.. surplus.Select(one => one.Index)],
            Started = [.. started.Select(one => one.Index)],
            StartedAt = [.. started.Select(one => one.At)],
            Paths = paths,
        };

    internal CancelReason CancelReason => Reason switch
    {
        StopReason.QuotaReached => Cano.CancelReason.QuotaReached,
        StopReason.DurationElapsed => Cano.CancelReason.DurationElapsed,
        _ => Cano.CancelReason.Requested,
    };
}
