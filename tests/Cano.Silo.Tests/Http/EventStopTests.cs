using System.Net.Http;
using Cano.Tests.Commands;
using Cano.Tests.Storage;

namespace Cano.Tests.Http;

/// <summary>A host that is told to stop while somebody follows a batch.</summary>
public sealed class EventStopTests : IDisposable
{
    /// <summary>What the host says before the address that it was given.</summary>
    private const string Listening = "Now listening on: ";

    private const int Terminate = 15;

    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new() { Timeout = CanoProcess.Patience };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _http.Dispose();
        _folder.Dispose();
    }

    /// <summary>The stream used to hold the stop up for 30 s, until nothing was left of the time for handing over.</summary>
    [Fact]
    public async Task Serve_ToldToStopWhileSomebodyFollows_EndsTheStreamAndHandsOver()
    {
        string[] settings = ["Cano:SiloPort=0", "Cano:GatewayPort=0", "Logging:Console:LogToStandardErrorThreshold=Trace"];
        await using CanoProcess silo = CanoProcess.Start(
            "Cano.Silo", _folder.Path, ["serve", "--urls", "http://127.0.0.1:0", .. settings.SelectMany(setting => (string[])["--set", setting])]);
        await silo.ErrorSaysAsync(Listening);
        Uri url = new(silo.Error.Split(Listening)[1].Split('\n')[0].Trim());
        using StringContent batch = new(
            """{ "id": "long", "timeout": { "kind": "waitForever" }, "instances": [ { "id": "a", "workflow": "cano.simulate", "params": { "steps": 100000, "delayMs": 100 } } ] }""",
            System.Text.Encoding.UTF8,
            "application/json");
        using HttpResponseMessage started = await _http.PostAsync(new Uri(url, "/api/batches"), batch, Token);
        started.EnsureSuccessStatusCode();
        using HttpResponseMessage events = await _http.GetAsync(new Uri(url, "/api/batches/long/events"), HttpCompletionOption.ResponseHeadersRead, Token);
        using StreamReader stream = new(await events.Content.ReadAsStreamAsync(Token));
        Assert.Equal("event: progress", await stream.ReadLineAsync(Token));

        silo.Signal(Terminate);

        // It ends as a stream does, not with a broken connection.
        string rest = await stream.ReadToEndAsync(Token);
        CanoProcessResult stopped = await silo.EndAsync();
        Assert.DoesNotContain("event: finished", rest, StringComparison.Ordinal);
        Assert.Equal(0, stopped.ExitCode);
        Assert.Contains("its instances were handed over", stopped.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("non-graceful", stopped.Error, StringComparison.Ordinal);
    }
}
