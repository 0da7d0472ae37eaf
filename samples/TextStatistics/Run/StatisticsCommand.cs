using System.CommandLine;
using System.Globalization;
using Cano;

namespace TextStatistics;

/// <summary>The command line: <c>TextStatistics [DIR] [--quota N] [--duration TIME] [--data DIR]</c>.</summary>
internal sealed class StatisticsCommand
{
    private readonly Argument<string?> _folder = new("DIR")
    {
        Description = "The folder whose files are counted (default: the sources of Cano).",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<int?> _quota = new("--quota")
    {
        Description = "Stop when this many files are through, counted or rejected.",
        HelpName = "N",
        CustomParser = result =>
        {
            if (!int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out int quota))
            {
                result.AddError($"--quota {result.Tokens[0].Value}: the number of files is written as 100.");
            }

            return quota;
        },
    };

    private readonly Option<TimeSpan?> _duration = new("--duration")
    {
        Description = "Stop after this time: 2s, 500ms, 5m or 00:00:02.",
        HelpName = "TIME",
        CustomParser = result =>
        {
            if (!DurationText.TryParse(result.Tokens[0].Value, out TimeSpan duration))
            {
                result.AddError($"--duration {result.Tokens[0].Value}: a time is written as 2s, 500ms, 5m or 00:00:02.");
            }

            return duration;
        },
    };

    private readonly Option<string> _data = new("--data")
    {
        Description = "Where the batch and its results are kept, in SQLite.",
        HelpName = "DIR",
        DefaultValueFactory = _ => Path.Combine(".cano", "text-statistics"),
    };

    internal async Task<int> RunAsync(string[] args)
    {
        RootCommand command = new("Counts bytes, lines and words of all files under a folder, one workflow instance a file.") { _folder, _quota, _duration, _data };
        command.SetAction(CountAsync);
        ParseResult parsed = command.Parse(args);
        if (parsed.Errors is [{ } error, ..])
        {
            return Refuse(error.Message);
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = TimeSpan.FromSeconds(30),
            });
        }
        catch (CanoException exception)
        {
            return Refuse(exception.Message);
        }
        catch (OperationCanceledException)
        {
            // Before the batch was started; later, its results are printed.
            return ExitCodes.Interrupted;
        }
    }

    #region the strategies
    /// <summary>Without a limit all files are counted; with two limits the first one that is reached stops the batch.</summary>
    internal static ConcurrentTimeout Strategy(int? quota, TimeSpan? duration) => (quota, duration) switch
    {
        (null, null) => new ConcurrentTimeout.WaitForever(),
        ({ } files, null) => new ConcurrentTimeout.WaitForQuota(files),
        (null, { } time) => new ConcurrentTimeout.WaitDuration(time),
        ({ } files, { } time) => new ConcurrentTimeout.WaitQuotaOrDuration(files, time),
    };
    #endregion

    private Task<int> CountAsync(ParseResult parsed, CancellationToken interrupted)
    {
        string data = parsed.GetRequiredValue(_data);
        string? named = parsed.GetValue(_folder);
        if (named is not null && !Directory.Exists(named))
        {
            return Task.FromResult(Refuse($"There is no folder {named}."));
        }

        TextFolder? folder = named is null ? TextFolder.Sources(Directory.GetCurrentDirectory(), AppContext.BaseDirectory) : TextFolder.Named(named, data);
        return folder is null
            ? Task.FromResult(Refuse("Cano.sln was not found above the current folder; name a folder to count."))
            : new StatisticsRun(folder, Strategy(parsed.GetValue(_quota), parsed.GetValue(_duration)), data).CountAsync(interrupted);
    }

    private static int Refuse(string message)
    {
        Console.Error.WriteLine($"TextStatistics: {message}");
        return ExitCodes.Refused;
    }
}
