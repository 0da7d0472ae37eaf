using System.Globalization;
using System.Text;
using System.Text.Json;
using Spectre.Console;

namespace Cano;

/// <summary>
/// What the commands of a running service print: what was asked for on standard output, remarks and progress on standard error.
/// </summary>
internal sealed class ServiceConsole
{
    private static readonly JsonSerializerOptions s_indented = new(DocumentJson.Options) { WriteIndented = true };

    private readonly RunConsole _run = new();
    private readonly IAnsiConsole _output = RunConsole.Create(Console.Out, Console.IsOutputRedirected);

    /// <summary>A batch was started: its id alone, for scripts, and the rest for people.</summary>
    internal void Started(BatchStatus status, bool json)
    {
        if (json)
        {
            Json(status);
            return;
        }

        _run.Say($"Batch {status.Id} has started: {status.Total:N0} instances.");
        Console.Out.WriteLine(status.Id);
    }

    internal void Status(BatchStatus status, bool json)
    {
        if (json)
        {
            Json(status);
            return;
        }

        string name = status.Name is null ? "" : $" ({status.Name})";
        string reason = status.StopReason is null ? "" : $": {RunText.Strategy(status.StopReason)}";
        _output.WriteLine($"Batch {status.Id}{name} is {DocumentWriter.Word(status.Phase)}{reason}, after {RunText.Time(status.TotalDuration)}.");
        _output.WriteLine($"{RunText.Counts(status)}{(status.Phase is BatchPhase.Finished ? "" : string.Create(CultureInfo.InvariantCulture, $", {status.Running:N0} running, {status.Pending:N0} pending"))}.");
        if (UnplaceableText.Of(status) is { } unplaceable)
        {
            _output.WriteLine(unplaceable);
        }
    }

    internal async Task ListAsync(IAsyncEnumerable<BatchStatus> batches, bool json)
    {
        List<BatchStatus> all = [];
        await foreach (BatchStatus status in batches)
        {
            all.Add(status);
        }

        if (json)
        {
            Json(all);
            return;
        }

        if (all.Count == 0)
        {
            _run.Say("There are none.");
            return;
        }

        Table table = RunSummary.Table("Total", "Completed", "Failed", "Cancelled", "Phase", "Created", "Batch", "Name");
        foreach (BatchStatus status in all)
        {
            table.AddRow(
                Number(status.Total),
                Number(status.Completed),
                Number(status.Failed),
                Number(status.Cancelled),
                DocumentWriter.Word(status.Phase),
                status.CreatedAt.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                RunSummary.Cell(status.Id),
                RunSummary.Cell(status.Name ?? ""));
        }

        _output.Write(table);
    }

    /// <summary>Shows how far a batch is, as run does.</summary>
    /// <returns>The last status.</returns>
    internal async Task<BatchStatus> FollowAsync(IAsyncEnumerable<BatchStatus> statuses, CancellationToken cancellationToken)
    {
        IRunProgress? progress = null;
        BatchStatus? last = null;
        try
        {
            await foreach (BatchStatus status in statuses.WithCancellation(cancellationToken))
            {
                last = status;
                progress ??= _run.Show(status);
                progress.Update(status);
            }
        }
        finally
        {
            if (progress is not null)
            {
                await progress.DisposeAsync();
            }
        }

        return last!;
    }

    /// <summary>What came of a finished batch, as run prints it.</summary>
    internal async Task EndAsync(BatchStatus finished, IAsyncEnumerable<InstanceResult> results, bool json)
    {
        if (json)
        {
            await using Stream output = Console.OpenStandardOutput();
            await ResultsDocument.WriteAsync(output, finished, results);
        }
        else
        {
            await _run.SummarizeAsync(finished, results);
        }
    }

    internal async Task ResultsAsync(BatchStatus status, IAsyncEnumerable<InstanceResult> results, bool json, bool csv)
    {
        if (json)
        {
            await EndAsync(status, results, json: true);
            return;
        }

        await using StreamWriter output = new(Console.OpenStandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        if (csv)
        {
            await output.WriteAsync(ResultsCsv.Head);
        }

        await foreach (InstanceResult result in results)
        {
            await output.WriteAsync(csv ? ResultsCsv.Line(result) : Line(result));
        }
    }

    /// <summary>One result for a person, on one line.</summary>
    private static string Line(InstanceResult result)
    {
        string what = result switch
        {
            { Error: { } error } => $"{error.Kind}: {error.Message}",
            { CancelReason: { } reason } => DocumentWriter.Word(reason),
            _ => $"{result.FinalState} {(result.Output is { } output ? Encoding.UTF8.GetString(output) : "")}",
        };
        return $"{DocumentWriter.Word(result.Outcome),-9}  {RunText.Time(result.Duration),10}  {result.Id}  {what.ReplaceLineEndings(" ").TrimEnd()}\n";
    }

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static void Json<T>(T value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, s_indented));
}
