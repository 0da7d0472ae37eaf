using System.Globalization;
using Spectre.Console;

namespace Cano;

/// <summary>What came of a batch, for people: counts, the slowest instances, errors grouped by kind and message.</summary>
internal sealed class RunSummary
{
    private const int SlowestShown = 5;
    private const int ErrorsShown = 10;
    private const int ErrorsKept = 1_000;

    private readonly PriorityQueue<InstanceResult, TimeSpan> _slowest = new();
    private readonly Dictionary<(string Kind, string Message), int> _errors = [];
    private int _otherErrors;

    internal void Add(InstanceResult result)
    {
        if (result.StartedAt is not null && result.Outcome is not WorkflowOutcome.Cancelled)
        {
            _slowest.Enqueue(result, result.Duration);
            if (_slowest.Count > SlowestShown)
            {
                _slowest.Dequeue();
            }
        }

        if (result.Error is { } error)
        {
            (string, string) key = (error.Kind, error.Message);
            if (_errors.TryGetValue(key, out int count) || _errors.Count < ErrorsKept)
            {
                _errors[key] = count + 1;
            }
            else
            {
                _otherErrors++;
            }
        }
    }

    internal void Write(IAnsiConsole console, BatchStatus status)
    {
        console.WriteLine($"Batch {status.Id}{(status.Name is null ? "" : $" ({status.Name})")} stopped after {RunText.Time(status.TotalDuration)}: {RunText.Strategy(status.StopReason)}.");
        console.WriteLine($"{RunText.Counts(status)}.");
        WriteErrors(console);
        WriteSlowest(console);
    }

    private void WriteErrors(IAnsiConsole console)
    {
        if (_errors.Count == 0)
        {
            return;
        }

        Table table = Table("Errors", "Kind", "Message");
        foreach (((string kind, string message), int count) in _errors.OrderByDescending(error => error.Value).ThenBy(error => error.Key.Message, StringComparer.Ordinal).Take(ErrorsShown))
        {
            table.AddRow(Number(count), Cell(kind), Cell(message));
        }

        console.Write(table);
        int more = _errors.Count - ErrorsShown;
        if (more > 0 || _otherErrors > 0)
        {
            console.WriteLine($"... and {Number(Math.Max(more, 0))}{(_otherErrors > 0 ? " or more" : "")} other errors.");
        }
    }

    private void WriteSlowest(IAnsiConsole console)
    {
        if (_slowest.Count == 0)
        {
            return;
        }

        Table table = Table("Slowest", "Instance", "Workflow", "Outcome");
        foreach (InstanceResult result in _slowest.UnorderedItems.Select(item => item.Element).OrderByDescending(result => result.Duration).ThenBy(result => result.Ordinal))
        {
            string outcome = result.Outcome is WorkflowOutcome.Completed ? $"{result.FinalState}" : "failed";
            table.AddRow(RunText.Time(result.Duration), Cell(result.Id), Cell(result.Workflow), Cell(outcome));
        }

        console.Write(table);
    }

    internal static Table Table(params ReadOnlySpan<string> columns)
    {
        Table table = new Table().Border(TableBorder.Simple);
        foreach (string column in columns)
        {
            table.AddColumn(column);
        }

        table.Columns[0].RightAligned();
        return table;
    }

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    internal static string Cell(string text)
    {
        string line = text.ReplaceLineEndings(" ");
        return Markup.Escape(line.Length <= 200 ? line : $"{line[..199]}…");
    }
}
