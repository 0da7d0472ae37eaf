namespace Cano;

/// <summary>The way to the partitions' grains, and from them to their batch's.</summary>
internal sealed class Partitions(IGrainFactory grains) : IPartitions, IBatchLookup
{
    public Task PrepareAsync(string key, PartitionSpec spec) => grains.GetGrain<IPartitionGrain>(key).PrepareAsync(spec);

    public Task<PartitionReport> ExchangeAsync(string key, PartitionOrders orders) => grains.GetGrain<IPartitionGrain>(key).ExchangeAsync(orders);

    public Task<bool> IsCurrentAsync(string batchId, string? incarnation) => grains.GetGrain<IBatchGrain>(batchId).IsCurrentAsync(incarnation);
}
