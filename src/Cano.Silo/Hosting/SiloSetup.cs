using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;

namespace Cano;

/// <summary>Makes a silo of the host's settings. All commands and embedded silos are set up here.</summary>
internal static class SiloSetup
{
    /// <summary>Sets a silo up.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="ports">Where it listens.</param>
    /// <param name="folder">The data folder, taken already; null where there is none, or the storage itself is to take it.</param>
    /// <param name="configure">The user's workflows and options.</param>
    internal static void Configure(ISiloBuilder silo, HostSettings settings, SiloPorts ports, DataFolder? folder, Action<CanoBuilder>? configure)
    {
        SiloClustering.Configure(silo, settings, ports);
        if (folder is not null)
        {
            silo.Services.AddSingleton(folder);
        }

        silo.AddCanoStorage(options =>
        {
            options.Provider = settings.Storage.Provider;
            options.Folder = settings.Storage.Folder;
            options.ConnectionString = settings.Storage.ConnectionString;
            options.Migrate = settings.Storage.Migrate;
            options.IsAlone = settings.Clustering is ClusteringProvider.Localhost;
            options.StartTimeout = settings.Storage.StartTimeout;
        });
        silo.AddCano(cano =>
        {
            cano.Services.Configure<CanoOptions>(settings.Configuration.GetSection("Cano"));
            cano.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IWorkflowRegistration>(new SimulateRegistration()));
            configure?.Invoke(cano);
        });
    }
}

/// <summary>Where a silo listens.</summary>
/// <param name="Silo">For other silos.</param>
/// <param name="Gateway">For clients; 0: nowhere, only the process itself is a client.</param>
internal readonly record struct SiloPorts(int Silo, int Gateway)
{
    /// <summary>A free port, and none for clients unless one is asked for.</summary>
    internal static SiloPorts ForEmbedded(HostSettings settings)
    {
        int[] free = FreePorts.Find(2);
        return new(settings.SiloPort is > 0 and var silo ? silo : free[0], settings.GatewayPort switch { null => 0, 0 => free[1], var gateway => gateway.Value });
    }

    /// <summary>Orleans' usual ports unless others are set.</summary>
    internal static SiloPorts ForServer(HostSettings settings)
    {
        int[] free = FreePorts.Find(2);
        return new(
            settings.SiloPort switch { null => EndpointOptions.DEFAULT_SILO_PORT, 0 => free[0], var silo => silo.Value },
            settings.GatewayPort switch { null => EndpointOptions.DEFAULT_GATEWAY_PORT, 0 => free[1], var gateway => gateway.Value });
    }
}
