using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace Cano.Retention;

/// <summary>A purge removes every row of a batch but a tombstone, which is forgotten when its time is over.</summary>
public sealed class PurgeTests(CheckpointingCluster cluster) : IClassFixture<CheckpointingCluster>
{
    private static readonly TimeSpan s_retention = new CanoOptions().Retention;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PurgeAsync_FinishedBatch_LeavesATombstoneAndNothingElse()
    {
        ConcurrentWorkflowRun<StepState> run = await FinishedAsync("purged", Batch("purged", 2_500, act: "share", count: 3));
        Assert.True(cluster.RowsOf("purged").Length > 7);

        await run.PurgeAsync(Token);

        Assert.Equal(["cano.batch batch/purged"], cluster.RowsOf("purged"));
        BatchPurgedException exception = await Assert.ThrowsAsync<BatchPurgedException>(() => run.GetStatusAsync(Token));
        Assert.Equal((ErrorCodes.BatchPurged, "purged"), (exception.Code, exception.BatchId));
        await Assert.ThrowsAsync<BatchPurgedException>(() => run.CancelAsync(Token));
        await Assert.ThrowsAsync<BatchPurgedException>(() => run.WaitAsync(Token));
        await Assert.ThrowsAsync<BatchPurgedException>(() => Batch("purged", 2_500, act: "share", count: 3).StartAsync(cluster.Client, cancellationToken: Token));
        await Assert.ThrowsAsync<BatchPurgedException>(() => Batch("purged", 1).StartAsync(cluster.Client, cancellationToken: Token));
        await run.PurgeAsync(Token);
        Assert.DoesNotContain(await new CatalogIndex(cluster.Client).GetUnfinishedAsync(Token), entry => entry.Status.Id == "purged");
    }

    /// <summary>Cancelled instances leave their checkpoints, which nobody reads any more: they went on for ever.</summary>
    [Fact]
    public async Task PurgeAsync_CheckpointsOfCancelledInstances_GoToo()
    {
        ConcurrentWorkflowRun<StepState> run = await Batch("checkpoints", 5, gate: "checkpoints").StartAsync(cluster.Client, cancellationToken: Token);
        await cluster.Gates["checkpoints"].ArrivedAsync(5);
        await run.CancelAsync(Token);
        await run.WaitAsync(Token);
        Assert.Equal(5, cluster.RowsOf("checkpoints").Count(row => row.StartsWith("cano.checkpoint ", StringComparison.Ordinal)));

        await run.PurgeAsync(Token);

        Assert.Equal(["cano.batch batch/checkpoints"], cluster.RowsOf("checkpoints"));
    }

    /// <summary>
    /// An earlier build wrote shared stores with two names that are one once they are written: the row could not be read, and the batch not
    /// be purged, for ever.
    /// </summary>
    [Fact]
    public async Task PurgeAsync_SharedStoreThatCannotBeRead_GoesToo()
    {
        ConcurrentWorkflowRun<StepState> run = await FinishedAsync("unreadable", Batch("unreadable", 3, act: "share"));
        string row = cluster.RowsOf("unreadable").Single(row => row.StartsWith("cano.shared ", StringComparison.Ordinal));
        string key = row[(row.IndexOf('/', StringComparison.Ordinal) + 1)..];
        IGrainStorage storage = cluster.Cluster.Silos[0].ServiceProvider.GetRequiredKeyedService<IGrainStorage>(SiloStorage.ProviderName);
        await RowRemoval.RemoveAsync(storage, "cano.shared", "shared", key);
        await new Row<SharedStoreState>(storage, "cano.shared", "shared", key).WriteAsync(Stores.SharedStoreRowTests.Twins());
        await Assert.ThrowsAnyAsync<Exception>(() => new Row<SharedStoreState>(storage, "cano.shared", "shared", key).ReadAsync());

        await run.PurgeAsync(Token);

        Assert.Equal(["cano.batch batch/unreadable"], cluster.RowsOf("unreadable"));
    }

    [Fact]
    public async Task PurgeAsync_BatchThatRuns_IsRefusedAndChangesNothing()
    {
        ConcurrentWorkflowRun<StepState> run = await Batch("running", 3, gate: "running").StartAsync(cluster.Client, cancellationToken: Token);
        await cluster.Gates["running"].ArrivedAsync(3);

        BatchNotFinishedException exception = await Assert.ThrowsAsync<BatchNotFinishedException>(() => run.PurgeAsync(Token));
        cluster.Gates["running"].Open();

        Assert.Equal((ErrorCodes.BatchNotFinished, "running"), (exception.Code, exception.BatchId));
        Assert.Equal(3, (await run.WaitAsync(Token)).Completed);
    }

    [Fact]
    public async Task PurgeAsync_NoSuchBatch_SaysSo() => await Assert.ThrowsAsync<BatchNotFoundException>(
        () => ConcurrentWorkflowRun.Attach<StepState>(cluster.Client, "never-started").PurgeAsync(Token));

    [Fact]
    public async Task Tombstone_KeptForAsLongAsABatch_IsForgottenThenAndTheIdIsFree()
    {
        ConcurrentWorkflowRun<StepState> run = await FinishedAsync("forgotten", Batch("forgotten", 3));
        await run.PurgeAsync(Token);
        cluster.Clock.Advance(s_retention - TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<BatchPurgedException>(() => Batch("forgotten", 4).StartAsync(cluster.Client, cancellationToken: Token));

        cluster.Clock.Advance(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<BatchNotFoundException>(() => run.GetStatusAsync(Token));
        Assert.Equal(4, (await Batch("forgotten", 4).OrchestrateAsync(cluster.Client, cancellationToken: Token)).Completed);
    }

    /// <summary>The storage fails in the middle, which ends the activation; recovery finds the batch in the catalog and goes on, with nobody asking.</summary>
    [Fact]
    public async Task Purge_BrokenOffInTheMiddle_IsResumedByRecovery()
    {
        ConcurrentWorkflowRun<StepState> run = await FinishedAsync("resumed", Batch("resumed", 12_000));
        int removals = 0;
        cluster.Storage.Removing = row =>
        {
            // One of the second step: those from 4 on are gone by then.
            if (row.StartsWith("cano.partition partition/resumed/", StringComparison.Ordinal) && row.EndsWith("/2", StringComparison.Ordinal) && Interlocked.Increment(ref removals) == 1)
            {
                throw new IOException("The storage fails here.");
            }
        };

        await Assert.ThrowsAnyAsync<Exception>(() => cluster.Client.GetGrain<IBatchGrain>(run.Id).PurgeAsync());
        await UntilAsync("the purge is done", () => cluster.RowsOf("resumed") is ["cano.batch batch/resumed"]);

        Assert.Equal(2, removals);
        await Assert.ThrowsAsync<BatchPurgedException>(() => run.GetStatusAsync(Token));
    }

    private async Task<ConcurrentWorkflowRun<StepState>> FinishedAsync(string id, ConcurrentWorkflow<StepState> batch)
    {
        await batch.OrchestrateAsync(cluster.Client, cancellationToken: Token);
        return ConcurrentWorkflowRun.Attach<StepState>(cluster.Client, id);
    }

    internal static async Task UntilAsync(string what, Func<bool> holds)
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        long started = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(60), $"Waited 60 s for: {what}.");
            await pause.WaitForNextTickAsync(Token);
        }
    }

    /// <param name="id">Its id.</param>
    /// <param name="instances">How many instances.</param>
    /// <param name="act">What the first ones do.</param>
    /// <param name="gate">Where those wait.</param>
    /// <param name="count">How many those are; the others complete at once.</param>
    private static ConcurrentWorkflow<StepState> Batch(string id, int instances, string act = "complete", string? gate = null, int count = int.MaxValue) =>
        new ConcurrentWorkflowBuilder<StepState>(new ConcurrentTimeout.WaitForever())
            .AddInstances(Enumerable.Range(0, instances).Select(number => number < count ? Steps.Instance($"i{number}", act, gate) : Steps.Instance($"i{number}")))
            .WithId(id)
            .Build();
}
