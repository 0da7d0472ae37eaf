using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>
/// Purges batches that have been finished for longer than they are kept, and forgets those whose tombstones have been kept as long again.
/// One silo of the cluster does it, the one with the lowest address; two of them, while they see the cluster differently, do no harm.
/// </summary>
internal sealed class RetentionLoop(
    IBatchCatalog catalog,
    IGrainFactory grains,
    ILocalSiloDetails silo,
    ISiloStatusOracle silos,
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider clock,
    IOptions<CanoOptions> options,
    ILogger<RetentionLoop> logger) : SiloLoop(s_interval, clock, logger)
{
    /// <summary>Bounds what is read of the catalog at once.</summary>
    internal const int BatchesPerPage = 200;

    /// <summary>Batches that are purged or forgotten, one after the other, before a pause: others get their turn at the storage.</summary>
    internal const int BatchesPerStep = 20;

    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Goes through all that have been kept long enough, page by page; those that can't go yet are passed over until the next round.
    /// </summary>
    protected override async Task DoRoundAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!IsMine())
            {
                return;
            }

            DateTimeOffset before = Clock.GetUtcNow() - options.Value.Retention;
            IReadOnlyList<BatchEntry> page = [];
            do
            {
                page = await catalog.GetExpiredAsync(before, page.Count == 0 ? null : page[^1], BatchesPerPage, cancellationToken);
                await ExpireAsync(page, cancellationToken);
            }
            while (page.Count > 0 && IsMine());
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.RetentionFailed(exception, Interval);
        }
    }

    private bool IsMine() => silos.GetApproximateSiloStatuses(onlyActive: true).Keys.All(other => silo.SiloAddress.CompareTo(other) <= 0);

    private async Task ExpireAsync(IReadOnlyList<BatchEntry> expired, CancellationToken cancellationToken)
    {
        foreach (BatchEntry[] step in expired.Chunk(BatchesPerStep))
        {
            foreach (BatchEntry entry in step)
            {
                await ExpireAsync(entry, cancellationToken);
            }

            if (step.Length == BatchesPerStep)
            {
                await Task.Delay(s_pause, TimeProvider.System, cancellationToken);
            }
        }
    }

    private async Task ExpireAsync(BatchEntry entry, CancellationToken cancellationToken)
    {
        string id = entry.Status.Id;
        try
        {
            if (await grains.GetGrain<IBatchGrain>(id).ExpireAsync().WaitAsync(cancellationToken))
            {
                // What was purged just now has another entry already, which stays; one for which there is no row any more goes.
                await catalog.RemoveAsync(entry, cancellationToken);
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger.BatchNotExpired(exception, id, Interval);
        }
    }
}
