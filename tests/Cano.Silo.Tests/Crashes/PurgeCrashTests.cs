using System.Text.Json;
using Cano.Tests.Storage;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Cano.Tests.Crashes;

/// <summary>The process is killed, kill -9, in the middle of a purge, and started again on the same data folder, where nobody asks for it: the purge comes to its end.</summary>
public sealed class PurgeCrashTests : IDisposable
{
    private const string Id = "purged";

    /// <summary>Eight such params are a partition.</summary>
    private static readonly JsonElement s_large = JsonSerializer.SerializeToElement(new string('x', 60_000));

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    // The batch has 10 partitions, by its bytes: its purge is two steps. Its own row is written for the start, the end, the decision to purge, the first step, the tombstone.
    [Theory]
    [InlineData("before cano.batch 3")]
    [InlineData("after cano.batch 3")]
    [InlineData("before clear:cano.segment 1")]
    [InlineData("after clear:cano.segment 3")]
    [InlineData("after clear:cano.partition 1")]
    [InlineData("after cano.batch 4")]
    [InlineData("after clear:cano.partition 9")]
    [InlineData("before cano.batch 5")]
    public async Task Purge_Killed_ComesToItsEndWithNobodyAsking(string dieAt)
    {
        await using (CrashSilo first = CrashSilo.Serve(dieAt, _folder))
        {
            ConcurrentWorkflowRun<SimulateState> run = await (await first.ConnectAsync()).Cano.StartAsync(Batch(), cancellationToken: Token);
            await run.WaitAsync(Token);
            using CancellationTokenSource dead = new();
            Task purge = run.PurgeAsync(dead.Token);
            await first.DeadAsync();
            await dead.CancelAsync();
            await Task.WhenAny(purge);
        }

        await using (CrashSilo second = CrashSilo.Serve(_folder))
        {
            await second.AllFinishedAsync();
            await Assert.ThrowsAsync<BatchPurgedException>(async () => await (await second.ConnectAsync()).Cano.Attach<SimulateState>(Id).GetStatusAsync(Token));
            await second.KillAsync();
        }

        await using SqliteConnection connection = new($"Data Source={Path.Combine(_folder.Path, ".cano", "cano.db")};Pooling=false");
        Assert.Equal([$"cano.batch batch/{Id}"], await connection.QueryAsync<string>("SELECT GrainTypeString || ' ' || GrainIdExtensionString FROM OrleansStorage"));
        Assert.Equal((1, 0), await connection.QuerySingleAsync<(int, int)>("SELECT (SELECT count(*) FROM CanoBatch WHERE PurgedAt IS NOT NULL), (SELECT count(*) FROM CanoBatchWorkflow)"));
    }

    private static ConcurrentWorkflow<SimulateState> Batch() => new ConcurrentWorkflowBuilder<SimulateState>(new ConcurrentTimeout.WaitForever())
        .AddInstances(Enumerable.Range(0, 80).Select(number => new ConcurrentWorkflowInstance<SimulateState, SimulateParams>(
            $"i{number}", SimulateWorkflow.Key, new SimulateParams { Output = s_large })))
        .WithId(Id)
        .Build();
}
