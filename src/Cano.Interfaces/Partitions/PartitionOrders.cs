using System.ComponentModel;

namespace Cano.Protocol;

/// <summary>
/// What a batch says to a partition. Everything in it is cumulative; the admission protocol (docs/protocol.md) rests on the first three.
/// </summary>
[GenerateSerializer]
[Immutable]
[Alias("Cano.PartitionOrders")]
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record PartitionOrders
{
    /// <summary>
    /// The epoch of the batch's activation. A partition obeys only the highest it has heard, and writes it down before it answers.
    /// </summary>
    [Id(0)]
    public long Epoch { get; init; }

    /// <summary>
    /// The fence of the partition's activation that <see cref="Admitted"/> is meant for; 0 before the batch has heard of any.
    /// </summary>
    [Id(1)]
    public int Fence { get; init; }

    /// <summary>How many successes of that activation are admitted in all. Without a quota: all.</summary>
    [Id(2)]
    public int Admitted { get; init; }

    /// <summary>
    /// The <see cref="PartitionReport.Version"/> that the batch has seen from that activation; the partition answers when it has a later
    /// one.
    /// </summary>
    [Id(3)]
    public long Known { get; init; }

    /// <summary>How many instances the partition may have running at once.</summary>
    [Id(4)]
    public int Window { get; init; }

    /// <summary>When the batch's duration ends; an outcome that comes later does not count. Null if there is no such time.</summary>
    [Id(5)]
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>The durable stop; null while the batch has not stopped.</summary>
    [Id(6)]
    public StopOrder? Stop { get; init; }

    /// <summary>True: admission is bounded by a quota, so that a success must be admitted before it is committed.</summary>
    [Id(7)]
    public bool Quota { get; init; }

    /// <summary>Grows with every order of one batch activation, so that one that was overtaken on its way changes nothing.</summary>
    [Id(8)]
    public long Sequence { get; init; }

    /// <summary>
    /// True: the whole quota is admitted. What is admitted and not committed yet is what the stop waits for, so it should be written now.
    /// </summary>
    [Id(9)]
    public bool QuotaSpent { get; init; }

    /// <summary>The span of the batch, as a W3C <c>traceparent</c>; null when its start was not sampled.</summary>
    [Id(10)]
    public string? TraceParent { get; init; }

    /// <summary>
    /// The incarnation of the batch that speaks; a partition that belongs to another one refuses. Null for batches without one.
    /// </summary>
    [Id(11)]
    public string? Incarnation { get; init; }

    /// <summary>
    /// What the batch's clock showed when this was sent: <see cref="Deadline"/> is by that clock. Null from silos that do not say so yet.
    /// </summary>
    [Id(12)]
    public DateTimeOffset? SentAt { get; init; }

    /// <summary>The baggage that goes with <see cref="TraceParent"/>, as a W3C <c>baggage</c> header; null where there is none.</summary>
    [Id(13)]
    public string? Baggage { get; init; }
}

/// <summary>What a partition needs to know of a stop.</summary>
/// <param name="Reason">Why the batch stopped.</param>
/// <param name="At">When it was decided.</param>
[GenerateSerializer]
[Immutable]
[Alias("Cano.StopOrder")]
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record StopOrder([property: Id(0)] StopReason Reason, [property: Id(1)] DateTimeOffset At);
