using System.Globalization;

namespace Cano;

/// <summary>How counts and times are put for people.</summary>
internal static class RunText
{
    internal static string Counts(BatchStatus status) =>
        string.Create(CultureInfo.InvariantCulture, $"{status.Completed:N0} completed, {status.Failed:N0} failed, {status.Cancelled:N0} cancelled of {status.Total:N0}");

    /// <summary>What has an outcome.</summary>
    internal static int Final(BatchStatus status) => status.Completed + status.Failed + status.Cancelled;

    /// <summary>Such as <c>7.312 s</c>, <c>12:07.3</c> or <c>1.02:03:00</c>.</summary>
    internal static string Time(TimeSpan time) => time switch
    {
        { TotalMinutes: < 1 } => time.TotalSeconds.ToString("0.000 's'", CultureInfo.InvariantCulture),
        { TotalHours: < 1 } => time.ToString(@"m\:ss\.f", CultureInfo.InvariantCulture),
        { TotalDays: < 1 } => time.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture),
        _ => time.ToString(@"d\.hh\:mm\:ss", CultureInfo.InvariantCulture),
    };

    internal static string Strategy(StopReason? reason) => reason switch
    {
        StopReason.AllFinished => "every instance finished",
        StopReason.QuotaReached => "the quota was reached",
        StopReason.DurationElapsed => "the time was up",
        StopReason.Cancelled => "it was cancelled",
        _ => "it has not stopped",
    };
}
