using Cano.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Storage;

namespace Cano.Tests.Postgres;

/// <summary>The real provider on a real database, without a silo: only the storage's part of the silo's life is played.</summary>
internal sealed class PostgresStorage : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly SqliteStorage.StorageLifecycle _lifecycle = new();

    private PostgresStorage(string connectionString, Action<CanoStorageOptions>? configure, Action<IServiceCollection>? services)
    {
        SqliteStorage.FakeSilo silo = new();
        silo.Services.AddLogging();
        silo.Services.AddSerializer();
        silo.Services.Configure<ClusterOptions>(options => options.ServiceId = "test");
        silo.AddCanoStorage(options =>
        {
            options.Provider = StorageProvider.Postgres;
            options.ConnectionString = connectionString;
        });
        silo.AddCanoStorage(configure);
        services?.Invoke(silo.Services);
        _services = silo.Services.BuildServiceProvider();
    }

    internal IBatchCatalog Catalog => _services.GetRequiredService<IBatchCatalog>();

    internal PostgresDatabase Database => _services.GetRequiredService<PostgresDatabase>();

    internal PostgresLane Lane => _services.GetRequiredService<PostgresLane>();

    internal IGrainStorage Storage => _services.GetRequiredKeyedService<IGrainStorage>("cano");

    internal StorageHealth Health => new(_services.GetRequiredService<CanoGrainStorage>(), TimeProvider.System);

    /// <param name="connectionString">Where the database is.</param>
    /// <param name="configure">Changes options.</param>
    /// <param name="services">Adds services, or others in place of the usual ones.</param>
    internal static async Task<PostgresStorage> OpenAsync(
        string connectionString, Action<CanoStorageOptions>? configure = null, Action<IServiceCollection>? services = null)
    {
        PostgresStorage storage = new(connectionString, configure, services);
        try
        {
            foreach (ILifecycleParticipant<ISiloLifecycle> participant in storage._services.GetServices<ILifecycleParticipant<ISiloLifecycle>>())
            {
                participant.Participate(storage._lifecycle);
            }

            await storage._lifecycle.OnStart();
            return storage;
        }
        catch
        {
            await storage.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc cref="SqliteStorage.EndLaneAsync"/>
    internal Task EndLaneAsync(TimeSpan patience) => SqliteStorage.EndLaneAsync(_lifecycle, patience);

    public async ValueTask DisposeAsync()
    {
        await EndLaneAsync(SqliteStorage.EndPatience);
        await _services.DisposeAsync();
    }
}
