using System.CommandLine;

namespace Cano;

/// <summary>The commands that ask a running service: submit, list, status, watch, results, cancel.</summary>
internal sealed class ServiceCommands
{
    private const string DefaultUrl = "http://127.0.0.1:5080";

    private readonly Option<string?> _url = new("--url") { Description = $"Where the service is (default: CANO_URL, or {DefaultUrl}).", HelpName = "URL" };
    private readonly Option<string?> _key = new("--key") { Description = "The key to show (default: CANO_KEY).", HelpName = "KEY" };
    private readonly Option<bool> _json = new("--json") { Description = "Print JSON." };
    private readonly Option<bool> _csv = new("--csv") { Description = "Print CSV (RFC 4180)." };
    private readonly Option<bool> _wait = new("--wait") { Description = "Follow the batch to its end, as run does." };
    private readonly Option<string?> _outcome = new("--outcome") { Description = "completed, failed or cancelled." };
    private readonly Option<string?> _phase = new("--phase") { Description = "pending, running, stopping or finished." };
    private readonly Option<string?> _workflow = new("--workflow") { Description = "Batches with an instance of this workflow." };
    private readonly Option<string?> _label = new("--label") { Description = "Batches with an instance of this label." };
    private readonly Option<string?> _name = new("--name") { Description = "Batches of exactly this name." };
    private readonly Option<int> _limit = new("--limit") { Description = "How many at most (default: 50).", DefaultValueFactory = _ => 50 };
    private readonly Argument<string> _file = new("FILE") { Description = "The batch as JSON, or line by line if it ends in .ndjson; - is standard input." };
    private readonly Argument<string> _id = new("ID") { Description = "The batch's id." };

    private readonly ServiceConsole _console = new();

    internal IEnumerable<Command> All()
    {
        _csv.Validators.Add(result =>
        {
            if (result.GetValue(_csv) && result.GetValue(_json))
            {
                result.AddError("Either --json or --csv.");
            }
        });
        _limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
            {
                result.AddError("--limit must be 1 or more.");
            }
        });

        yield return Make(new("submit", "Starts a batch in a running service and prints its id.") { _file, _wait, _json }, SubmitAsync);
        yield return Make(new("list", "Lists the batches of a running service, the newest first.") { _phase, _workflow, _label, _name, _limit, _json }, ListAsync);
        yield return Make(new("status", "Says how far a batch is.") { _id, _json }, StatusAsync);
        yield return Make(new("watch", "Follows a batch to its end and prints what came of it.") { _id, _json }, (service, parsed, token) => WatchAsync(service, parsed.GetRequiredValue(_id), parsed, token));
        yield return Make(new("results", "Prints the results of a batch that are final.") { _id, _outcome, _json, _csv }, ResultsAsync);
        yield return Make(new("cancel", "Stops a batch: what is not final is cancelled.") { _id, _json }, CancelAsync);
    }

    private Command Make(Command command, Func<ServiceClient, ParseResult, CancellationToken, Task<int>> run)
    {
        command.Options.Add(_url);
        command.Options.Add(_key);
        command.SetAction(async (parsed, _) =>
        {
            using Interruption interruption = new();
            using ServiceClient service = new(Url(parsed), parsed.GetValue(_key) ?? Environment.GetEnvironmentVariable("CANO_KEY"));
            try
            {
                return await run(service, parsed, interruption.Requested);
            }
            catch (OperationCanceledException) when (interruption.Requested.IsCancellationRequested)
            {
                return ExitCodes.Interrupted;
            }
        });
        return command;
    }

    private Uri Url(ParseResult parsed)
    {
        string url = parsed.GetValue(_url) ?? Environment.GetEnvironmentVariable("CANO_URL") ?? DefaultUrl;
        return Uri.TryCreate(url.EndsWith('/') ? url : $"{url}/", UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw new CanoConfigurationException(ErrorCodes.InvalidOptions, $"--url: '{url}' is no URL; write it as {DefaultUrl}.");
    }

    private async Task<int> SubmitAsync(ServiceClient service, ParseResult parsed, CancellationToken cancellationToken)
    {
        string file = parsed.GetRequiredValue(_file);
        await using Stream batch = Open(file);
        BatchStatus status;
        try
        {
            status = await service.StartAsync(batch, file.EndsWith(".ndjson", StringComparison.OrdinalIgnoreCase), cancellationToken);
        }
        catch (CanoConfigurationException exception) when (exception.InnerException is null)
        {
            throw BatchFile.Refused(file, exception);
        }

        if (parsed.GetValue(_wait))
        {
            return await WatchAsync(service, status.Id, parsed, cancellationToken);
        }

        _console.Started(status, parsed.GetValue(_json));
        return ExitCodes.Done;
    }

    private static Stream Open(string file)
    {
        try
        {
            return file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new CanoConfigurationException(ErrorCodes.InvalidDocument, $"{file} can't be read: {exception.Message}", innerException: exception);
        }
    }

    private async Task<int> ListAsync(ServiceClient service, ParseResult parsed, CancellationToken cancellationToken)
    {
        Option<string?>[] filters = [_phase, _workflow, _label, _name];
        string query = string.Concat(filters.Select(filter => parsed.GetValue(filter) is { } value ? $"&{filter.Name.TrimStart('-')}={Uri.EscapeDataString(value)}" : ""));
        await _console.ListAsync(service.ListAsync(query, parsed.GetValue(_limit), cancellationToken), parsed.GetValue(_json));
        return ExitCodes.Done;
    }

    private async Task<int> StatusAsync(ServiceClient service, ParseResult parsed, CancellationToken cancellationToken)
    {
        BatchStatus status = await service.GetStatusAsync(parsed.GetRequiredValue(_id), cancellationToken);
        _console.Status(status, parsed.GetValue(_json));
        return status.Phase is BatchPhase.Finished ? ExitCodes.Of(status) : ExitCodes.Done;
    }

    private async Task<int> WatchAsync(ServiceClient service, string id, ParseResult parsed, CancellationToken cancellationToken)
    {
        BatchStatus finished = await _console.FollowAsync(service.FollowAsync(id, cancellationToken), cancellationToken);
        await _console.EndAsync(finished, service.ResultsAsync(id, null, cancellationToken), parsed.GetValue(_json));
        return ExitCodes.Of(finished);
    }

    private async Task<int> ResultsAsync(ServiceClient service, ParseResult parsed, CancellationToken cancellationToken)
    {
        string id = parsed.GetRequiredValue(_id);
        BatchStatus status = await service.GetStatusAsync(id, cancellationToken);
        IAsyncEnumerable<InstanceResult> results = service.ResultsAsync(id, parsed.GetValue(_outcome), cancellationToken);
        await _console.ResultsAsync(status, results, parsed.GetValue(_json), parsed.GetValue(_csv));
        return ExitCodes.Done;
    }

    private async Task<int> CancelAsync(ServiceClient service, ParseResult parsed, CancellationToken cancellationToken)
    {
        _console.Status(await service.CancelAsync(parsed.GetRequiredValue(_id), cancellationToken), parsed.GetValue(_json));
        return ExitCodes.Done;
    }
}
