using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>
/// Purges batches that have been finished for longer than they are kept, and forgets those whose tombstones have been kept as long again. One silo of the cluster does it, the one
/// with the lowest address; two of them, while they see the cluster differently, do no harm.
/// </summary>
internal sealed class RetentionLoop(
    IBatchCatalog catalog,
    IGrainFactory grains,
    ILocalSiloDetails silo,
    ISiloStatusOracle silos,
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider clock,
    IOptions<CanoOptions> options,
    ILogger<RetentionLoop> logger) : ILifecycleParticipant<ISiloLifecycle>, IAsyncDisposable
{
    /// <summary>So many batches are asked for at once.</summary>
    internal const int BatchesPerLook = 200;

    /// <summary>So many batches are purged or forgotten, one after the other, before a pause.</summary>
    internal const int BatchesPerStep = 20;

    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;

    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(RetentionLoop), ServiceLifecycleStage.Active, StartAsync, StopAsync);

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        _stopping.Dispose();
    }

    private Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = RunAsync(_stopping.Token);
        return Task.CompletedTask;
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _loop.WaitAsync(cancellationToken);
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        using PeriodicTimer timer = new(s_interval, clock);
        try
        {
            do
            {
                await LookAsync(cancellationToken);
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            logger.RetentionEnded();
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            int done = BatchesPerLook;
            while (done == BatchesPerLook && IsMine())
            {
                DateTimeOffset before = clock.GetUtcNow() - options.Value.Retention;
                done = await ExpireAsync(await catalog.GetExpiredAsync(before, BatchesPerLook, cancellationToken), cancellationToken);
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.RetentionFailed(exception, s_interval);
        }
    }

    private bool IsMine() => silos.GetApproximateSiloStatuses(onlyActive: true).Keys.All(other => silo.SiloAddress.CompareTo(other) <= 0);

    /// <returns>How many it is done with.</returns>
    private async Task<int> ExpireAsync(IReadOnlyList<BatchEntry> expired, CancellationToken cancellationToken)
    {
        int done = 0;
        foreach (BatchEntry[] step in expired.Chunk(BatchesPerStep))
        {
            foreach (BatchEntry entry in step)
            {
                done += await ExpireAsync(entry, cancellationToken) ? 1 : 0;
            }

            if (step.Length == BatchesPerStep)
            {
                await Task.Delay(s_pause, TimeProvider.System, cancellationToken);
            }
        }

        return done;
    }

    private async Task<bool> ExpireAsync(BatchEntry entry, CancellationToken cancellationToken)
    {
        string id = entry.Status.Id;
        try
        {
            bool done = await grains.GetGrain<IBatchGrain>(id).ExpireAsync().WaitAsync(cancellationToken);
            if (done)
            {
                // What was purged just now has another entry already, which stays; one for which there is no row any more goes.
                await catalog.RemoveAsync(entry, cancellationToken);
            }

            return done;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.BatchNotExpired(exception, id, s_interval);
            return false;
        }
    }
}
