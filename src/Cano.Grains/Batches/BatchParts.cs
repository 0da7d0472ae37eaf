using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace Cano;

/// <summary>The way from a batch to what it has in rows of other grains: whether it is there, and to remove it.</summary>
internal interface IBatchParts
{
    /// <summary>How many instances a partition has stored; 0: none, it was not prepared.</summary>
    Task<int> CountAsync(string key);

    /// <summary>Removes a partition's rows and its instances' checkpoints.</summary>
    Task RemoveAsync(string key);

    /// <summary>
    /// Removes what a partition that its batch hosts has in rows of its own: the later segments, and its instances' checkpoints.
    /// </summary>
    Task RemoveHostedAsync(string key, PartitionSpec hosted, Segment? results, string? incarnation);

    /// <summary>Removes the batch's shared store.</summary>
    Task RemoveSharedStoreAsync(string batchId, string? incarnation);
}

/// <summary>The way to the grains that hold them.</summary>
internal sealed class BatchParts(
    IGrainFactory grains, [FromKeyedServices(SiloStorage.ProviderName)] IGrainStorage storage, ILogger<PartitionGrain> logger) : IBatchParts
{
    public Task<int> CountAsync(string key) => grains.GetGrain<IPartitionGrain>(key).CountAsync();

    public Task RemoveAsync(string key) => grains.GetGrain<IPartitionGrain>(key).RemoveAsync();

    public Task RemoveHostedAsync(string key, PartitionSpec hosted, Segment? results, string? incarnation) =>
        new PartitionRemoval(storage, hosted.BatchId, key, logger).RunAsync(hosted, results, incarnation);

    public Task RemoveSharedStoreAsync(string batchId, string? incarnation) =>
        grains.GetGrain<ISharedStoreGrain>(GrainKeys.OfSharedStore(batchId, incarnation)).ClearAsync();
}
