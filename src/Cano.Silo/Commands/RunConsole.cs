using Spectre.Console;

namespace Cano;

/// <summary>What <c>run</c> tells people: progress and remarks on standard error, the summary on standard output.</summary>
internal sealed class RunConsole
{
    private readonly IAnsiConsole _error = Create(Console.Error, Console.IsErrorRedirected);
    private readonly IAnsiConsole _output = Create(Console.Out, Console.IsOutputRedirected);

    internal void Say(string remark) => _error.WriteLine(remark);

    internal IRunProgress Show(BatchStatus started)
    {
        string name = started.Name is null ? "" : $" ({started.Name})";
        string remark = RunText.Final(started) == 0 ? "" : $", {RunText.Final(started):N0} of them finished before";
        Say($"Batch {started.Id}{name} has started: {started.Total:N0} instances{remark}.");
        return Console.IsErrorRedirected
            ? new PlainProgress(Console.Error, started, TimeProvider.System)
            : new BarProgress(_error, started, TimeProvider.System);
    }

    internal async Task SummarizeAsync(BatchStatus finished, IAsyncEnumerable<InstanceResult> results)
    {
        RunSummary summary = new();
        await foreach (InstanceResult result in results)
        {
            summary.Add(result);
        }

        summary.Write(_output, finished);
    }

    /// <summary>A console on a stream, plain where that is no terminal or NO_COLOR says so.</summary>
    internal static IAnsiConsole Create(TextWriter writer, bool redirected)
    {
        bool plain = redirected || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Yes,
        });
        if (redirected)
        {
            // A file has no edge at which lines would have to break.
            console.Profile.Width = 1_000;
        }

        return console;
    }
}
