using Microsoft.Extensions.DependencyInjection;
using Orleans.Core.Internal;
using Orleans.Storage;

namespace Cano.Recovery;

/// <summary>
/// A partition whose rows are missing in storage: its batch could neither be read nor cancelled nor purged, and the message named a purge
/// as the remedy.
/// What the message names now is what is done here.
/// </summary>
public sealed class LostPartitionTests(CheckpointingCluster cluster) : IClassFixture<CheckpointingCluster>
{
    private const int Instances = 2_500;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IGrainStorage Storage => cluster.Cluster.Silos[0].ServiceProvider.GetRequiredKeyedService<IGrainStorage>(SiloStorage.ProviderName);

    [Fact]
    public async Task Cancel_ABatchWithALostPartition_EndsWithoutItAndTheRestStaysReadable()
    {
        (ConcurrentWorkflowRun<StepState> run, _) = await LoseAsync("lost");

        await run.CancelAsync(Token);
        ConcurrentWorkflowResults<StepState> results = await run.WaitAsync(Token);
        cluster.Gates["lost"].Open();

        Assert.Equal((0, 1_000, 1_500, StopReason.Cancelled), (results.Completed, results.Failed, results.Cancelled, results.StopReason));
        Assert.All(results.Results.Skip(1_000).Take(1_000), result => Assert.Equal(WorkflowErrorKinds.DataLost, result.Error?.Kind));
        Assert.All(results.Results.Take(1_000).Concat(results.Results.Skip(2_000)), result => Assert.Equal(CancelReason.Requested, result.CancelReason));
        await run.PurgeAsync(Token);

        // What was lost with the ids can't be found: checkpoints of those instances. They are bound to the batch's incarnation, so nothing
        // reads them.
        string[] left = [.. cluster.RowsOf("lost").Where(row => !row.StartsWith("cano.checkpoint ", StringComparison.Ordinal))];
        Assert.Equal(["cano.batch batch/lost"], left);
    }

    [Fact]
    public async Task Restore_OfALostPartition_IsNoticedAndTheBatchGoesOn()
    {
        PartitionSpec? spec = null;
        (ConcurrentWorkflowRun<StepState> run, string key) = await LoseAsync("restored", async key => spec = await SpecRow(key).ReadAsync());
        cluster.Gates["restored"].Open();
        BatchStatus status = await run.GetStatusAsync(Token);
        while (status.Completed < 1_500)
        {
            status = await NextAsync(run);
        }

        await SpecRow(key).WriteAsync(spec!);

        Assert.Equal((Instances, StopReason.AllFinished), ((await run.WaitAsync(Token)).Completed, (await run.GetStatusAsync(Token)).StopReason));
    }

    private Row<PartitionSpec> SpecRow(string key) => new(Storage, PartitionRows.SpecName, PartitionRows.Kind, key);

    private static async Task<BatchStatus> NextAsync(ConcurrentWorkflowRun<StepState> run)
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        await pause.WaitForNextTickAsync(Token);
        return await run.GetStatusAsync(Token);
    }

    /// <summary>Starts a batch of three partitions, and loses the rows of the second one while its instances run.</summary>
    private async Task<(ConcurrentWorkflowRun<StepState> Run, string Key)> LoseAsync(string id, Func<string, Task>? before = null)
    {
        ConcurrentWorkflowRun<StepState> run = await new ConcurrentWorkflowBuilder<StepState>(new ConcurrentTimeout.WaitForever())
            .AddInstances(Enumerable.Range(0, Instances).Select(n => Steps.Instance($"i{n}", "complete", id)))
            .WithId(id)
            .Build()
            .StartAsync(cluster.Client, cancellationToken: Token);
        await cluster.Gates[id].ArrivedAsync(1);
        BatchView view = await cluster.Client.GetGrain<IBatchGrain>(id).WatchAsync(-1);
        string key = PartitionSpec.Key(id, view.Digest, 1);
        await (before?.Invoke(key) ?? Task.CompletedTask);
        await RowRemoval.RemoveAsync(Storage, PartitionRows.SpecName, PartitionRows.Kind, key);
        await cluster.Client.GetGrain<IPartitionGrain>(key).Cast<IGrainManagementExtension>().DeactivateOnIdle();
        return (run, key);
    }
}
