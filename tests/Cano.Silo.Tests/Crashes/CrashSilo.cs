using System.Diagnostics;
using Cano.CrashHost;
using Cano.Tests.Clients;
using Cano.Tests.Commands;
using Cano.Tests.Storage;

namespace Cano.Tests.Crashes;

/// <summary>A host process that can be made to die at a given write, or at any moment, and that tells what its instances do and what the catalog holds.</summary>
internal sealed class CrashSilo : IAsyncDisposable
{
    private const int KilledExitCode = 128 + 9;

    private readonly CanoProcess _process;
    private readonly int _gatewayPort;
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private SiloClient? _client;

    private CrashSilo(CanoProcess process, int gatewayPort)
    {
        _process = process;
        _gatewayPort = gatewayPort;
    }

    /// <summary>Since the process was started.</summary>
    internal TimeSpan Up => Stopwatch.GetElapsedTime(_startedAt);

    /// <summary>The steps that instances of a batch took in this process: <c>INSTANCE STEP</c>, in their order.</summary>
    internal IReadOnlyList<string> TrailOf(string batch) =>
    [
        .. _process.Error.Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.StartsWith($"trail {batch}/", StringComparison.Ordinal)).Select(line => line[($"trail {batch}/".Length)..]),
    ];

    /// <summary><c>serve</c> on a folder, on free ports. Nobody is connected to it, unless someone uses <see cref="ConnectAsync"/>.</summary>
    internal static CrashSilo Serve(TemporaryFolder folder, bool hold = false, params string[] settings) => Serve("", folder, hold, settings);

    /// <summary>The same, to die at a write.</summary>
    internal static CrashSilo Serve(string dieAt, TemporaryFolder folder, bool hold = false, params string[] settings)
    {
        int[] ports = FreePorts.Find(3);
        string[] all = [$"Cano:SiloPort={ports[1]}", $"Cano:GatewayPort={ports[2]}", .. settings];
        return new(
            CanoProcess.Start("Cano.CrashHost", folder.Path, ["serve", "--urls", $"http://127.0.0.1:{ports[0]}", .. Set(all)], input: null, Environment(dieAt, hold)),
            ports[2]);
    }

    /// <summary><c>run</c> of a batch, which is to die at a write.</summary>
    internal static async Task DieAsync(string dieAt, TemporaryFolder folder, string file, bool hold = false, params string[] settings)
    {
        await using CrashSilo silo = Run(dieAt, folder, file, hold, settings);
        await silo.DeadAsync();
    }

    /// <summary>The same of a batch that has a deadline, which may come before that write.</summary>
    /// <returns>False: it did, and the process has ended by itself.</returns>
    internal static async Task<bool> TryDieAsync(string dieAt, TemporaryFolder folder, string file, bool hold = false)
    {
        await using CrashSilo silo = Run(dieAt, folder, file, hold);
        CanoProcessResult result = await silo._process.EndAsync();
        Assert.True(
            result.ExitCode is KilledExitCode or 0, $"The process was to be killed, or to see the deadline, and ended with {result.ExitCode}. Standard error: {result.Error}");
        return result.ExitCode == KilledExitCode;
    }

    /// <summary>Waits until it has died by the hand that was to kill it.</summary>
    internal async Task DeadAsync()
    {
        CanoProcessResult result = await _process.EndAsync();
        Assert.True(result.ExitCode == KilledExitCode, $"The process was to be killed and ended with {result.ExitCode}. Standard error: {result.Error}");
    }

    internal async Task KillAsync()
    {
        _process.KillHard();
        await DeadAsync();
    }

    /// <summary>Waits until standard error has a text.</summary>
    internal Task SaysAsync(string text) => _process.ErrorSaysAsync(text);

    /// <summary>Waits until its silo works and serves clients.</summary>
    internal Task ReadyAsync() => SaysAsync("catalog: ");

    /// <summary>Waits until no batch is unfinished. Right only for a process that nobody gives a batch.</summary>
    internal Task AllFinishedAsync() => SaysAsync("catalog: empty");

    internal async Task<SiloClient> ConnectAsync()
    {
        await ReadyAsync();
        return _client ??= await SiloClient.ConnectAsync(_gatewayPort);
    }

    /// <summary>The results of a batch that has finished, asked for only now.</summary>
    internal async Task<ConcurrentWorkflowResults<TrailState>> ResultsAsync(string batch)
    {
        ConcurrentWorkflowRun<TrailState> run = (await ConnectAsync()).Cano.Attach<TrailState>(batch);
        BatchStatus status = await run.GetStatusAsync(TestContext.Current.CancellationToken);
        Assert.Equal(BatchPhase.Finished, status.Phase);
        return await run.WaitAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }

        await _process.DisposeAsync();
    }

    private static CrashSilo Run(string dieAt, TemporaryFolder folder, string file, bool hold, params string[] settings) => new(
        CanoProcess.Start("Cano.CrashHost", folder.Path, ["run", file, .. Set(settings)], input: null, Environment(dieAt, hold)), gatewayPort: 0);

    private static IEnumerable<string> Set(string[] settings) => settings.SelectMany(setting => (string[])["--set", setting]);

    private static (string Name, string Value)[] Environment(string dieAt, bool hold) => hold
        ? [(CrashPoint.Variable, dieAt), (Trail.HoldVariable, "1")]
        : [(CrashPoint.Variable, dieAt)];
}
