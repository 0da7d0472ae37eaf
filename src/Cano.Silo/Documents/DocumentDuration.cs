using System.Globalization;

namespace Cano;

/// <summary>Durations as documents write them: <c>hh:mm:ss.fffffff</c>, with days in front where there are any.</summary>
internal static class DocumentDuration
{
    internal const string Form = "hh:mm:ss or hh:mm:ss.fffffff, with days as d.hh:mm:ss";

    private static readonly string[] s_forms = [@"hh\:mm\:ss", @"hh\:mm\:ss\.FFFFFFF", @"d\.hh\:mm\:ss", @"d\.hh\:mm\:ss\.FFFFFFF"];

    /// <summary>Reads one; a negative one too, so that what is wrong with it can be said.</summary>
    internal static bool TryParse(string text, out TimeSpan duration)
    {
        bool negative = text.StartsWith('-');
        return TimeSpan.TryParseExact(
            negative ? text[1..] : text, s_forms, CultureInfo.InvariantCulture, negative ? TimeSpanStyles.AssumeNegative : TimeSpanStyles.None, out duration);
    }

    /// <summary>Always with seven digits behind the point.</summary>
    internal static string Format(TimeSpan duration) =>
        (duration < TimeSpan.Zero ? "-" : "") + duration.ToString(duration.Days == 0 ? @"hh\:mm\:ss\.fffffff" : @"d\.hh\:mm\:ss\.fffffff", CultureInfo.InvariantCulture);
}
