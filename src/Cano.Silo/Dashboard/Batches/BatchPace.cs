namespace Cano;

/// <summary>How fast a batch goes, and how long it will take if it goes on like that.</summary>
/// <param name="PerSecond">How many instances ended a second, on average since it began, until it stopped.</param>
/// <param name="Left">How long until it stops; null when it has, or when nothing has ended that one could tell from.</param>
internal sealed record BatchPace(double PerSecond, TimeSpan? Left)
{
    internal static BatchPace Of(BatchStatus status, DateTimeOffset now)
    {
        if (status.StartedAt is not { } started)
        {
            return new(0, null);
        }

        int ended = status.Completed + status.Failed;
        double seconds = Math.Max(0.001, ((status.StoppedAt ?? now) - started).TotalSeconds);
        double perSecond = ended / seconds;
        if (status.StoppedAt is not null)
        {
            return new(perSecond, null);
        }

        double untilAll = (status.Total - ended) / perSecond;
        double untilQuota = Quota(status.Timeout) is { } quota ? Math.Max(0, quota - status.Completed) / (status.Completed / seconds) : double.PositiveInfinity;
        double untilDeadline = status.Deadline is { } deadline ? Math.Max(0, (deadline - now).TotalSeconds) : double.PositiveInfinity;
        double left = Math.Min(untilDeadline, Math.Min(Known(untilAll), Known(untilQuota)));
        return new(perSecond, left < TimeSpan.FromDays(1000).TotalSeconds ? TimeSpan.FromSeconds(left) : null);
    }

    private static double Known(double seconds) => double.IsNaN(seconds) ? double.PositiveInfinity : seconds;

    private static int? Quota(ConcurrentTimeout? timeout) => timeout switch
    {
        ConcurrentTimeout.WaitForQuota quota => quota.Quota,
        ConcurrentTimeout.WaitQuotaOrDuration both => both.Quota,
        _ => null,
    };
}
