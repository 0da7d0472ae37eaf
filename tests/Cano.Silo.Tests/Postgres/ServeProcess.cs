using System.Net.Http;
using Cano.Tests.Commands;
using Cano.Tests.Storage;

namespace Cano.Tests.Postgres;

/// <summary><c>serve</c> as a process, a member of a cluster on PostgreSQL.</summary>
internal sealed class ServeProcess : IAsyncDisposable
{
    /// <summary>What the host says before the address that it was given.</summary>
    private const string Listening = "Now listening on: ";

    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new();

    private ServeProcess(string connectionString, string[] settings)
    {
        int[] ports = FreePorts.Find(2);
        GatewayPort = ports[1];
        string[] all =
        [
            "Cano:Storage:Provider=postgres", $"ConnectionStrings:Cano={connectionString}", "Cano:Clustering:Provider=adonet",
            $"Cano:SiloPort={ports[0]}", $"Cano:GatewayPort={ports[1]}", "Logging:Console:LogToStandardErrorThreshold=Trace", .. settings,
        ];
        Process = CanoProcess.Start("Cano.CrashHost", _folder.Path, ["serve", "--urls", "http://127.0.0.1:0", .. all.SelectMany(setting => (string[])["--set", setting])]);
    }

    internal CanoProcess Process { get; }

    internal int GatewayPort { get; }

    internal static ServeProcess Start(string connectionString, params string[] settings) => new(connectionString, settings);

    /// <summary>Waits until it works.</summary>
    internal Task ReadyAsync() => Process.ErrorSaysAsync("catalog: ");

    /// <summary>Where it answers.</summary>
    internal async Task<Uri> UrlAsync()
    {
        await Process.ErrorSaysAsync(Listening);
        return new(Process.Error.Split(Listening)[1].Split('\n')[0].Trim());
    }

    /// <summary>What <c>/health/ready</c> answers.</summary>
    internal async Task<(bool Ready, string Body)> HealthAsync()
    {
        using HttpResponseMessage answer = await _http.GetAsync(new Uri(await UrlAsync(), "/health/ready"), TestContext.Current.CancellationToken);
        return (answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        _http.Dispose();
        _folder.Dispose();
    }
}
