using System.Net;
using System.Net.Http;
using System.Text.Json;
using Cano.Tests.Commands;
using Cano.Tests.Storage;

namespace Cano.Tests.Http;

/// <summary>A host that is told to stop behind a load balancer, which must learn of it before anything is refused.</summary>
public sealed class ShutdownDelayTests : IDisposable
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

    [Fact]
    public async Task Serve_ToldToStop_IsNotReadyFirstAndStopsOnceTheDelayIsOver()
    {
        string[] settings = ["Cano:SiloPort=0", "Cano:GatewayPort=0", "Cano:Http:ShutdownDelay=00:00:08", "Logging:Console:LogToStandardErrorThreshold=Trace"];
        await using CanoProcess silo = CanoProcess.Start(
            "Cano.Silo", _folder.Path, ["serve", "--urls", "http://127.0.0.1:0", .. settings.SelectMany(setting => (string[])["--set", setting])]);
        await silo.ErrorSaysAsync(Listening);
        Uri url = new(silo.Error.Split(Listening)[1].Split('\n')[0].Trim());
        Assert.Equal(HttpStatusCode.OK, (await _http.GetAsync(new Uri(url, "/health/ready"), Token)).StatusCode);

        silo.Signal(Terminate);
        JsonElement report = await UnreadyAsync(new(url, "/health/ready"));
        using HttpResponseMessage alive = await _http.GetAsync(new Uri(url, "/health/live"), Token);
        using StringContent batch = new(
            """{ "id": "late", "timeout": { "kind": "waitForever" }, "instances": [ { "id": "a", "workflow": "cano.simulate" } ] }""", System.Text.Encoding.UTF8, "application/json");
        using HttpResponseMessage started = await _http.PostAsync(new Uri(url, "/api/batches"), batch, Token);
        string events = await _http.GetStringAsync(new Uri(url, "/api/batches/late/events"), Token);
        CanoProcessResult stopped = await silo.EndAsync();

        // It says why, and all else is as it was.
        Assert.Equal(
            ["host unhealthy The host was told to stop.", "silo healthy The silo is active.", "storage healthy The database answers."],
            report.GetProperty("checks").EnumerateArray().Select(check => $"{check.GetProperty("name")} {check.GetProperty("status")} {check.GetProperty("reason")}"));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Created), (alive.StatusCode, started.StatusCode));
        Assert.Contains("event: finished", events, StringComparison.Ordinal);
        Assert.Equal(0, stopped.ExitCode);
    }

    [Theory]
    [InlineData("-00:00:01")]
    [InlineData("00:10:01")]
    public async Task Serve_WithADelayOutOfRange_IsRefused(string delay)
    {
        CanoProcessResult refused = await CanoProcess.RunAsync(
            _folder.Path, ["serve", "--urls", "http://127.0.0.1:0", "--set", "Cano:SiloPort=0", "--set", "Cano:GatewayPort=0", "--set", $"Cano:Http:ShutdownDelay={delay}"]);

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("ShutdownDelay", refused.Error, StringComparison.Ordinal);
    }

    /// <summary>Asks until the answer is 503: the signal takes a moment.</summary>
    private async Task<JsonElement> UnreadyAsync(Uri url)
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        while (true)
        {
            using HttpResponseMessage answer = await _http.GetAsync(url, Token);
            if (answer.StatusCode is HttpStatusCode.ServiceUnavailable)
            {
                return JsonElement.Parse(await answer.Content.ReadAsStringAsync(Token));
            }

            await pause.WaitForNextTickAsync(Token);
        }
    }
}
