using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Cano;

/// <summary>Adds the watch over links to a silo.</summary>
internal static class LinkSiloBuilderExtensions
{
    /// <summary>Lets a silo go when it and another member do not reach each other. For all silos of a cluster or none.</summary>
    internal static ISiloBuilder AddLinkWatch(this ISiloBuilder silo)
    {
        silo.Services.TryAddSingleton(new LinkTable(TimeProvider.System));
        silo.Services.TryAddSingleton<SiloLinksClient>();
        silo.Services.TryAddEnumerable(ServiceDescriptor.Singleton<ILifecycleParticipant<ISiloLifecycle>, LinkWatch>());
        return silo.AddGrainService<SiloLinks>();
    }
}
