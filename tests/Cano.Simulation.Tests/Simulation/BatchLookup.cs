namespace Cano;

/// <summary>A partition's way to its batch, over the network.</summary>
internal sealed class BatchLookup(World world) : IBatchLookup
{
    public Task<bool> IsCurrentAsync(string batchId, string? incarnation) =>
        world.Network.CallAsync(batchId, "is current", (activation, _) => ((BatchActivation)activation).Batch.IsCurrentAsync(incarnation));
}
