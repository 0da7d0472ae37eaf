using System.Buffers;
using System.Globalization;
using System.Text;

namespace Cano;

/// <summary>
/// Results as CSV (RFC 4180): a head, then one line for each; the members of the API's results, those of the error beside them.
/// </summary>
internal static class ResultsCsv
{
    private const string NewLine = "\r\n";

    private static readonly SearchValues<char> s_quoted = SearchValues.Create(",\"\r\n");

    internal const string Head =
        $"id,workflow,label,outcome,finalState,errorKind,errorMessage,errorState,errorAttempts,cancelReason,duration,startedAt,finishedAt,output{NewLine}";

    internal static string Line(InstanceResult result) => string.Join(
        ',',
        ((string?[])
        [
            result.Id,
            result.Workflow,
            result.Label,
            DocumentWriter.Word(result.Outcome),
            result.FinalState,
            result.Error?.Kind,
            result.Error?.Message,
            result.Error?.State,
            result.Error?.Attempts.ToString(CultureInfo.InvariantCulture),
            DocumentWriter.Word(result.CancelReason),
            DocumentDuration.Format(result.Duration),
            Time(result.StartedAt),
            Time(result.FinishedAt),
            result.Output is { } output ? Encoding.UTF8.GetString(output) : null,
        ]).Select(Field)) + NewLine;

    private static string Time(DateTimeOffset? time) => time?.ToString("O", CultureInfo.InvariantCulture) ?? "";

    /// <summary>
    /// Quoted where it must be. What spreadsheets would take for a formula gets a quote sign in front: labels and errors are written by
    /// anybody.
    /// </summary>
    private static string Field(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        bool formula = text[0] is '=' or '+' or '@' or '\t' or '\r' || (text[0] is '-' && !double.TryParse(text, CultureInfo.InvariantCulture, out _));
        string safe = formula ? $"'{text}" : text;
        return safe.AsSpan().ContainsAny(s_quoted) ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}
