using Cano.TestDatabase;
using Cano.Tests.Commands;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Cano.Tests.Postgres;

/// <summary>Readiness asks whether the database answers, not whether it has nothing to do.</summary>
public sealed class PostgresHealthTests(SharedPostgres postgres)
{
    /// <summary>Once the question waited behind the work, so that a busy database made all silos unready at once.</summary>
    [Fact]
    public async Task Health_AllConnectionsOfStorageAreBusy_IsHealthy()
    {
        await using PostgresStorage storage = await PostgresStorage.OpenAsync(await (await postgres.GetAsync()).CreateDatabaseAsync());
        int left = storage.Database.Connections - PostgresLane.Reserved;
        TaskCompletionSource busy = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task[] work = [.. Enumerable.Range(0, left).Select(_ => storage.Lane.RunAsync(writes: false, WorkAsync))];
        await busy.Task.WaitAsync(CanoProcess.Patience, TimeProvider.System, TestContext.Current.CancellationToken);

        HealthCheckResult[] asked = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => CheckAsync(storage)));
        done.SetResult();
        await Task.WhenAll(work);

        Assert.All(asked, health => Assert.True(health.Status is HealthStatus.Healthy, health.Description));

        async Task WorkAsync()
        {
            await using NpgsqlConnection connection = await storage.Database.Source.OpenConnectionAsync();
            if (Interlocked.Decrement(ref left) == 0)
            {
                busy.SetResult();
            }

            await done.Task;
        }
    }

    [Fact]
    public async Task Health_TheServerIsStoppedAndStartedAgain_SaysSo()
    {
        await using PostgresServer server = await SharedPostgres.StartOwnAsync();
        await using PostgresStorage storage = await PostgresStorage.OpenAsync(await server.CreateDatabaseAsync());

        HealthCheckResult before = await CheckAsync(storage);
        await server.StopAsync(immediate: true);
        HealthCheckResult away = await CheckAsync(storage);
        await server.StartAgainAsync();
        HealthCheckResult back = await CheckAsync(storage);

        Assert.Equal((HealthStatus.Healthy, HealthStatus.Unhealthy, HealthStatus.Healthy), (before.Status, away.Status, back.Status));
        Assert.StartsWith("The database does not answer: ", away.Description, StringComparison.Ordinal);
    }

    /// <summary>Whoever asks often takes no connections from membership.</summary>
    [Fact]
    public async Task Probe_WhileAnotherIsUnderWay_SharesItsAnswer()
    {
        await using PostgresStorage storage = await PostgresStorage.OpenAsync(await (await postgres.GetAsync()).CreateDatabaseAsync());
        TaskCompletionSource answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int asked = 0;

        Task[] probes = [.. Enumerable.Range(0, 5).Select(_ => storage.Lane.ProbeAsync(AskAsync))];
        answer.SetResult();
        await Task.WhenAll(probes);
        Assert.Equal(1, asked);
        await storage.Lane.ProbeAsync(AskAsync);
        Assert.Equal(2, asked);

        Task AskAsync()
        {
            asked++;
            return answer.Task;
        }
    }

    private static Task<HealthCheckResult> CheckAsync(PostgresStorage storage) => storage.Health.CheckHealthAsync(new(), TestContext.Current.CancellationToken);
}
