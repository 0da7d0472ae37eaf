using System.Net.Http;
using System.Text;
using System.Text.Json;
using Cano.Tests.Commands;
using Cano.Tests.Storage;

namespace Cano.Tests.Http;

/// <summary><c>serve</c> as a process on SQLite and free ports, and an HTTP client of it.</summary>
public sealed class ApiProcess : IAsyncLifetime
{
    /// <summary>What the host says before the address that it was given.</summary>
    private const string Listening = "Now listening on: ";

    private const int Terminate = 15;

    private readonly TemporaryFolder _folder = new();
    private string[] _settings;
    private CanoProcess? _process;

    public ApiProcess()
        : this([])
    {
    }

    internal ApiProcess(params string[] settings) => _settings = settings;

    /// <summary>The program that is started, one that stands beside the tests.</summary>
    internal string Program { get; init; } = "Cano.Silo";

    /// <summary>What its environment has beside that of the tests.</summary>
    internal (string Name, string Value)[] Environment { get; init; } = [];

    public HttpClient Http { get; private set; } = new() { Timeout = CanoProcess.Patience };

    internal string Log => _process!.Error;

    /// <summary>What the host has in memory, in bytes.</summary>
    internal long Memory => _process!.Memory;

    /// <summary>Where the host puts its temporary files.</summary>
    internal string TemporaryFiles => Path.Combine(_folder.Path, "tmp");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        string[] settings = ["Cano:SiloPort=0", "Cano:GatewayPort=0", "Logging:Console:LogToStandardErrorThreshold=Trace", .. _settings];
        string[] arguments = ["serve", "--urls", "http://127.0.0.1:0", .. settings.SelectMany(setting => (string[])["--set", setting])];
        _process = CanoProcess.Start(
            Program, _folder.Path, arguments, environment: [("TMPDIR", Directory.CreateDirectory(TemporaryFiles).FullName), .. Environment]);
        await _process.ErrorSaysAsync(Listening);
        Http.BaseAddress = new(_process.Error.Split(Listening)[1].Split('\n')[0].Trim());
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _folder.Dispose();
    }

    /// <summary>Ends the process and starts another one on the same data.</summary>
    internal async Task RestartAsync(params string[] settings)
    {
        await _process!.DisposeAsync();
        Http.Dispose();
        Http = new() { Timeout = CanoProcess.Patience };
        _settings = settings;
        await InitializeAsync();
    }

    /// <summary>Tells the process to stop, as whoever runs it does.</summary>
    internal void Stop() => _process!.Signal(Terminate);

    /// <summary>Waits for its end.</summary>
    internal Task<CanoProcessResult> EndAsync() => _process!.EndAsync();

    /// <summary>Asks, and reads the answer as JSON, whatever its status.</summary>
    internal async Task<Answer> AskAsync(HttpMethod method, string path, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(method, path) { Content = content };
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using HttpResponseMessage answer = await Http.SendAsync(request, Token);
        return await Answer.ReadAsync(answer, Token);
    }

    internal Task<Answer> GetAsync(string path) => AskAsync(HttpMethod.Get, path);

    internal Task<Answer> StartAsync(string json, params (string Name, string Value)[] headers) =>
        AskAsync(HttpMethod.Post, "/api/batches", new StringContent(json, Encoding.UTF8, "application/json"), headers);

    internal Task<Answer> StartLinesAsync(string lines) => AskAsync(HttpMethod.Post, "/api/batches", new StringContent(lines, Encoding.UTF8, "application/x-ndjson"));

    /// <summary>Follows a batch to its end.</summary>
    /// <param name="id">The batch.</param>
    /// <param name="lastEventId">The event after which to begin; null: at the beginning.</param>
    /// <param name="seen">Called with each status as it comes; null: nothing is.</param>
    /// <returns>The events: type, id, status.</returns>
    internal async Task<List<(string Type, string Id, JsonElement Status)>> FollowAsync(
        string id, string? lastEventId = null, Func<JsonElement, Task>? seen = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, $"/api/batches/{id}/events");
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        using HttpResponseMessage answer = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        answer.EnsureSuccessStatusCode();
        List<(string, string, JsonElement)> events = [];
        await foreach (System.Net.ServerSentEvents.SseItem<string> item in System.Net.ServerSentEvents.SseParser.Create(await answer.Content.ReadAsStreamAsync(Token)).EnumerateAsync(Token))
        {
            events.Add((item.EventType, item.EventId!, JsonElement.Parse(item.Data)));
            await (seen?.Invoke(events[^1].Item3) ?? Task.CompletedTask);
        }

        return events;
    }
}

/// <summary>What the API answered.</summary>
internal sealed record Answer(int Status, string Text, string? Type, IReadOnlyDictionary<string, string> Headers)
{
    internal JsonElement Json => JsonElement.Parse(Text);

    internal string? Of(string member) => Json.GetProperty(member).ToString();

    internal static async Task<Answer> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken) => new(
        (int)answer.StatusCode,
        await answer.Content.ReadAsStringAsync(cancellationToken),
        answer.Content.Headers.ContentType?.MediaType,
        answer.Headers.ToDictionary(header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase));
}
