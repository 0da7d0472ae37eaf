namespace Cano.Chaos.Clusters;

/// <summary>Starts a silo for each that dies, as whatever runs a cluster does.</summary>
internal sealed class Replacement : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly ChaosCluster _cluster;
    private readonly int _silos;
    private readonly Task _loop;

    private Replacement(ChaosCluster cluster, int silos)
    {
        _cluster = cluster;
        _silos = silos;
        _loop = RunAsync();
    }

    /// <summary>How many were replaced.</summary>
    internal int Replaced { get; private set; }

    /// <summary>Keeps so many silos running, until it is disposed of.</summary>
    internal static Replacement Of(ChaosCluster cluster, int silos) => new(cluster, silos);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        while (await pause.WaitForNextTickAsync(_stopping.Token))
        {
            for (int missing = _silos - _cluster.Silos.Count; missing > 0; missing--)
            {
                _cluster.Launch();
                Replaced++;
            }
        }
    }
}
