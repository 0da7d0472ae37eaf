namespace Cano;

/// <summary>
/// Tells grains the moment their activation has to go, whatever the reason: the silo stops, a directory entry is lost, someone asks for it.
/// </summary>
internal sealed class DeactivationNotice : IActivationWorkingSetObserver
{
    public void OnDeactivating(IActivationWorkingSetMember member)
    {
        // Called with the activation locked: what there is to do is queued.
        if (member is IGrainContext { GrainInstance: ILeaving { HoldsCalls: true } grain } context)
        {
            context.Scheduler.QueueAction(grain.MustLeave);
        }
    }
}
