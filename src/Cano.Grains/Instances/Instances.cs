namespace Cano;

/// <summary>The way to the instances' grains.</summary>
internal sealed class Instances(IGrainFactory grains) : IInstances
{
    private GrainReference? _any;

    public Task<InstanceReply> RunAsync(string batchId, InstanceRun run) => Grain(batchId, run.Instance.Id).RunAsync(run);

    public Task CancelAsync(string batchId, string instanceId) => Grain(batchId, instanceId).CancelAsync();

    public Task ForgetAsync(string batchId, string instanceId) => Grain(batchId, instanceId).ForgetAsync();

    /// <summary>Orleans finds the types behind an interface anew for every reference, which is a twentieth of what an instance costs: they are taken from the first one.</summary>
    private IWorkflowGrain Grain(string batchId, string instanceId)
    {
        string key = $"{batchId}/{instanceId}";
        GrainReference any = _any ??= (GrainReference)grains.GetGrain<IWorkflowGrain>(key);
        return (IWorkflowGrain)grains.GetGrain(GrainId.Create(any.GrainId.Type, key), any.InterfaceType);
    }
}
