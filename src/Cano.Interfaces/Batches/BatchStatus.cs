namespace Cano;

/// <summary>What is known of a batch at one moment. <c>Pending + Running + Completed + Failed + Cancelled = Total</c>, always.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Cano.BatchStatus")]
public sealed record BatchStatus
{
    /// <summary>The batch's id.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>Its name for people; null if it has none.</summary>
    [Id(1)]
    public string? Name { get; init; }

    /// <summary>How far it has come.</summary>
    [Id(2)]
    public BatchPhase Phase { get; init; }

    /// <summary>Why it stopped; null while it has not.</summary>
    [Id(3)]
    public StopReason? StopReason { get; init; }

    /// <summary>How many instances it has.</summary>
    [Id(4)]
    public int Total { get; init; }

    /// <summary>How many have not been started, or wait for their outcome to become final.</summary>
    [Id(5)]
    public int Pending { get; init; }

    /// <summary>How many run now, as of the last report.</summary>
    [Id(6)]
    public int Running { get; init; }

    /// <summary>How many are Completed, durably.</summary>
    [Id(7)]
    public int Completed { get; init; }

    /// <summary>How many are Failed, durably.</summary>
    [Id(8)]
    public int Failed { get; init; }

    /// <summary>How many are Cancelled, durably.</summary>
    [Id(9)]
    public int Cancelled { get; init; }

    /// <summary>When it was submitted.</summary>
    [Id(10)]
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was durable and began; null before.</summary>
    [Id(11)]
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When its duration ends; null if its strategy has none.</summary>
    [Id(12)]
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>When its strategy decided; null before.</summary>
    [Id(13)]
    public DateTimeOffset? StoppedAt { get; init; }

    /// <summary>When every outcome was final; null before.</summary>
    [Id(14)]
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>
    /// From <see cref="StartedAt"/> to <see cref="StoppedAt"/>, or to the moment of this status while it has not stopped.
    /// </summary>
    [Id(15)]
    public TimeSpan TotalDuration { get; init; }

    /// <summary>The instance whose success filled the quota, or whose outcome was the last; null where no instance decided.</summary>
    [Id(16)]
    public string? DecidedBy { get; init; }

    /// <summary>Its strategy; null in lists that were read from a catalog.</summary>
    [Id(17)]
    public ConcurrentTimeout? Timeout { get; init; }

    /// <summary>
    /// How many were known to be Completed when it stopped; null before, and in lists that were read from a catalog. With a duration or a
    /// cancel more may have followed: those that had ended and waited for a write.
    /// </summary>
    [Id(18)]
    public int? CompletedAtStop { get; init; }

    /// <summary>How many were known to be Failed when it stopped; likewise.</summary>
    [Id(19)]
    public int? FailedAtStop { get; init; }

    /// <summary>
    /// How many of <see cref="Pending"/> can't run now because no silo of the cluster has their workflow, as of the last report. They run
    /// when a silo
    /// comes that has it; a cancel, a quota and the deadline end them like others. Part of <see cref="Pending"/>: it adds nothing to the
    /// sum.
    /// 0 in lists that were read from a catalog.
    /// </summary>
    [Id(20)]
    public int Unplaceable { get; init; }
}
