using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Cano.TestDatabase;
using Npgsql;
using Orleans.Runtime;

namespace Cano.Chaos.Clusters;

/// <summary>Silos in processes of their own on one PostgreSQL database, and a client that is connected all along.</summary>
internal sealed class ChaosCluster : IAsyncDisposable
{
    private readonly PostgresServer _server;
    private readonly string _folder = Directory.CreateTempSubdirectory("cano-chaos-").FullName;
    private readonly List<ChaosSilo> _all = [];
    private readonly string[] _settings;
    private readonly (string Name, string Value)[] _environment;
    private readonly ConcurrentQueue<TrailStep> _steps = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<long>> _dead = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<(long At, string Batch)> _resumed = new();
    private ChaosClient? _client;

    private ChaosCluster(PostgresServer server, string connectionString, string[] settings, (string Name, string Value)[] environment)
    {
        _server = server;
        ConnectionString = connectionString;
        _settings = settings;
        _environment = environment;
    }

    internal string ConnectionString { get; }

    internal string Database => new NpgsqlConnectionStringBuilder(ConnectionString).Database!;

    /// <summary>The silos whose processes are there.</summary>
    internal IReadOnlyList<ChaosSilo> Silos => [.. _all.Where(silo => !silo.HasExited)];

    /// <summary>Connected since the first silo worked.</summary>
    internal ChaosClient Client => _client!;

    /// <summary>Each step that an instance began, in the order in which they were told.</summary>
    internal IEnumerable<TrailStep> Steps => _steps;

    /// <summary>Is told each line of each silo, when it comes.</summary>
    internal Action<ChaosSilo, string>? Heard { get; set; }

    /// <summary>The file at which instances that go on until there is one end: see <see cref="End"/>.</summary>
    internal string EndFile => Path.Combine(_folder, "end");

    /// <summary>Lets instances end that were to go on until then.</summary>
    internal void End() => File.Create(EndFile).Dispose();

    /// <summary>Starts silos on a new database.</summary>
    internal static async Task<ChaosCluster> StartAsync(SharedPostgres postgres, int silos, string[]? settings = null, (string Name, string Value)[]? environment = null)
    {
        PostgresServer server = await postgres.GetAsync();
        ChaosCluster cluster = new(server, await server.CreateDatabaseAsync(), settings ?? [], environment ?? []);
        try
        {
            await Task.WhenAll(Enumerable.Range(0, silos).Select(_ => cluster.StartSiloAsync()));
            cluster._client = await ChaosClient.ConnectAsync(cluster.ConnectionString);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts one more silo.</summary>
    internal async Task<ChaosSilo> StartSiloAsync()
    {
        ChaosSilo silo = Launch();
        await silo.ReadyAsync();
        return silo;
    }

    /// <summary>Starts the process of one more silo.</summary>
    internal ChaosSilo Launch()
    {
        lock (_all)
        {
            ChaosSilo silo = ChaosSilo.Start(ConnectionString, _folder, _settings, _environment, Said);
            _all.Add(silo);
            return silo;
        }
    }

    /// <summary>The silo that a grain has its activation on; null when it has none, or on none of ours.</summary>
    internal async Task<ChaosSilo?> SiloOfAsync(IAddressable grain)
    {
        SiloAddress? address = await Client.Grains.GetGrain<IManagementGrain>(0).GetActivationAddress(grain);
        return Silos.FirstOrDefault(silo => silo.Address == address?.ToParsableString());
    }

    /// <summary>Waits until a silo was declared dead.</summary>
    /// <returns>When the first of the others told so.</returns>
    internal async Task<long> DeclaredDeadAsync(ChaosSilo silo, TimeSpan patience)
    {
        try
        {
            return await DeathOf(silo.Address).Task.WaitAsync(patience, TimeProvider.System, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Silo {silo.Address} was not declared dead within {patience.TotalSeconds} s. The others said last: {string.Join("\n--\n", Silos.Select(other => other.LastLines))}");
        }
    }

    /// <summary>Waits until a batch is taken over by recovery.</summary>
    /// <returns>When the silo that looked for it told so.</returns>
    internal Task<long> ResumedAfterAsync(string batch, long moment, TimeSpan patience) => UntilAsync(
        $"recovery to find {batch}", patience, () => _resumed.Where(resumed => resumed.Batch == batch && resumed.At > moment).Select(resumed => (long?)resumed.At).FirstOrDefault());

    /// <summary>Waits until an instance of a batch begins a step.</summary>
    /// <returns>When it told so.</returns>
    internal Task<long> StepAfterAsync(string batch, long moment, TimeSpan patience) => UntilAsync(
        $"a step of {batch}", patience, () => _steps.FirstOrDefault(step => step.Batch == batch && step.At > moment)?.At);

    /// <summary>The instances of a batch whose last step was on a silo.</summary>
    internal HashSet<string> LastSeenOn(ChaosSilo silo, string batch) =>
        [.. _steps.Where(step => step.Batch == batch).GroupBy(step => step.Instance).Where(steps => steps.Last().Silo == silo).Select(steps => steps.Key)];

    /// <summary>Waits until so many of some instances have taken a step on another silo.</summary>
    /// <returns>When the last of those told so.</returns>
    internal Task<long> StepsElsewhereAsync(string batch, HashSet<string> instances, ChaosSilo lost, int count, TimeSpan patience) => UntilAsync(
        $"{count} of {instances.Count} instances of {batch} that were lost to go on",
        patience,
        () =>
        {
            long[] again = [.. _steps.SkipWhile(step => step.Silo != lost).Where(step => step.Batch == batch && step.Silo != lost && instances.Contains(step.Instance))
                .GroupBy(step => step.Instance).Select(steps => steps.Last().At).Order()];
            return again.Length >= count ? again[count - 1] : null;
        });

    /// <summary>Waits until all silos that are there work.</summary>
    internal Task ReadyAsync() => UntilAsync("all silos to work", TimeSpan.FromSeconds(90), () => Silos.All(silo => silo.Address != ""));

    /// <summary>Waits until something holds.</summary>
    internal static async Task UntilAsync(string what, TimeSpan patience, Func<bool> holds)
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        long begun = Stopwatch.GetTimestamp();
        while (!holds())
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < patience, $"Waited {patience.TotalSeconds} s for {what}.");
            await pause.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    private async Task<long> UntilAsync(string what, TimeSpan patience, Func<long?> find)
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        long begun = Stopwatch.GetTimestamp();
        while (true)
        {
            if (find() is { } at)
            {
                return at;
            }

            Assert.True(
                Stopwatch.GetElapsedTime(begun) < patience,
                $"Waited {patience.TotalSeconds} s for {what}. The silos said last:\n{string.Join("\n--\n", Silos.Select(silo => silo.LastLines))}");
            await pause.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Asks the database.</summary>
    internal Task<object?> QueryAsync(string sql) => _server.ExecuteAsync(Database, sql);

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }

        foreach (ChaosSilo silo in _all)
        {
            await silo.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private TaskCompletionSource<long> DeathOf(string address) => _dead.GetOrAdd(address, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    private void Said(ChaosSilo silo, string line)
    {
        long now = Stopwatch.GetTimestamp();
        Heard?.Invoke(silo, line);
        if (line.StartsWith("trail ", StringComparison.Ordinal))
        {
            string[] words = line.Split(' ', '/');
            _steps.Enqueue(new(now, words[1], words[2], int.Parse(words[3], CultureInfo.InvariantCulture), silo));
        }
        else if (line.Contains("had nobody to drive it; it goes on", StringComparison.Ordinal))
        {
            _resumed.Enqueue((now, line.Trim().Split(' ')[1]));
        }
        else if (line.StartsWith("dead: ", StringComparison.Ordinal))
        {
            DeathOf(line["dead: ".Length..]).TrySetResult(now);
        }
    }
}

/// <summary>A step that an instance began.</summary>
internal sealed record TrailStep(long At, string Batch, string Instance, int Step, ChaosSilo Silo);
