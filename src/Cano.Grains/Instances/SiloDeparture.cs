using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>
/// How a silo stops: while it still is a full member of its cluster it starts no more instances, and those that run stop at their next
/// transition with their progress saved, or end and are committed as ever. Then Orleans deactivates the grains, and what is left of the
/// batches goes on elsewhere.
/// </summary>
internal sealed class SiloDeparture(InstanceSlots slots, InstanceRunner runner, IOptions<CanoOptions> options, ILogger<SiloDeparture> logger)
    : ILifecycleParticipant<ISiloLifecycle>
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);

    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(SiloDeparture), ServiceLifecycleStage.Active, static _ => Task.CompletedTask, StopAsync);

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        slots.Close();
        long begun = TimeProvider.System.GetTimestamp();
        using PeriodicTimer looks = new(s_look, TimeProvider.System);
        while (runner.UnderWay > 0 && TimeProvider.System.GetElapsedTime(begun) < options.Value.HandOverGrace && !cancellationToken.IsCancellationRequested)
        {
            await looks.WaitForNextTickAsync(CancellationToken.None);
        }

        logger.InstancesHandedOver(TimeProvider.System.GetElapsedTime(begun), runner.UnderWay);
    }
}
