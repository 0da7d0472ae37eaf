namespace Cano;

/// <summary>
/// The catalog of a silo that has nothing but grain storage: the unfinished batches, in a fixed number of shards. It forgets finished ones, so it serves recovery, and neither lists nor retention.
/// </summary>
internal sealed class CatalogIndex(IGrainFactory grains) : IBatchCatalog
{
    /// <summary>Never change this: entries are found by it.</summary>
    private const uint Shards = 16;

    public Task PutAsync(BatchEntry entry, CancellationToken cancellationToken = default) =>
        ShardOf(entry.Status.Id).PutAsync(entry).WaitAsync(cancellationToken);

    public Task RemoveAsync(BatchEntry entry, CancellationToken cancellationToken = default) =>
        ShardOf(entry.Status.Id).RemoveAsync(entry).WaitAsync(cancellationToken);

    public async Task<IReadOnlyList<BatchEntry>> GetUnfinishedAsync(CancellationToken cancellationToken = default)
    {
        BatchEntry[][] shards = await Task.WhenAll(Enumerable.Range(0, (int)Shards).Select(shard => Shard((uint)shard).GetAllAsync())).WaitAsync(cancellationToken);
        return [.. shards.SelectMany(entries => entries)];
    }

    public async Task<IReadOnlyList<BatchEntry>> GetUnfinishedAsync(
        IReadOnlyCollection<string> exceptOwners, Predicate<string> isDriven, CancellationToken cancellationToken = default) =>
        [.. (await GetUnfinishedAsync(cancellationToken)).Where(entry => !exceptOwners.Contains(entry.Owner) && !isDriven(entry.Status.Id))];

    /// <summary>Finished batches are not kept here.</summary>
    public Task<IReadOnlyList<BatchEntry>> GetExpiredAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken = default) =>
        Task.FromResult<IReadOnlyList<BatchEntry>>([]);

    private ICatalogIndexGrain ShardOf(string batchId) => Shard(StableHash.ComputeHash(batchId) % Shards);

    private ICatalogIndexGrain Shard(uint shard) => grains.GetGrain<ICatalogIndexGrain>(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"shard-{shard}"));
}
