using System.Diagnostics;
using Cano.CrashHost;
using Cano.TestDatabase;
using Cano.Tests.Commands;
using Cano.Tests.Storage;
using Npgsql;

namespace Cano.Tests.Postgres;

/// <summary>Silos in processes of their own that find each other in the database.</summary>
public sealed class ClusterTests(SharedPostgres postgres) : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _started = [];
    private PostgresServer _server = null!;
    private string _connectionString = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Database => new NpgsqlConnectionStringBuilder(_connectionString).Database!;

    public async ValueTask InitializeAsync()
    {
        _server = await postgres.GetAsync();
        _connectionString = await _server.CreateDatabaseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable one in Enumerable.Reverse(_started))
        {
            await one.DisposeAsync();
        }
    }

    [Fact]
    public async Task TwoSilos_StartedAtOnceOnAnEmptyDatabase_AreOneClusterThatRunsABatch()
    {
        ServeProcess[] silos = [Serve(), Serve()];
        await Task.WhenAll(silos.Select(silo => silo.ReadyAsync()));
        ClusterClient client = await ConnectAsync();

        ConcurrentWorkflowResults<TrailState> results = await client.Cano.OrchestrateAsync(Batch("both", 100), cancellationToken: Token);

        Assert.Equal((100, StopReason.AllFinished), (results.Completed, results.StopReason));
        Assert.Equal(2L, await _server.ExecuteAsync(Database, "SELECT count(*) FROM OrleansMembershipTable WHERE Status = 3"));
        Assert.All(await Task.WhenAll(silos.Select(silo => silo.HealthAsync())), health => Assert.True(health.Ready, health.Body));
    }

    /// <summary>With Orleans' own settings a lone silo waits some 100 s for those that are gone.</summary>
    [Fact]
    public async Task ALoneSilo_AfterAllWereKilled_IsAtWorkWithin30Seconds()
    {
        using TemporaryFolder folder = new();
        string end = folder.At("end");
        ServeProcess[] silos = [Serve(), Serve()];
        await Task.WhenAll(silos.Select(silo => silo.ReadyAsync()));
        await using (ClusterClient client = await ClusterClient.ConnectAsync(_connectionString))
        {
            await client.Cano.StartAsync(Batch("left", 20, steps: int.MaxValue, delayMs: 100, untilFile: end), cancellationToken: Token);
        }

        Array.ForEach(silos, silo => silo.Process.KillHard());
        await Task.WhenAll(silos.Select(silo => silo.Process.EndAsync()));
        long killed = Stopwatch.GetTimestamp();

        ServeProcess lone = Serve();
        await lone.Process.ErrorSaysAsync("trail left/");
        TimeSpan atWork = Stopwatch.GetElapsedTime(killed);
        folder.Write("end", "");
        await lone.Process.ErrorSaysAsync("catalog: empty");

        TestContext.Current.TestOutputHelper?.WriteLine($"At work after {atWork.TotalSeconds:N1} s.");
        Assert.InRange(atWork, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        ClusterClient after = await ConnectAsync();
        ConcurrentWorkflowResults<TrailState> results = await after.Cano.Attach<TrailState>("left").WaitAsync(Token);
        Assert.Equal((20, 0, 0), (results.Completed, results.Failed, results.Cancelled));
    }

    [Fact]
    public async Task Run_InACluster_RunsItsBatchWithTheOthersAndLeaves()
    {
        ServeProcess silo = Serve();
        await silo.ReadyAsync();
        ClusterClient client = await ConnectAsync();
        ConcurrentWorkflowRun<TrailState> other = await client.Cano.StartAsync(Batch("other", 1, steps: int.MaxValue, delayMs: 500), cancellationToken: Token);
        using TemporaryFolder folder = new();
        string file = folder.Write("batch.json", """{ "id": "mine", "timeout": { "kind": "waitForever" }, "instances": [{ "id": "a", "workflow": "cano.simulate" }] }""");

        CanoProcessResult run = await CanoProcess.RunAsync(
            folder.Path,
            ["run", file, "--set", "Cano:Storage:Provider=postgres", "--set", "Cano:Clustering:Provider=adonet", "--set", $"ConnectionStrings:Cano={_connectionString}"]);

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.DoesNotContain("other", run.Error, StringComparison.Ordinal);
        Assert.Equal(BatchPhase.Finished, (await client.Cano.Attach<TrailState>("mine").GetStatusAsync(Token)).Phase);
        Assert.NotEqual(BatchPhase.Finished, (await other.GetStatusAsync(Token)).Phase);
        await UntilAsync(TimeSpan.FromSeconds(30), "1 active silo left", async () => (long)(await _server.ExecuteAsync(
            Database, "SELECT count(*) FROM OrleansMembershipTable WHERE Status <> 6"))! == 1);
        await other.CancelAsync(Token);
    }

    [Fact]
    public async Task ASiloThatIsKilled_IsDeclaredDeadWithinSeconds()
    {
        ServeProcess[] silos = [Serve(), Serve(), Serve()];
        await Task.WhenAll(silos.Select(silo => silo.ReadyAsync()));

        silos[0].Process.KillHard();
        await silos[0].Process.EndAsync();
        long killed = Stopwatch.GetTimestamp();
        await UntilAsync(TimeSpan.FromSeconds(30), "1 row of a dead silo", async () => (long)(await _server.ExecuteAsync(
            Database, "SELECT count(*) FROM OrleansMembershipTable WHERE Status = 6"))! == 1);

        TestContext.Current.TestOutputHelper?.WriteLine($"Declared dead after {Stopwatch.GetElapsedTime(killed).TotalSeconds:N1} s.");
        Assert.InRange(Stopwatch.GetElapsedTime(killed), TimeSpan.Zero, TimeSpan.FromSeconds(15));
    }

    private static async Task UntilAsync(TimeSpan patience, string what, Func<Task<bool>> condition)
    {
        long started = Stopwatch.GetTimestamp();
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < patience, $"There was not {what} within {patience.TotalSeconds} s.");
            await pause.WaitForNextTickAsync(Token);
        }
    }

    private static ConcurrentWorkflow<TrailState> Batch(string id, int instances, int steps = 1, int delayMs = 0, string? untilFile = null) =>
        new ConcurrentWorkflowBuilder<TrailState>(new ConcurrentTimeout.WaitForever())
            .AddInstances(Enumerable.Range(0, instances).Select(number =>
                new ConcurrentWorkflowInstance<TrailState, TrailParams>($"i-{number}", Trail.Key, new TrailParams(steps, DelayMs: delayMs, UntilFile: untilFile))))
            .WithId(id)
            .Build();

    private ServeProcess Serve(params string[] settings)
    {
        ServeProcess silo = ServeProcess.Start(_connectionString, settings);
        _started.Add(silo);
        return silo;
    }

    private async Task<ClusterClient> ConnectAsync()
    {
        ClusterClient client = await ClusterClient.ConnectAsync(_connectionString);
        _started.Add(client);
        return client;
    }
}
