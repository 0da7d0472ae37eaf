namespace Cano;

/// <summary>A batch's way to what is in others' rows, over the network. Nothing is purged in a simulation.</summary>
internal sealed class PartCalls(World world) : IBatchParts
{
    public Task<int> CountAsync(string key) => world.Network.CallAsync(key, $"count {key}", (activation, _) => CountAsync((PartitionActivation)activation));

    private static async Task<int> CountAsync(PartitionActivation activation) => (await activation.Partition.ReadIndexAsync())?.Count ?? 0;

    public Task RemoveAsync(string key) => throw new NotSupportedException();

    public Task RemoveHostedAsync(string key, PartitionSpec hosted, Segment? results, string? incarnation) => throw new NotSupportedException();

    public Task RemoveSharedStoreAsync(string batchId, string? incarnation) => throw new NotSupportedException();
}
