using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>
/// Finds batches that nobody drives and sees to it that somebody does, with no one asking: those whose silo is gone, and those that this
/// silo is said to drive and does not (the activation was lost and the silo lives on). Every silo runs one; doing it twice is harmless.
/// </summary>
internal sealed class RecoveryLoop(
    IBatchCatalog catalog,
    IGrainFactory grains,
    ActiveBatches active,
    ILocalSiloDetails silo,
    ISiloStatusOracle silos,
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider clock,
    IOptions<CanoOptions> options,
    CanoMetrics metrics,
    ILogger<RecoveryLoop> logger) : SiloLoop(options.Value.RecoveryInterval, TimeProvider.System, logger)
{
    /// <summary>
    /// An entry for which there is no batch after this long belongs to a start that was broken off: one call, for a batch of a single
    /// partition.
    /// </summary>
    private static readonly TimeSpan s_startTimeout = TimeSpan.FromMinutes(2);

    /// <summary>The same for a batch of several partitions, which the client sends one after the other.</summary>
    private static readonly TimeSpan s_longStartTimeout = TimeSpan.FromHours(1);

    /// <summary>
    /// The longest that one batch, or the catalog, is waited for: a call to a silo that hangs would keep all that is lost in the meantime
    /// waiting for its time-out (30 s). What was not answered is asked again at the next look.
    /// </summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(4);

    /// <summary>So many batches are resumed at once.</summary>
    private const int Parallel = 32;

    protected override void OnStarting() => metrics.RecoveryBegun();

    protected override async Task DoRoundAsync(CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<BatchEntry> unfinished =
                await catalog.GetUnfinishedAsync(LivingOthers(), active.Contains, cancellationToken).WaitAsync(s_patience, TimeProvider.System, cancellationToken);
            BatchEntry[] lost = [.. unfinished.Where(IsLost)];
            await System.Threading.Tasks.Parallel.ForEachAsync(
                lost, new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken }, ResumeAsync);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            metrics.RecoveryFailed();
            logger.RecoveryFailed(exception, Interval);
        }
    }

    /// <summary>The silos that look after their batches themselves.</summary>
    private string[] LivingOthers() =>
    [
        .. silos.GetApproximateSiloStatuses()
            .Where(one => !one.Key.Equals(silo.SiloAddress) && one.Value is not (SiloStatus.Dead or SiloStatus.None))
            .Select(one => one.Key.ToParsableString()),
    ];

    private bool IsLost(BatchEntry entry) => OwnerAddress.Parse(entry.Owner) switch
    {
        { } owner when !owner.Equals(silo.SiloAddress) => silos.GetApproximateSiloStatus(owner) is SiloStatus.Dead or SiloStatus.None,

        // An owner that is no address is no silo; the batch enters its own when it is resumed.
        _ => !active.Contains(entry.Status.Id),
    };

    /// <summary>Whether it may be: the entry of a batch that runs says no more, and only the batch itself knows.</summary>
    private bool IsBrokenOff(BatchEntry entry) =>
        entry.Status.StartedAt is null && clock.GetUtcNow() - entry.Status.CreatedAt > (entry.Partitions > 1 ? s_longStartTimeout : s_startTimeout);

    private static async Task<bool> IsOfEarlierBatchAsync(IBatchGrain batch, BatchEntry entry)
    {
        try
        {
            // A catalog may keep times less exactly than the batch does.
            return (await batch.GetStatusAsync()).CreatedAt - entry.Status.CreatedAt > TimeSpan.FromSeconds(1);
        }
        catch (CanoException exception) when (exception is BatchPurgedException or BatchNotFoundException)
        {
            return false;
        }
    }

    private async ValueTask ResumeAsync(BatchEntry entry, CancellationToken cancellationToken)
    {
        string id = entry.Status.Id;
        try
        {
            IBatchGrain batch = grains.GetGrain<IBatchGrain>(id);
            if (entry.IsBeingPurged && await IsOfEarlierBatchAsync(batch, entry).WaitAsync(s_patience, TimeProvider.System, cancellationToken))
            {
                // The purge that it speaks of is over, and its id is used again: the batch that bears it now enters itself anew.
                await catalog.RemoveAsync(entry, cancellationToken);
                await batch.ResumeAsync().WaitAsync(s_patience, TimeProvider.System, cancellationToken);
                return;
            }

            bool driven = await (entry.IsBeingPurged ? batch.PurgeAsync() : batch.ResumeAsync()).WaitAsync(s_patience, TimeProvider.System, cancellationToken);
            if (IsBrokenOff(entry) && await batch.CleanUpAsync(entry.Digest, entry.Partitions).WaitAsync(s_patience, TimeProvider.System, cancellationToken))
            {
                await catalog.RemoveAsync(entry, cancellationToken);
                logger.StartCleanedUp(id);
            }
            else if (driven)
            {
                metrics.BatchResumed();
                logger.BatchResumed(id);
            }
        }
        catch (TimeoutException) when (entry.IsBeingPurged || IsBrokenOff(entry))
        {
            // The batch goes on removing by itself; the next look asks how far it is.
            logger.RemovalTakesLonger(id);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            metrics.RecoveryFailed();
            logger.BatchNotResumed(exception, id);
        }
    }
}
