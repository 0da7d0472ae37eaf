namespace Cano;

/// <summary>
/// What came of instances of a batch, in numbers that add up: those of its partitions make those of the whole. Made from what is durable,
/// when it is asked for; kept nowhere.
/// </summary>
[GenerateSerializer]
[Immutable]
[Alias("Cano.BatchStatistics")]
public sealed record BatchStatistics
{
    /// <summary>
    /// Counts and durations of each workflow and label, in the order in which they first come. A partition tells all apart; of a batch
    /// there are at most <see cref="MaxVariants"/>, the last of which takes in all that follow.
    /// </summary>
    [Id(0)]
    public VariantStatistics[] Variants { get; init; } = [];

    /// <summary>
    /// Failures by kind and message, the most frequent first; at most <see cref="MaxErrors"/>. Where partitions had more than that, a
    /// group's count may leave out those that were rare in their partition.
    /// </summary>
    [Id(1)]
    public ErrorGroup[] Errors { get; init; } = [];

    /// <summary>
    /// How many failures are not counted in <see cref="Errors"/>, because there are too many kinds; 0: all of its counts are exact.
    /// </summary>
    [Id(2)]
    public int OtherErrors { get; init; }

    /// <summary>How many instances ended when.</summary>
    [Id(3)]
    public EndTimes Ends { get; init; } = EndTimes.None;

    /// <summary>
    /// The instances that ran longest, the longest first; at most <see cref="MaxSlowest"/>. Cancelled ones are not among them.
    /// </summary>
    [Id(4)]
    public InstanceTimes[] Slowest { get; init; } = [];

    /// <summary>When instances of the sample ran, in the order submitted; those that never did are left out.</summary>
    [Id(5)]
    public InstanceTimes[] Sample { get; init; } = [];

    /// <summary>Which states followed which, in the paths that are kept.</summary>
    [Id(6)]
    public Transition[] Transitions { get; init; } = [];

    internal const int MaxVariants = 50;

    internal const int MaxErrors = 50;

    internal const int MaxSlowest = 10;

    internal const int MaxTransitions = 500;
}

/// <summary>Counts and durations of the instances that have a workflow and a label in common.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Cano.VariantStatistics")]
public sealed record VariantStatistics
{
    /// <summary>The workflow; null where variants were put together because there are too many.</summary>
    [Id(0)]
    public string? Workflow { get; init; }

    /// <summary>The label; null where there is none, or where variants were put together.</summary>
    [Id(1)]
    public string? Label { get; init; }

    /// <summary>How many instances there are.</summary>
    [Id(2)]
    public int Total { get; init; }

    /// <summary>How many are Completed.</summary>
    [Id(3)]
    public int Completed { get; init; }

    /// <summary>How many are Failed.</summary>
    [Id(4)]
    public int Failed { get; init; }

    /// <summary>How many are Cancelled.</summary>
    [Id(5)]
    public int Cancelled { get; init; }

    /// <summary>How long the Completed ones ran.</summary>
    [Id(6)]
    public DurationSketch CompletedDurations { get; init; } = DurationSketch.Empty;

    /// <summary>How long the Failed ones ran.</summary>
    [Id(7)]
    public DurationSketch FailedDurations { get; init; } = DurationSketch.Empty;
}

/// <summary>
/// Durations by their size: to within one percent, whatever their range. The buckets that hold something, of an HDR histogram with two
/// significant digits.
/// </summary>
/// <param name="Microseconds">The highest duration of each bucket, ascending, in microseconds.</param>
/// <param name="Counts">How many durations are in it.</param>
[GenerateSerializer]
[Immutable]
[Alias("Cano.DurationSketch")]
public sealed record DurationSketch([property: Id(0)] long[] Microseconds, [property: Id(1)] int[] Counts)
{
    /// <summary>No durations.</summary>
    public static DurationSketch Empty { get; } = new([], []);
}

/// <summary>Failures that are alike: same kind, same state, and same message but for numbers and GUIDs.</summary>
/// <param name="Kind">What kind of failure it is, such as <c>node-failed</c>.</param>
/// <param name="State">The state in which they happened; null if before the first.</param>
/// <param name="Pattern">The message, each GUID and each run of digits replaced by <c>#</c>, then cut after 200 characters.</param>
/// <param name="Count">How many instances failed so.</param>
/// <param name="Example">One of the messages, cut after 500 characters.</param>
/// <param name="InstanceIds">The first few of those instances.</param>
[GenerateSerializer]
[Immutable]
[Alias("Cano.ErrorGroup")]
public sealed record ErrorGroup(
    [property: Id(0)] string Kind,
    [property: Id(1)] string? State,
    [property: Id(2)] string Pattern,
    [property: Id(3)] int Count,
    [property: Id(4)] string Example,
    [property: Id(5)] string[] InstanceIds);

/// <summary>
/// How many instances ended in each span of time. Spans are aligned (the first begins at the year 1), so that widths which are powers of
/// two of each other add up.
/// </summary>
/// <param name="Width">How long each span is, in ticks; 0 when there are none.</param>
/// <param name="First">Which span comes first: its beginning divided by <paramref name="Width"/>.</param>
/// <param name="Completed">How many completed, span by span.</param>
/// <param name="Failed">How many failed, likewise.</param>
/// <param name="Cancelled">How many were cancelled, likewise.</param>
[GenerateSerializer]
[Immutable]
[Alias("Cano.EndTimes")]
public sealed record EndTimes(
    [property: Id(0)] long Width, [property: Id(1)] long First, [property: Id(2)] int[] Completed, [property: Id(3)] int[] Failed, [property: Id(4)] int[] Cancelled)
{
    /// <summary>Nothing has ended.</summary>
    public static EndTimes None { get; } = new(0, 0, [], [], []);
}

/// <summary>When an instance ran.</summary>
/// <param name="Ordinal">Its place in the batch, from 0.</param>
/// <param name="Id">Its id.</param>
/// <param name="Outcome">What came of it; null while it runs.</param>
/// <param name="StartedAt">When it first began, in UTC ticks.</param>
/// <param name="FinishedAt">When it ended or was cancelled, in UTC ticks; 0 while it runs.</param>
[GenerateSerializer]
[Immutable]
[Alias("Cano.InstanceTimes")]
public sealed record InstanceTimes(
    [property: Id(0)] int Ordinal, [property: Id(1)] string Id, [property: Id(2)] WorkflowOutcome? Outcome, [property: Id(3)] long StartedAt, [property: Id(4)] long FinishedAt);

/// <summary>That one state followed another.</summary>
/// <param name="Workflow">The workflow.</param>
/// <param name="From">The state before.</param>
/// <param name="To">The state after.</param>
/// <param name="Count">How often, in the paths that are kept.</param>
[GenerateSerializer]
[Immutable]
[Alias("Cano.Transition")]
public sealed record Transition([property: Id(0)] string Workflow, [property: Id(1)] string From, [property: Id(2)] string To, [property: Id(3)] int Count);
