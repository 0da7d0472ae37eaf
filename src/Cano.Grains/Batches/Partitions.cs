using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace Cano;

/// <summary>The way to the partitions' grains.</summary>
internal sealed class Partitions(
    IGrainFactory grains,
    [FromKeyedServices(SiloStorage.ProviderName)] IGrainStorage storage,
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider clock,
    IInstances instances,
    InstanceSlots slots,
    CanoMetrics metrics,
    ILogger<PartitionGrain> logger) : IPartitions
{
    public Task PrepareAsync(string key, PartitionSpec spec) => grains.GetGrain<IPartitionGrain>(key).PrepareAsync(spec);

    public Task<PartitionReport> ExchangeAsync(string key, PartitionOrders orders) => grains.GetGrain<IPartitionGrain>(key).ExchangeAsync(orders);

    public Partition NewPartition(string batchId, Func<IPartitionRows> openRows) => new(batchId, openRows, instances, slots, clock, TimeProvider.System, metrics, logger);

    public IPartitionRows RowsOf(string key) => new PartitionRows(storage, key);
}
