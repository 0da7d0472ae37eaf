using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.Internal;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Cano;

/// <summary>Gives a host the data protection that the silos of its service share.</summary>
internal static class ProtectionKeySetup
{
    /// <summary>
    /// Keeps the keys in the database of <c>AddCanoStorage</c>. They are read when they are first needed, by which time the silo has opened
    /// it.
    /// </summary>
    internal static void AddProtectionKeys(this IServiceCollection services)
    {
        services.TryAddSingleton<IKeyManager>(provider => new SharedKeyManager(new XmlKeyManager(
            provider.GetRequiredService<IOptions<KeyManagementOptions>>(), provider.GetRequiredService<IActivator>(), provider.GetRequiredService<ILoggerFactory>())));
        services.AddDataProtection();

        // It warns that keys are stored as they are: whoever reads the database reads everything else too.
        services.AddLogging(logging => logging.AddFilter(typeof(XmlKeyManager).FullName, LogLevel.Error));
        services.AddOptions<DataProtectionOptions>()
            .Configure<IOptions<ClusterOptions>>((options, cluster) => options.ApplicationDiscriminator = $"cano {cluster.Value.ServiceId}");
        services.AddOptions<KeyManagementOptions>().Configure<IServiceProvider>((options, provider) => options.XmlRepository = Repository(provider));
    }

    private static ProtectionKeyRepository Repository(IServiceProvider provider)
    {
        string service = provider.GetRequiredService<IOptions<ClusterOptions>>().Value.ServiceId;
        if (provider.GetRequiredService<IOptions<CanoStorageOptions>>().Value.Provider is StorageProvider.Postgres)
        {
            PostgresLane postgres = provider.GetRequiredService<PostgresLane>();
            return new(postgres, postgres.DataSource, service);
        }

        SqliteLane lane = provider.GetRequiredService<SqliteLane>();
        return new(lane, lane.DataSource, service);
    }
}
