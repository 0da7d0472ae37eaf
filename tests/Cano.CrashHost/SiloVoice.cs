using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace Cano.CrashHost;

/// <summary>Tells on standard error that the silo works (<c>silo: ADDRESS</c>) and which silos it sees declared dead (<c>dead: ADDRESS</c>).</summary>
internal sealed class SiloVoice(ILocalSiloDetails silo, ISiloStatusOracle silos) : ILifecycleParticipant<ISiloLifecycle>, ISiloStatusListener
{
    public void Participate(ISiloLifecycle observer) => observer.Subscribe(
        nameof(SiloVoice),
        ServiceLifecycleStage.Last,
        _ =>
        {
            silos.SubscribeToSiloStatusEvents(this);
            return Console.Error.WriteLineAsync($"silo: {silo.SiloAddress.ToParsableString()}");
        });

    public void SiloStatusChangeNotification(SiloAddress updatedSilo, SiloStatus status)
    {
        if (status is SiloStatus.Dead)
        {
            Console.Error.WriteLine($"dead: {updatedSilo.ToParsableString()}");
        }
    }

    internal static void AddTo(IServiceCollection services) => services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, SiloVoice>();
}
