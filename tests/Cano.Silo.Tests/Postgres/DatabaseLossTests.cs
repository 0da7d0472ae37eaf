using System.Diagnostics;
using System.Globalization;
using Cano.CrashHost;
using Cano.TestDatabase;
using Npgsql;

namespace Cano.Tests.Postgres;

/// <summary>The database goes away while batches run on two silos in processes of their own, and a client is connected all along.</summary>
public sealed class DatabaseLossTests : IAsyncLifetime
{
    private const int Instances = 400;
    private const int Quota = 250;

    /// <summary>How long connections are broken off, once a second. The long form, a minute, is for the asking.</summary>
    private static readonly int s_seconds =
        int.TryParse(Environment.GetEnvironmentVariable("CANO_TEST_TERMINATE_SECONDS"), CultureInfo.InvariantCulture, out int seconds) ? seconds : 15;

    private PostgresServer _server = null!;
    private string _connectionString = "";
    private ServeProcess[] _silos = [];
    private ClusterClient _client = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Database => new NpgsqlConnectionStringBuilder(_connectionString).Database!;

    public async ValueTask InitializeAsync()
    {
        _server = await SharedPostgres.StartOwnAsync();
        _connectionString = await _server.CreateDatabaseAsync();
        _silos = [ServeProcess.Start(_connectionString), ServeProcess.Start(_connectionString)];
        await Task.WhenAll(_silos.Select(silo => silo.ReadyAsync()));
        _client = await ClusterClient.ConnectAsync(_connectionString);
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }

        foreach (ServeProcess silo in _silos)
        {
            await silo.DisposeAsync();
        }

        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    [Fact]
    public Task Restarted_InTheMiddleOfBatches_TheyFinishExactly() => RunThroughAsync(() => _server.RestartAsync());

    /// <summary>Longer than the signs of life may be late: silos must not give themselves or each other up because they can't write them.</summary>
    [Fact]
    public Task KilledAndAwayFor20Seconds_BatchesGoOnAndCallsWait() => RunThroughAsync(async () =>
    {
        await _server.StopAsync(immediate: true);
        long stopped = Stopwatch.GetTimestamp();
        StorageException unavailable = await Assert.ThrowsAsync<StorageException>(() => _client.Grains.GetGrain<IBatchGrain>("nobody").GetStatusAsync());
        Assert.Equal(ErrorCodes.StorageUnavailable, unavailable.Code);
        Assert.StartsWith($"The database {Database} on 127.0.0.1:{_server.Port} is not available: ", unavailable.Message, StringComparison.Ordinal);
        Task<ConcurrentWorkflowResults<TrailState>> meanwhile = _client.Cano.OrchestrateAsync(Batch("meanwhile", new ConcurrentTimeout.WaitForever(), 5), cancellationToken: Token);
        Assert.All(await Task.WhenAll(_silos.Select(silo => silo.HealthAsync())), health => Assert.False(health.Ready, health.Body));

        // The outage itself, not a wait for something to happen.
        await Task.Delay(TimeSpan.FromSeconds(20) - Stopwatch.GetElapsedTime(stopped), TimeProvider.System, Token);
        await _server.StartAgainAsync();

        Assert.Equal(5, (await meanwhile).Completed);
    });

    /// <summary>Small batches are started one after the other all the while: each has exactly its quota, and no call of the client fails.</summary>
    [Fact]
    public Task AllConnectionsTerminatedEverySecond_BatchesFinishExactly() => RunThroughAsync(async () =>
    {
        using PeriodicTimer second = new(TimeSpan.FromSeconds(1), TimeProvider.System);
        using CancellationTokenSource over = new();
        Task<int> small = OrchestrateAsync(over.Token);
        long terminated = 0;
        for (int i = 0; i < s_seconds; i++)
        {
            terminated += await _server.TerminateConnectionsAsync(Database);
            await second.WaitForNextTickAsync(Token);
        }

        await over.CancelAsync();
        TestContext.Current.TestOutputHelper?.WriteLine($"{await small} small batches, {terminated} connections terminated.");
    });

    private async Task<int> OrchestrateAsync(CancellationToken over)
    {
        int finished = 0;
        while (!over.IsCancellationRequested)
        {
            ConcurrentWorkflowResults<TrailState> results =
                await _client.Cano.OrchestrateAsync(Batch($"small-{finished}", new ConcurrentTimeout.WaitForQuota(7), 20, steps: 1), cancellationToken: Token);
            Assert.Equal((7, 0, 13), (results.Completed, results.Failed, results.Cancelled));
            finished++;
        }

        return finished;
    }

    private static ConcurrentWorkflow<TrailState> Batch(string id, ConcurrentTimeout timeout, int instances, int steps = 4) => new ConcurrentWorkflowBuilder<TrailState>(timeout)
        .AddInstances(Enumerable.Range(0, instances).Select(number =>
            new ConcurrentWorkflowInstance<TrailState, TrailParams>($"i-{number}", Trail.Key, new TrailParams(steps, DelayMs: 250))))
        .WithMaxConcurrency(40)
        .WithId(id)
        .Build();

    /// <summary>Two batches of some ten seconds each, one with a quota; the database is disturbed once the first results can be read.</summary>
    private async Task RunThroughAsync(Func<Task> disturbAsync)
    {
        ConcurrentWorkflowRun<TrailState> all = await _client.Cano.StartAsync(Batch("all", new ConcurrentTimeout.WaitForever(), Instances), cancellationToken: Token);
        ConcurrentWorkflowRun<TrailState> quota = await _client.Cano.StartAsync(Batch("quota", new ConcurrentTimeout.WaitForQuota(Quota), Instances), cancellationToken: Token);
        TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<Dictionary<string, string>> readOfAll = ReadAsync(all, first);
        Task<Dictionary<string, string>> readOfQuota = ReadAsync(quota, first);
        await first.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Token);

        long disturbed = Stopwatch.GetTimestamp();
        await disturbAsync();
        TimeSpan disturbance = Stopwatch.GetElapsedTime(disturbed);
        ConcurrentWorkflowResults<TrailState> allResults = await all.WaitAsync(Token).WaitAsync(TimeSpan.FromSeconds(120), TimeProvider.System, Token);
        ConcurrentWorkflowResults<TrailState> quotaResults = await quota.WaitAsync(Token).WaitAsync(TimeSpan.FromSeconds(120), TimeProvider.System, Token);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"Disturbed for {disturbance.TotalSeconds:N1} s, finished {Stopwatch.GetElapsedTime(disturbed).TotalSeconds - disturbance.TotalSeconds:N1} s after that.");

        Assert.Equal((Instances, 0, 0, StopReason.AllFinished), (allResults.Completed, allResults.Failed, allResults.Cancelled, allResults.StopReason));
        Assert.Equal((Quota, 0, Instances - Quota, StopReason.QuotaReached), (quotaResults.Completed, quotaResults.Failed, quotaResults.Cancelled, quotaResults.StopReason));
        Assert.Equal(Told(allResults), await readOfAll);
        Assert.Equal(Told(quotaResults), await readOfQuota);
        Assert.Equal(2L, await _server.ExecuteAsync(Database, "SELECT count(*) FROM OrleansMembershipTable WHERE Status = 3"));
        Assert.All(await Task.WhenAll(_silos.Select(silo => silo.HealthAsync())), health => Assert.True(health.Ready, health.Body));
    }

    /// <summary>Each result as it was when it could first be read.</summary>
    private static async Task<Dictionary<string, string>> ReadAsync(ConcurrentWorkflowRun<TrailState> run, TaskCompletionSource first)
    {
        Dictionary<string, string> read = [];
        await foreach (WorkflowResult<TrailState> result in run.StreamResultsAsync(Token))
        {
            Assert.True(read.TryAdd(result.Id, Told(result)), $"{result.Id} was streamed twice.");
            first.TrySetResult();
        }

        return read;
    }

    private static Dictionary<string, string> Told(ConcurrentWorkflowResults<TrailState> results) => results.Results.ToDictionary(result => result.Id, Told);

    private static string Told(WorkflowResult<TrailState> result) => $"{result.Outcome} {result.FinalState} {result.CancelReason} {result.StartedAt:O} {result.FinishedAt:O}";
}
