using System.Globalization;

namespace TextStatistics;

/// <summary>Durations as people write them: <c>2s</c>, <c>500ms</c>, <c>5m</c>, or <c>hh:mm:ss</c> as batch files have them.</summary>
internal static class DurationText
{
    internal static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out duration);
        }

        (string unit, double milliseconds) = text switch
        {
            _ when text.EndsWith("ms", StringComparison.Ordinal) => ("ms", 1),
            _ when text.EndsWith('s') => ("s", 1_000),
            _ when text.EndsWith('m') => ("m", 60_000),
            // A bare number could mean anything.
            _ => ("", double.NaN),
        };
        if (!double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out double number)
            || !(Math.Abs(number * milliseconds) < TimeSpan.MaxValue.TotalMilliseconds))
        {
            return false;
        }

        duration = TimeSpan.FromMilliseconds(number * milliseconds);
        return true;
    }
}
