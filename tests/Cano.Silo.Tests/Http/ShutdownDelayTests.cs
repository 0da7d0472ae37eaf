using Cano.Tests.Commands;
using Cano.Tests.Storage;

namespace Cano.Tests.Http;

/// <summary>A host that is told to stop behind a load balancer, which must learn of it before anything is refused.</summary>
public sealed class ShutdownDelayTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Serve_ToldToStop_IsNotReadyFirstAndStopsOnceTheDelayIsOver()
    {
        await using ApiProcess api = new("Cano:Http:ShutdownDelay=00:00:08");
        await api.InitializeAsync();
        Assert.Equal(200, (await api.GetAsync("/health/ready")).Status);

        api.Stop();
        Answer report = await UnreadyAsync(api);
        Answer alive = await api.GetAsync("/health/live");
        Answer started = await api.StartAsync("""{ "id": "late", "timeout": { "kind": "waitForever" }, "instances": [ { "id": "a", "workflow": "cano.simulate" } ] }""");
        string events = await api.Http.GetStringAsync("/api/batches/late/events", Token);
        CanoProcessResult stopped = await api.EndAsync();

        // It says why, and all else is as it was.
        Assert.Equal(
            [
                "host unhealthy The host was told to stop.",
                "silo healthy The silo is active.",
                "storage healthy The database answers.",
                "workflows healthy No instance waits for a silo that has its workflow.",
            ],
            report.Json.GetProperty("checks").EnumerateArray().Select(check => $"{check.GetProperty("name")} {check.GetProperty("status")} {check.GetProperty("reason")}"));
        Assert.Equal((200, 201), (alive.Status, started.Status));
        Assert.Contains("event: finished", events, StringComparison.Ordinal);
        Assert.Equal(0, stopped.ExitCode);
    }

    [Theory]
    [InlineData("-00:00:01")]
    [InlineData("00:10:01")]
    public async Task Serve_WithADelayOutOfRange_IsRefused(string delay)
    {
        using TemporaryFolder folder = new();
        CanoProcessResult refused = await CanoProcess.RunAsync(
            folder.Path, ["serve", "--urls", "http://127.0.0.1:0", "--set", "Cano:SiloPort=0", "--set", "Cano:GatewayPort=0", "--set", $"Cano:Http:ShutdownDelay={delay}"]);

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("ShutdownDelay", refused.Error, StringComparison.Ordinal);
    }

    /// <summary>Asks until the answer is 503: the signal takes a moment.</summary>
    private static async Task<Answer> UnreadyAsync(ApiProcess api)
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        Answer answer;
        while ((answer = await api.GetAsync("/health/ready")).Status != 503)
        {
            await pause.WaitForNextTickAsync(Token);
        }

        return answer;
    }
}
