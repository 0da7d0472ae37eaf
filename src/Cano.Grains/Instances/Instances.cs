using Orleans.Runtime.Placement;

namespace Cano;

/// <summary>
/// The way to the instances' grains: on the partition's own silo, or on one that has the workflow where this one has not.
/// </summary>
internal sealed class Instances(IGrainFactory grains, ClusterWorkflows workflows, RunControls controls, RunStopsClient stops) : IInstances
{
    private GrainReference? _any;

    public Task<InstanceReply> RunAsync(string batchId, InstanceRun run)
    {
        IWorkflowGrain grain = Grain(GrainKeys.OfInstance(batchId, run.Incarnation, run.Instance.Id));
        return workflows.Elsewhere(run.Instance.Workflow) is { } silo
            ? RunOnAsync(silo, grain, run with { Deadline = null }) // It is by this silo's clock; there the batch's stop ends the run.
            : grain.RunAsync(run);
    }

    public bool CanRun(string workflow) => workflows.CanRun(workflow);

    public bool CanRunHere(string workflow) => workflows.IsHere(workflow);

    public long SilosVersion => workflows.Version;

    public Task WhenSilosChangeAsync(long seen, CancellationToken cancellationToken) => workflows.WaitForChangeAsync(seen, cancellationToken);

    public Task StopEverywhereAsync(string batchId, string? incarnation) => stops.StopEverywhereAsync(batchId, incarnation);

    public void StopHere(string batchId, string? incarnation) => controls.Stop(batchId, incarnation, keepsPaths: true);

    public InstancePath? TakePath(string batchId, string? incarnation, string instanceId) =>
        controls.TakePath(batchId, incarnation, instanceId);

    public Task ForgetAsync(string batchId, string? incarnation, string instanceId) => Grain(GrainKeys.OfInstance(batchId, incarnation, instanceId)).ForgetAsync();

    /// <summary>
    /// Orleans finds the types behind an interface anew for every reference, which is a twentieth of what an instance costs: they are taken
    /// from the first one.
    /// </summary>
    private IWorkflowGrain Grain(string key)
    {
        GrainReference any = _any ??= (GrainReference)grains.GetGrain<IWorkflowGrain>(key);
        return (IWorkflowGrain)grains.GetGrain(GrainId.Create(any.GrainId.Type, key), any.InterfaceType);
    }

    /// <summary>
    /// The hint counts where the call makes the activation; it leaves with the message, which is made before the call returns.
    /// </summary>
    private static Task<InstanceReply> RunOnAsync(SiloAddress silo, IWorkflowGrain grain, InstanceRun run)
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, silo);
        try
        {
            return grain.RunAsync(run);
        }
        finally
        {
            RequestContext.Remove(IPlacementDirector.PlacementHintKey);
        }
    }
}
