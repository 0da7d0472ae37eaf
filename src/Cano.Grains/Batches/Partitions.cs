namespace Cano;

/// <summary>The way to the partitions' grains.</summary>
internal sealed class Partitions(IGrainFactory grains) : IPartitions
{
    public Task PrepareAsync(string key, PartitionSpec spec) => grains.GetGrain<IPartitionGrain>(key).PrepareAsync(spec);

    public Task<PartitionReport> ExchangeAsync(string key, PartitionOrders orders) => grains.GetGrain<IPartitionGrain>(key).ExchangeAsync(orders);
}
