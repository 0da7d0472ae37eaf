using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Cano;

/// <summary>A running service, as the command line asks it: over the HTTP API, like anybody else.</summary>
internal sealed class ServiceClient : IDisposable
{
    /// <summary>How long to wait before a stream that broke off is taken up again.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    /// <summary>How often in a row that is tried.</summary>
    private const int MaxAttempts = 30;

    private readonly HttpClient _http;

    internal ServiceClient(Uri url, string? key)
    {
        _http = new() { BaseAddress = url, Timeout = TimeSpan.FromSeconds(100) };
        if (key is not null)
        {
            _http.DefaultRequestHeaders.Add(ApiKeyHandler.Header, key);
        }
    }

    internal Task<BatchStatus> StartAsync(Stream batch, bool lines, CancellationToken cancellationToken)
    {
        StreamContent content = new(batch);
        content.Headers.ContentType = new(lines ? "application/x-ndjson" : "application/json");
        return AskAsync<BatchStatus>(HttpMethod.Post, "api/batches", content, cancellationToken);
    }

    internal Task<BatchStatus> GetStatusAsync(string id, CancellationToken cancellationToken) => AskAsync<BatchStatus>(HttpMethod.Get, Path(id), null, cancellationToken);

    internal Task<BatchStatus> CancelAsync(string id, CancellationToken cancellationToken) => AskAsync<BatchStatus>(HttpMethod.Post, $"{Path(id)}/cancel", null, cancellationToken);

    /// <summary>Batches, the newest first, as many pages as are needed.</summary>
    internal async IAsyncEnumerable<BatchStatus> ListAsync(string query, int limit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? cursor = null;
        do
        {
            string path = $"api/batches?limit={Math.Min(limit, 100)}{query}{(cursor is null ? "" : $"&cursor={cursor}")}";
            Page<BatchStatus> page = await AskAsync<Page<BatchStatus>>(HttpMethod.Get, path, null, cancellationToken);
            foreach (BatchStatus status in page.Items.Take(limit))
            {
                yield return status;
            }

            limit -= page.Items.Count;
            cursor = page.Next;
        }
        while (cursor is not null && limit > 0);
    }

    /// <summary>The status now, then each change, to the end. A stream that breaks off is taken up again where it was.</summary>
    internal async IAsyncEnumerable<BatchStatus> FollowAsync(string id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? seen = null;
        for (int attempt = 0; ;)
        {
            List<Exception> broken = [];
            await foreach (SseItem<string> item in EventsAsync(id, seen, broken, cancellationToken))
            {
                attempt = 0;
                seen = item.EventId;
                yield return Read<BatchStatus>(item.Data);
                if (item.EventType == "finished")
                {
                    yield break;
                }
            }

            if (++attempt > MaxAttempts)
            {
                throw new CanoConfigurationException(
                    ErrorCodes.StorageUnavailable, $"{_http.BaseAddress} no longer answers; the batch goes on without being watched. {broken.FirstOrDefault()?.Message}", innerException: broken.FirstOrDefault());
            }

            await Task.Delay(s_pause, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>All results that are final, in the order submitted.</summary>
    internal async IAsyncEnumerable<InstanceResult> ResultsAsync(string id, string? outcome, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string path = $"{Path(id)}/results.ndjson{(outcome is null ? "" : $"?outcome={Uri.EscapeDataString(outcome)}")}";
        using HttpResponseMessage answer = await SendAsync(new(HttpMethod.Get, path), cancellationToken);
        using StreamReader lines = new(await answer.Content.ReadAsStreamAsync(cancellationToken));
        for (int ordinal = 0; await lines.ReadLineAsync(cancellationToken) is { } line; ordinal++)
        {
            yield return Read<ResultDocument>(line).ToResult(ordinal);
        }
    }

    public void Dispose() => _http.Dispose();

    private async IAsyncEnumerable<SseItem<string>> EventsAsync(string id, string? seen, List<Exception> broken, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        HttpRequestMessage request = new(HttpMethod.Get, $"{Path(id)}/events");
        if (seen is not null)
        {
            request.Headers.Add("Last-Event-ID", seen);
        }

        HttpResponseMessage answer;
        try
        {
            answer = await SendAsync(request, cancellationToken);
        }
        catch (CanoConfigurationException exception) when (seen is not null && exception.InnerException is HttpRequestException)
        {
            broken.Add(exception);
            yield break;
        }

        using (answer)
        {
            await using IAsyncEnumerator<SseItem<string>> events =
                SseParser.Create(await answer.Content.ReadAsStreamAsync(cancellationToken)).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (true)
            {
                try
                {
                    if (!await events.MoveNextAsync())
                    {
                        yield break;
                    }
                }
                catch (Exception exception) when (exception is IOException or HttpRequestException)
                {
                    broken.Add(exception);
                    yield break;
                }

                yield return events.Current;
            }
        }
    }

    private static string Path(string id) => $"api/batches/{Uri.EscapeDataString(id)}";

    private async Task<T> AskAsync<T>(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await SendAsync(new(method, path) { Content = content }, cancellationToken);
        return Read<T>(await answer.Content.ReadAsStringAsync(cancellationToken));
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            HttpResponseMessage answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (answer.IsSuccessStatusCode)
            {
                return answer;
            }

            using (answer)
            {
                throw Refused((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
            }
        }
        catch (HttpRequestException exception)
        {
            throw new CanoConfigurationException(
                ErrorCodes.InvalidOptions, $"{_http.BaseAddress} can't be reached: {exception.Message} Say with --url (or CANO_URL) where the service is.", innerException: exception);
        }
        catch (TaskCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CanoConfigurationException(ErrorCodes.StorageUnavailable, $"{_http.BaseAddress} did not answer within {_http.Timeout.TotalSeconds} s.", innerException: exception);
        }
        finally
        {
            request.Dispose();
        }
    }

    /// <summary>A problem in one line: what, and where.</summary>
    private CanoConfigurationException Refused(int status, string text)
    {
        try
        {
            JsonElement problem = JsonElement.Parse(text);
            string detail = Member(problem, "detail") ?? Member(problem, "title") ?? "";
            string where = problem.TryGetProperty("errors", out JsonElement errors)
                && errors.EnumerateObject().FirstOrDefault() is { Name: not (null or "" or "$") } first
                && !detail.StartsWith(first.Name, StringComparison.Ordinal)
                ? $"{first.Name}: "
                : "";
            string hint = status switch
            {
                401 => " Show a key with --key (or CANO_KEY).",
                403 => " The key's role does not allow it.",
                _ => "",
            };
            return new(Member(problem, "code") ?? ErrorCodes.InvalidDocument, $"{where}{detail}{Others(problem, detail)}{hint}");
        }
        catch (JsonException)
        {
            return new(ErrorCodes.InvalidDocument, $"{_http.BaseAddress} answered {status}, and not as Cano does; see whether --url is right.");
        }
    }

    /// <summary>The paths of the faults that the text does not speak of.</summary>
    private static string Others(JsonElement problem, string detail)
    {
        IEnumerable<string> paths =
            problem.TryGetProperty("errors", out JsonElement errors) ? errors.EnumerateObject().Skip(1).Select(error => error.Name) : [];
        string[] others = [.. paths.Where(path => !detail.Contains(path, StringComparison.Ordinal))];
        return others.Length == 0 ? "" : $" (also at {string.Join(", ", others)})";
    }

    private static string? Member(JsonElement problem, string name) => problem.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private T Read<T>(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, DocumentJson.Options)!;
        }
        catch (JsonException exception)
        {
            throw new CanoConfigurationException(ErrorCodes.InvalidDocument, $"{_http.BaseAddress} answered something else than Cano does; see whether --url is right.", innerException: exception);
        }
    }
}
