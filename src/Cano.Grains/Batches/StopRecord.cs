namespace Cano;

/// <summary>
/// That a batch stopped, why, at which instance, when, and with which counts: decided once, durable before anyone is told, readable ever
/// after.
/// </summary>
/// <param name="Reason">Why.</param>
/// <param name="At">When it was decided.</param>
/// <param name="DecidedBy">The instance whose commit met the strategy; null where none did.</param>
/// <param name="Completed">How many were known to be Completed at the decision. With a duration or a cancel more may follow: those that had
/// ended and waited for a write.</param>
/// <param name="Failed">How many were known to be Failed at the decision; likewise.</param>
[GenerateSerializer]
[Immutable]
[Alias("Cano.StopRecord")]
internal sealed record StopRecord(
    [property: Id(0)] StopReason Reason,
    [property: Id(1)] DateTimeOffset At,
    [property: Id(2)] string? DecidedBy,
    [property: Id(3)] int Completed,
    [property: Id(4)] int Failed);
