namespace Cano;

/// <summary>
/// Ends what this process waits for through its silo when the silo stops: after the instances were handed over, until when calls are
/// answered, and before the
/// grains are deactivated, from when on they are not.
/// </summary>
internal sealed class HostStopNotice(IGrainFactory grains) : ILifecycleParticipant<ISiloLifecycle>
{
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(HostStopNotice), ServiceLifecycleStage.BecomeActive, static _ => Task.CompletedTask, _ => HostStop.Of(grains).CancelAsync());
}
