using Microsoft.Extensions.Logging;

namespace Cano;

/// <summary>
/// The catalog of a silo that has nothing but grain storage: the unfinished batches, in a fixed number of shards. It forgets finished ones,
/// so it serves recovery, and neither lists nor retention.
/// </summary>
internal sealed class CatalogIndex(IGrainFactory grains, ILogger<CatalogIndex>? logger = null) : IBatchCatalog
{
    /// <summary>Never change this: entries are found by it.</summary>
    private const uint Shards = 16;

    /// <summary>The longest that a shard is waited for while the others have answered: less than recovery waits for them all.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    public Task PutAsync(BatchEntry entry, CancellationToken cancellationToken = default) =>
        ShardOf(entry.Status.Id).PutAsync(entry).WaitAsync(cancellationToken);

    public Task RemoveAsync(BatchEntry entry, CancellationToken cancellationToken = default) =>
        ShardOf(entry.Status.Id).RemoveAsync(entry).WaitAsync(cancellationToken);

    public async Task<IReadOnlyList<BatchEntry>> GetUnfinishedAsync(CancellationToken cancellationToken = default)
    {
        BatchEntry[][] shards = await Task.WhenAll(Enumerable.Range(0, (int)Shards).Select(shard => Shard((uint)shard).GetAllAsync())).WaitAsync(cancellationToken);
        return [.. shards.SelectMany(entries => entries)];
    }

    /// <summary>Of the shards that answer: recovery asks again soon.</summary>
    public async Task<IReadOnlyList<BatchEntry>> GetUnfinishedAsync(
        IReadOnlyCollection<string> exceptOwners, Predicate<string> isDriven, CancellationToken cancellationToken = default)
    {
        BatchEntry[]?[] shards =
            await Task.WhenAll(Enumerable.Range(0, (int)Shards).Select(shard => TryGetAllAsync((uint)shard, cancellationToken)));
        return
        [
            .. shards
                .SelectMany(entries => entries ?? [])
                .Where(entry => !exceptOwners.Contains(entry.Owner) && !isDriven(entry.Status.Id)),
        ];
    }

    /// <summary>A shard that does not answer keeps back what it has, and nothing of the others.</summary>
    /// <returns>Null: it did not answer.</returns>
    private async Task<BatchEntry[]?> TryGetAllAsync(uint shard, CancellationToken cancellationToken)
    {
        try
        {
            return await Shard(shard).GetAllAsync().WaitAsync(s_patience, TimeProvider.System, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            logger?.ShardNotRead(exception, shard);
            return null;
        }
    }

    private ICatalogIndexGrain ShardOf(string batchId) => Shard(StableHash.ComputeHash(batchId) % Shards);

    private ICatalogIndexGrain Shard(uint shard) => grains.GetGrain<ICatalogIndexGrain>(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"shard-{shard}"));
}
