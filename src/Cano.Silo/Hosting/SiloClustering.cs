using System.Net;
using Orleans.Configuration;
using Orleans.Metadata;

namespace Cano;

/// <summary>Makes a silo alone, or a member of a cluster.</summary>
internal static class SiloClustering
{
    internal static void Configure(ISiloBuilder silo, HostSettings settings, SiloPorts ports)
    {
        if (settings.SiloName is { } name)
        {
            silo.Configure<SiloOptions>(options => options.SiloName = name);
        }

        if (settings.Clustering is ClusteringProvider.Localhost)
        {
            silo.UseLocalhostClustering(ports.Silo, ports.Gateway, serviceId: settings.ServiceId, clusterId: settings.ClusterId);
            silo.Services.AddSingleton<IGrainPropertiesProvider, StayingGrains>();
            if (settings.AdvertisedIP is { } address)
            {
                silo.Configure<EndpointOptions>(options => options.AdvertisedIPAddress = address);
            }

            return;
        }

        if (settings.Clustering is ClusteringProvider.Kubernetes && settings.AdvertisedIP is null)
        {
            throw new CanoConfigurationException(
                ErrorCodes.InvalidOptions,
                $"Cano:Clustering:Provider is kubernetes, but {PodIdentity.AddressVariable}, the address of the pod, is not in the environment; let the downward API put it there (fieldPath: status.podIP), or set Cano:AdvertisedIP.");
        }

        silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (settings.ClusterId, settings.ServiceId));
        silo.Configure<EndpointOptions>(options =>
        {
            options.AdvertisedIPAddress = settings.AdvertisedIP ?? IPAddress.Loopback;
            options.SiloPort = ports.Silo;
            options.GatewayPort = ports.Gateway;
        });
        silo.UseAdoNetClustering(options => options.Configure<PostgresDatabase>((clustering, database) =>
        {
            clustering.Invariant = PostgresDatabase.Invariant;
            clustering.DataSource = database.Source;
        }));
        silo.Configure<ClusterMembershipOptions>(Hurry);
        if (!settings.LocalDirectory)
        {
            KeepActivations(silo);
        }

        silo.AddLinkWatch();
    }

    /// <summary>
    /// Orleans' default directory has no copy of its entries: when a silo leaves, the grains on other silos whose entries it had are
    /// deactivated there and come up again
    /// elsewhere, a batch and its instances among them, while the first activation of an instance still takes its step. This directory
    /// hands its entries over, and asks
    /// the silos for those that were lost (docs/decisions/0023). Silos with the one and the other work together, so that a cluster can be
    /// changed silo by silo.
    /// </summary>
    private static void KeepActivations(ISiloBuilder silo)
    {
#pragma warning disable ORLEANSEXP003 // Experimental: Orleans may still change how it is added, not what it promises.
        silo.AddDistributedGrainDirectory();
#pragma warning restore ORLEANSEXP003

        // By default what a killed silo had is not placed again for half a minute, in case that it still runs: work would stand still.
        // Fences keep such a silo's writes out.
        silo.Configure<GrainDirectoryOptions>(directory => directory.RangeLeaseDuration = TimeSpan.Zero);
    }

    /// <summary>
    /// A silo that died is declared dead within some ten seconds, and a silo that comes up among the dead does not wait for them.
    /// docs/postgres.md says what that costs.
    /// </summary>
    private static void Hurry(ClusterMembershipOptions membership)
    {
        // Three probes of some two seconds each must have failed.
        membership.ProbeTimeout = TimeSpan.FromSeconds(2);
        membership.NumMissedProbesLimit = 3;
        // Whoever was heard from within three of these is not voted against, its connection being open: so long a lost node counts as
        // alive.
        membership.MaxProbeTimeout = TimeSpan.FromSeconds(4);
        membership.NumVotesForDeathDeclaration = 2;
        // Who has given no sign of life for so long has no vote, and nobody waits for its vote.
        membership.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(4);
        membership.NumMissedTableIAmAliveLimit = 3;
        // Changes are gossiped; this is for the silo that the gossip did not reach, such as one that is cut off from the others and dead to
        // them.
        membership.TableRefreshTimeout = TimeSpan.FromSeconds(5);
        membership.MaxJoinAttemptTime = TimeSpan.FromMinutes(1);
        membership.DefunctSiloExpiration = TimeSpan.FromDays(1);
    }
}
