using System.Globalization;

namespace Cano;

/// <summary>How the page puts numbers and times.</summary>
internal static class DashboardText
{
    internal static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A count with its noun: <c>1 instance</c>, <c>2 instances</c>.</summary>
    internal static string Count(long count, string noun) => $"{Number(count)} {noun}{(count == 1 ? "" : "s")}";

    internal static string Percent(double share) => double.IsNaN(share) ? "–" : string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.#} %");

    /// <summary>A difference of shares, in percentage points, with its sign.</summary>
    internal static string Points(double difference) => string.Create(CultureInfo.InvariantCulture, $"{difference * 100:+0.0;−0.0;0.0}");

    /// <summary>
    /// Three digits that matter, whatever the size: <c>480 µs</c>, <c>12.3 ms</c>, <c>4.56 s</c>, <c>3:07 min</c>, <c>5:12:00 h</c>.
    /// </summary>
    internal static string Duration(TimeSpan duration) => duration switch
    {
        { TotalMilliseconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMicroseconds:0} µs"),
        { TotalMilliseconds: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0.00} ms"),
        { TotalMilliseconds: < 100 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0.0} ms"),
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0} ms"),
        { TotalSeconds: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.00} s"),
        { TotalSeconds: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.0} s"),
        { TotalHours: < 1 } => $"{duration.ToString(@"m\:ss", CultureInfo.InvariantCulture)} min",
        { TotalDays: < 1 } => $"{duration.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture)} h",
        _ => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalDays:0.0} days"),
    };

    /// <summary>How long ago something was, roughly.</summary>
    internal static string Ago(TimeSpan age) => age switch
    {
        { TotalSeconds: < 2 } => "just now",
        { TotalMinutes: < 1 } => $"{(int)age.TotalSeconds} s ago",
        { TotalHours: < 1 } => $"{(int)age.TotalMinutes} min ago",
        { TotalDays: < 1 } => $"{(int)age.TotalHours} h ago",
        _ => Count((int)age.TotalDays, "day") + " ago",
    };

    internal static string Time(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    internal static string Iso(DateTimeOffset time) => time.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);

    internal static string Word<TEnum>(TEnum value)
        where TEnum : struct, Enum => DocumentWriter.Word(value);

    /// <summary>The strategy of a batch in words.</summary>
    internal static string Strategy(ConcurrentTimeout? timeout) => timeout switch
    {
        ConcurrentTimeout.WaitForQuota quota => $"until {Number(quota.Quota)} succeeded",
        ConcurrentTimeout.WaitDuration duration => $"for {Duration(duration.Duration)}",
        ConcurrentTimeout.WaitQuotaOrDuration both => $"until {Number(both.Quota)} succeeded, for {Duration(both.Duration)} at most",
        ConcurrentTimeout.WaitForever => "until all have finished",
        _ => "",
    };
}
