using System.Globalization;

namespace Cano;

/// <summary>How fast a batch goes, and how long the rest takes at that pace.</summary>
internal sealed class RunPace(BatchStatus start, TimeProvider timeProvider)
{
    private readonly long _startedAt = timeProvider.GetTimestamp();
    private readonly int _finalAtStart = RunText.Final(start);

    internal TimeSpan Elapsed => timeProvider.GetElapsedTime(_startedAt);

    /// <summary>Outcomes a second since this process looks on.</summary>
    internal double Rate(BatchStatus status) => (RunText.Final(status) - _finalAtStart) / Math.Max(Elapsed.TotalSeconds, 0.001);

    /// <summary>Until all have an outcome, or until the deadline if that is earlier; null when nothing can be said.</summary>
    internal TimeSpan? Left(BatchStatus status)
    {
        double rate = Rate(status);
        TimeSpan? atThisPace = rate > 0 ? TimeSpan.FromSeconds(Math.Min((status.Total - RunText.Final(status)) / rate, TimeSpan.FromDays(365).TotalSeconds)) : null;
        TimeSpan? toDeadline = status.Deadline - timeProvider.GetUtcNow();
        return atThisPace < toDeadline || toDeadline is null ? atThisPace : toDeadline;
    }

    internal string Describe(BatchStatus status)
    {
        string left = Left(status) is { } time && time > TimeSpan.Zero ? $", about {RunText.Time(time)} left" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{RunText.Counts(status)}, {status.Running:N0} running, {Rate(status):N0}/s{left}");
    }
}
