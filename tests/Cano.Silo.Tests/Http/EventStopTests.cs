using System.Net.Http;
using Cano.Tests.Commands;

namespace Cano.Tests.Http;

/// <summary>A host that is told to stop while somebody follows a batch.</summary>
public sealed class EventStopTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The stream used to hold the stop up for 30 s, until nothing was left of the time for handing over.</summary>
    [Fact]
    public async Task Serve_ToldToStopWhileSomebodyFollows_EndsTheStreamAndHandsOver()
    {
        await using ApiProcess api = new();
        await api.InitializeAsync();
        Answer started = await api.StartAsync(
            """{ "id": "long", "timeout": { "kind": "waitForever" }, "instances": [ { "id": "a", "workflow": "cano.simulate", "params": { "steps": 100000, "delayMs": 100 } } ] }""");
        Assert.Equal(201, started.Status);
        using HttpResponseMessage events = await api.Http.GetAsync("/api/batches/long/events", HttpCompletionOption.ResponseHeadersRead, Token);
        using StreamReader stream = new(await events.Content.ReadAsStreamAsync(Token));
        Assert.Equal("event: progress", await stream.ReadLineAsync(Token));

        api.Stop();

        // It ends as a stream does, not with a broken connection.
        string rest = await stream.ReadToEndAsync(Token);
        CanoProcessResult stopped = await api.EndAsync();
        Assert.DoesNotContain("event: finished", rest, StringComparison.Ordinal);
        Assert.Equal(0, stopped.ExitCode);
        Assert.Contains("its instances were handed over", stopped.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("non-graceful", stopped.Error, StringComparison.Ordinal);
    }
}
