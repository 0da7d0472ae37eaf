namespace Cano;

/// <summary>
/// The batch's deadline by this silo's clock. Clocks of silos differ, and the batch's clock alone decides: orders say what it showed when
/// they were sent, so the deadline
/// is as far off as it was then. A message that takes its time makes it later by that, never earlier. Pure.
/// </summary>
internal sealed class LocalDeadline
{
    private long _epoch;

    /// <summary>The deadline; null if there is none.</summary>
    internal DateTimeOffset? At { get; private set; }

    /// <summary>Takes in orders that came at a time by this silo's clock.</summary>
    internal void Hear(PartitionOrders orders, DateTimeOffset now)
    {
        DateTimeOffset? at = orders.Deadline + (orders.SentAt is { } sent ? now - sent : TimeSpan.Zero);

        // Of several orders of one activation of the batch, the one that was the fastest is the most exact.
        At = orders.Epoch == _epoch && At < at ? At : at;
        _epoch = orders.Epoch;
    }

    internal bool HasPassed(DateTimeOffset now) => At <= now;
}
