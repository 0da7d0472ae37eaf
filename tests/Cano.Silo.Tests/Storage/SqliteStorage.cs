using System.Data.Common;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Storage;

namespace Cano.Tests.Storage;

/// <summary>The real provider on a real file, without a silo: only the storage's part of the silo's life is played.</summary>
internal sealed class SqliteStorage : IAsyncDisposable
{
    /// <summary>Within which a lane must have ended.</summary>
    internal static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(60);

    private readonly ServiceProvider _services;
    private readonly StorageLifecycle _lifecycle = new();
    private readonly MeterListener _listener = new();
    private long _commits;
    private long _writes;
    private long _written;

    private SqliteStorage(string folder, Func<string, LaneConnection>? connect)
    {
        FakeSilo silo = new();
        silo.Services.AddLogging();
        silo.Services.AddSerializer();
        silo.Services.Configure<ClusterOptions>(options => options.ServiceId = "test");
        silo.AddCanoStorage(options => options.Folder = folder);
        if (connect is not null)
        {
            silo.Services.AddSingleton(provider => new SqliteLane(
                connect(provider.GetRequiredService<DataFolder>().DatabasePath),
                provider.GetRequiredService<IOptions<CanoStorageOptions>>(),
                provider.GetRequiredService<StorageMetrics>(),
                provider.GetRequiredService<ILogger<SqliteLane>>()));
        }

        _services = silo.Services.BuildServiceProvider();
        IMeterFactory meters = _services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == meters)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => _ = instrument.Name switch
        {
            "cano.storage.commits" => Interlocked.Add(ref _commits, value),
            "cano.storage.writes" => Interlocked.Add(ref _writes, value),
            "cano.storage.written" => Interlocked.Add(ref _written, value),
            _ => 0,
        });
        _listener.Start();
    }

    internal long Commits => Interlocked.Read(ref _commits);

    internal long Writes => Interlocked.Read(ref _writes);

    internal long Written => Interlocked.Read(ref _written);

    internal IGrainStorage Storage => _services.GetRequiredKeyedService<IGrainStorage>("cano");

    internal IBatchCatalog Catalog => _services.GetRequiredService<IBatchCatalog>();

    internal SqliteLane Lane => _services.GetRequiredService<SqliteLane>();

    /// <summary>Asks the database something, in the lane.</summary>
    internal async Task<T> AskAsync<T>(Func<DbConnection, T> ask)
    {
        T answer = default!;
        await Lane.RunAsync(writes: false, () =>
        {
            answer = ask(Lane.DataSource.CreateConnection());
            return Task.CompletedTask;
        });
        return answer;
    }

    /// <param name="folder">The data folder.</param>
    /// <param name="connect">Makes the lane's connection to a file; the usual one if left out.</param>
    internal static async Task<SqliteStorage> OpenAsync(string folder, Func<string, LaneConnection>? connect = null)
    {
        SqliteStorage storage = new(folder, connect);
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

    /// <summary>Ends the lane, which waits for all that is under way in it.</summary>
    /// <exception cref="TimeoutException">Something never came to its end: a leak of the test, or of the lane.</exception>
    internal Task EndLaneAsync(TimeSpan patience) => EndLaneAsync(_lifecycle, patience);

    internal static async Task EndLaneAsync(StorageLifecycle lifecycle, TimeSpan patience)
    {
        try
        {
            await lifecycle.OnStop().WaitAsync(patience, TimeProvider.System);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Within {patience.TotalSeconds} s not all operations that the lane was given have ended.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await EndLaneAsync(EndPatience);
        _listener.Dispose();
        await _services.DisposeAsync();
    }

    internal sealed class FakeSilo : ISiloBuilder
    {
        public IServiceCollection Services { get; } = new ServiceCollection();

        public Microsoft.Extensions.Configuration.IConfiguration Configuration { get; } = new Microsoft.Extensions.Configuration.ConfigurationBuilder().Build();
    }

    internal sealed class StorageLifecycle() : LifecycleSubject(Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance), ISiloLifecycle
    {
        public int HighestCompletedStage => 0;

        public int LowestStoppedStage => 0;
    }
}
