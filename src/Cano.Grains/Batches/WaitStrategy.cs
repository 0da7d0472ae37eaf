namespace Cano;

/// <summary>
/// When a batch stops, as a function of what is durable: no clock, no state, no side effects.
/// </summary>
/// <remarks>
/// The tie rule (docs/decisions/0001): what is committed goes before what is asked for, and that before the clock. So the success that
/// fills the quota stops the batch with <see cref="StopReason.QuotaReached"/> also when it is the last instance, and a batch whose last
/// outcome was committed before its deadline was noticed has <see cref="StopReason.AllFinished"/>.
/// </remarks>
internal static class WaitStrategy
{
    /// <summary>Decides.</summary>
    /// <param name="timeout">The strategy.</param>
    /// <param name="total">How many instances there are.</param>
    /// <param name="tally">What is committed.</param>
    /// <param name="deadline">When the duration ends; null if there is none.</param>
    /// <param name="cancelRequested">Whether someone asked for the batch to stop.</param>
    /// <param name="now">The present moment.</param>
    /// <returns>The stop; null: go on.</returns>
    internal static StopRecord? Decide(
        ConcurrentTimeout timeout, int total, in Tally tally, DateTimeOffset? deadline, bool cancelRequested, DateTimeOffset now)
    {
        if (timeout.QuotaOrNull is { } quota && tally.Completed >= quota)
        {
            return new(StopReason.QuotaReached, now, tally.LastCompleted, tally.Completed, tally.Failed);
        }

        if (tally.Completed + tally.Failed >= total)
        {
            return new(StopReason.AllFinished, now, tally.LastFinal, tally.Completed, tally.Failed);
        }

        if (cancelRequested)
        {
            return new(StopReason.Cancelled, now, null, tally.Completed, tally.Failed);
        }

        return now >= deadline ? new(StopReason.DurationElapsed, now, null, tally.Completed, tally.Failed) : null;
    }
}

/// <summary>What is committed in all partitions together.</summary>
/// <param name="Completed">How many are Completed.</param>
/// <param name="Failed">How many are Failed.</param>
/// <param name="LastCompleted">The instance whose success was committed last.</param>
/// <param name="LastFinal">The instance whose outcome was committed last.</param>
internal readonly record struct Tally(int Completed, int Failed, string? LastCompleted, string? LastFinal);
