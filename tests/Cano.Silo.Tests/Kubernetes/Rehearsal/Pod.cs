using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http;
using k8s.Models;

namespace Cano.Tests.Kubernetes.Rehearsal;

/// <summary>A pod as the kubelet keeps it: its init container is run, its container started and started again whenever it ends, asked its probes, and ended in the order that Kubernetes has.</summary>
internal sealed class Pod : IAsyncDisposable
{
    /// <summary>How long it takes until everybody who sends to pods has heard that one is going.</summary>
    private static readonly TimeSpan s_newsTravel = TimeSpan.FromSeconds(1);

    /// <summary>Before the second start again, doubled before each further one; the first is at once.</summary>
    private static readonly TimeSpan s_backOff = TimeSpan.FromSeconds(10);

    private readonly RehearsedCluster _cluster;
    private readonly string _program;
    private readonly PodFolders _folders = new();
    private readonly HttpClient _kubelet;
    private readonly CancellationTokenSource _gone = new();
    private readonly ConcurrentQueue<string> _earlierLogs = new();
    private PodProcess? _process;
    private Task _kept = Task.CompletedTask;
    private Task _probed = Task.CompletedTask;
    private long? _deletedAt;
    private volatile bool _ready;

    internal Pod(RehearsedCluster cluster, string name, string program, PodAddress at)
    {
        _cluster = cluster;
        _program = program;
        (Name, At) = (name, at);
        _kubelet = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero })
        {
            BaseAddress = new($"http://{at.Address}:{cluster.HttpPort}"),
            Timeout = TimeSpan.FromSeconds(cluster.Manifests.Silo.ReadinessProbe.TimeoutSeconds ?? 1),
        };
    }

    internal string Name { get; }

    internal PodAddress At { get; }

    /// <summary>What its probe says, as far as the kubelet has asked.</summary>
    internal bool IsReady => _ready;

    /// <summary>Whether it was told to go.</summary>
    internal bool IsDeleted => _deletedAt is not null;

    /// <summary>Whether new connections are led to it: while it is ready, and for a moment after it was told to go.</summary>
    internal bool IsInService => _ready && (_deletedAt is not { } at || Stopwatch.GetElapsedTime(at) < s_newsTravel);

    /// <summary>The ends that its container came to without being told, one line each.</summary>
    internal ConcurrentQueue<string> Ends { get; } = new();

    /// <summary>All that its containers said.</summary>
    internal string[] Log => [.. _earlierLogs.ToArray(), .. _process?.Log ?? []];

    /// <summary>Runs its init containers to their end and starts its container.</summary>
    internal async Task StartAsync()
    {
        foreach (V1Container container in _cluster.Manifests.Pod.InitContainers)
        {
            using PodProcess process = Run(container);
            Assert.True(await process.EndsWithinAsync(Patience.ForStarts), $"{container.Name} of {Name} goes on. It said: {string.Join('\n', process.Log)}");
            Assert.True(process.ExitCode == 0, $"{container.Name} of {Name} ended with {process.ExitCode}: {string.Join('\n', process.Log)}");
        }

        _process = Run(_cluster.Manifests.Silo);
        _kept = KeepAsync();
        _probed = ProbeAsync();
    }

    internal Task ReadyAsync() => Patience.UntilAsync(Patience.ForStarts, () => $"{Name} is not ready. It said: {string.Join('\n', Log.TakeLast(40))}", () => _ready);

    /// <summary>Ends it: out of the Service, the sleep before its end if there is one, SIGTERM, and SIGKILL when its grace is over.</summary>
    /// <returns>How its process ended, and when, from the moment on at which it was told to go.</returns>
    internal async Task<PodEnd> DeleteAsync()
    {
        long started = Stopwatch.GetTimestamp();
        _deletedAt = started;
        TimeSpan grace = TimeSpan.FromSeconds(_cluster.Manifests.Pod.TerminationGracePeriodSeconds ?? 30);
        PodProcess process = _process!;
        if (_cluster.Manifests.Silo.Lifecycle?.PreStop?.Sleep is { } sleep)
        {
            await process.EndsWithinAsync(TimeSpan.FromSeconds(sleep.Seconds));
        }

        process.SendTerm();
        bool ended = await process.EndsWithinAsync(grace - Stopwatch.GetElapsedTime(started));
        if (!ended)
        {
            process.SendKill();
            await process.EndAsync(CancellationToken.None);
        }

        TimeSpan took = Stopwatch.GetElapsedTime(started);
        await StopAsync();
        return new(Name, process.ExitCode, took, Killed: !ended);
    }

    public async ValueTask DisposeAsync()
    {
        _deletedAt ??= 0;
        await StopAsync();
        if (_process is { HasExited: false } process)
        {
            process.SendKill();
            await process.EndAsync(CancellationToken.None);
        }

        _process?.Dispose();
        _kubelet.Dispose();
        _gone.Dispose();
        _folders.Dispose();
    }

    private async Task StopAsync()
    {
        await _gone.CancelAsync();
        await Task.WhenAll(_kept, _probed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ready = false;
    }

    private PodProcess Run(V1Container container)
    {
        Dictionary<string, string> environment = ContainerEnvironment.Of(_cluster.Manifests, container, _cluster.Secrets, Name, At.Address);
        environment["TMPDIR"] = _folders.Temporary;
        if (_program == RehearsedCluster.NewProgram)
        {
            // The program does for other tests what would be a load here.
            environment[CrashHost.CatalogWatch.QuietVariable] = "1";
        }

        return PodProcess.Start(At, _program, _folders.Program, container.Args, environment);
    }

    /// <summary>Starts the container again whenever it ends.</summary>
    private async Task KeepAsync()
    {
        for (TimeSpan wait = TimeSpan.Zero; ; wait = wait == TimeSpan.Zero ? s_backOff : wait * 2)
        {
            await _process!.EndAsync(_gone.Token);
            _ready = false;
            if (_deletedAt is not null)
            {
                return;
            }

            Ends.Enqueue($"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {Name} ended with {_process.ExitCode}");
            Array.ForEach([.. _process.Log], _earlierLogs.Enqueue);
            _process.Dispose();
            _process = null;
            await Patience.PassAsync(wait, _gone.Token);
            _process = Run(_cluster.Manifests.Silo);
        }
    }

    /// <summary>The startup probe until it succeeds, from then on the readiness probe, with the periods and thresholds of the manifest.</summary>
    private async Task ProbeAsync()
    {
        V1Probe startup = _cluster.Manifests.Silo.StartupProbe;
        V1Probe readiness = _cluster.Manifests.Silo.ReadinessProbe;
        PodProcess? started = null;
        int failures = 0;
        while (!_gone.IsCancellationRequested)
        {
            PodProcess? process = _process;
            if (process is null || process != started)
            {
                started = process is not null && await SucceedsAsync(startup) ? process : null;
                failures = 0;
            }

            if (started is not null)
            {
                bool succeeds = await SucceedsAsync(readiness);
                failures = succeeds ? 0 : failures + 1;
                _ready = started == _process && (succeeds || (_ready && failures < (readiness.FailureThreshold ?? 3)));
            }

            await Patience.PassAsync(TimeSpan.FromSeconds((started is null ? startup : readiness).PeriodSeconds ?? 10), _gone.Token);
        }
    }

    private async Task<bool> SucceedsAsync(V1Probe probe)
    {
        try
        {
            using HttpResponseMessage answer = await _kubelet.GetAsync(new Uri(probe.HttpGet.Path, UriKind.Relative), _gone.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException && !_gone.IsCancellationRequested)
        {
            return false;
        }
    }
}

/// <summary>How a pod ended that was told to.</summary>
/// <param name="Name">The pod.</param>
/// <param name="ExitCode">Of its process.</param>
/// <param name="Took">From being told to the end of the process.</param>
/// <param name="Killed">Whether its grace ran out.</param>
internal sealed record PodEnd(string Name, int ExitCode, TimeSpan Took, bool Killed)
{
    public override string ToString() => $"{Name} ended with {ExitCode} after {Took.TotalSeconds:N1} s{(Killed ? ", killed" : "")}";
}
