namespace Cano;

/// <summary>A batch's way to what is in others' rows: over the network, or in the storage that all silos share.</summary>
internal sealed class PartCalls(World world) : IBatchParts
{
    public Task<int> CountAsync(string key) => world.Network.CallAsync(key, $"count {key}", (activation, _) => ((PartitionActivation)activation).Partition.CountAsync(), repeats: !world.Scenario.RemovesRows);

    public Task RemoveAsync(string key) =>
        world.Network.CallAsync(key, $"remove {key}", (activation, _) => RemoveAsync((PartitionActivation)activation), exclusive: true, repeats: false);

    public Task RemoveHostedAsync(string key, PartitionSpec hosted, Segment? results, string? incarnation) => world.Breach == Breach.PurgeMissesRow
        ? Task.CompletedTask
        : new PartitionRemoval(world.Storage.Grains, hosted.BatchId, key, world.Logger).RunAsync(hosted, results, incarnation);

    public Task RemoveSharedStoreAsync(string batchId, string? incarnation) => new SharedStoreRow(world.Storage.Grains, GrainKeys.OfSharedStore(batchId, incarnation)).RemoveAsync();

    /// <summary>As the grain does.</summary>
    private async Task<bool> RemoveAsync(PartitionActivation activation)
    {
        await activation.LeaveForGoodAsync();
        await new PartitionRemoval(world.Storage.Grains, Scenario.BatchId, activation.Key, world.Logger).RunAsync();
        return true;
    }
}
