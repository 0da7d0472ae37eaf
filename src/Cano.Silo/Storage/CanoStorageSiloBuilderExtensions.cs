using System.Data.Common;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime.Hosting;
using Orleans.Serialization.Serializers;
using Orleans.Storage;

namespace Cano;

/// <summary>Gives a silo the storage that Cano's grains ask for.</summary>
public static class CanoStorageSiloBuilderExtensions
{
    /// <summary>
    /// Keeps Cano's state in a relational database: adds a grain storage named <c>cano</c>, and applies the schema when the silo starts.
    /// Calling it again only adds to the options.
    /// </summary>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Says which database; SQLite in <c>./.cano</c> if left out.</param>
    /// <returns>The silo.</returns>
    public static ISiloBuilder AddCanoStorage(this ISiloBuilder builder, Action<CanoStorageOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceCollection services = builder.Services;
        if (configure is not null)
        {
            services.Configure(configure);
        }

        if (services.Any(service => service.ServiceType == typeof(StorageMetrics)))
        {
            return builder;
        }

        services.AddMetrics();
        services.AddSingleton<StorageMetrics>();
        services.TryAddSingleton(provider => DataFolder.Acquire(Options(provider).Folder));
        services.AddSingleton<SqliteLane>();
        services.TryAddSingleton(provider => new PostgresDatabase(Checked(provider).ConnectionString!));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<PostgresSchema>();
        services.AddSingleton<PostgresOwnership>();
        services.AddSingleton<PostgresStart>();
        services.AddSingleton<PostgresLane>();
        services.AddSingleton(CreateStorage);
        services.AddCatalog();
        services.AddGrainStorage(CanoGrainStorage.Name, (provider, _) => provider.GetRequiredService<CanoGrainStorage>());
        return builder;
    }

    private static CanoGrainStorage CreateStorage(IServiceProvider provider) => Checked(provider).Provider switch
    {
        StorageProvider.Postgres => CreateStorage(
            provider,
            provider.GetRequiredService<PostgresLane>(),
            PostgresDatabase.Invariant,
            provider.GetRequiredService<PostgresLane>().DataSource),
        _ => CreateStorage(provider, provider.GetRequiredService<SqliteLane>(), SqliteLane.Invariant, provider.GetRequiredService<SqliteLane>().DataSource),
    };

    private static CanoGrainStorage CreateStorage(IServiceProvider provider, IStorageLane lane, string invariant, DbDataSource source)
    {
        AdoNetGrainStorageOptions options = new()
        {
            Invariant = invariant,
            DataSource = source,
            DeleteStateOnClear = true,
            GrainStorageSerializer = new PayloadSerializer(),
        };
        AdoNetGrainStorage rows = new(
            provider.GetRequiredService<IActivatorProvider>(),
            provider.GetRequiredService<ILogger<AdoNetGrainStorage>>(),
            Microsoft.Extensions.Options.Options.Create(options),
            provider.GetRequiredService<IOptions<ClusterOptions>>(),
            CanoGrainStorage.Name);
        return new(
            rows,
            lane,
            ActivatorUtilities.CreateInstance<OrleansGrainStorageSerializer>(provider),
            provider.GetRequiredService<IActivatorProvider>(),
            provider.GetRequiredService<StorageMetrics>());
    }

    private static CanoStorageOptions Checked(IServiceProvider provider)
    {
        CanoStorageOptions options = Options(provider);
        options.Validate();
        return options;
    }

    private static CanoStorageOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<CanoStorageOptions>>().Value;
}
