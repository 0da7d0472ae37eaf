namespace Cano;

/// <summary>The way to the instances' grains.</summary>
internal sealed class Instances(IGrainFactory grains) : IInstances
{
    public Task<InstanceReply> RunAsync(string batchId, InstanceRun run) => Grain(batchId, run.Instance.Id).RunAsync(run);

    public Task CancelAsync(string batchId, string instanceId) => Grain(batchId, instanceId).CancelAsync();

    public Task ForgetAsync(string batchId, string instanceId) => Grain(batchId, instanceId).ForgetAsync();

    private IWorkflowGrain Grain(string batchId, string instanceId) => grains.GetGrain<IWorkflowGrain>($"{batchId}/{instanceId}");
}
