using Orleans.Core.Internal;
using Orleans.TestingHost;

namespace Cano.Recovery;

/// <summary>Activations and silos are lost while batches run; nobody asks, and all goes on.</summary>
public sealed class RecoveryTests : IAsyncLifetime
{
    private readonly DurableCluster _cluster = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _cluster.InitializeAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task BatchActivationIsLost_OnALivingSilo_RecoveryDrivesItOnAndNothingRunsTwice()
    {
        ConcurrentWorkflowRun<StepState> run = await StartAsync("lost-batch", new ConcurrentTimeout.WaitForever(), 300);
        await _cluster.Gates["lost-batch"].ArrivedAsync(300);

        await _cluster.Client.GetGrain<IBatchGrain>(run.Id).Cast<IGrainManagementExtension>().DeactivateOnIdle();
        _cluster.Gates["lost-batch"].Open();
        ConcurrentWorkflowResults<StepState> results = await FinishUnaskedAsync(run);

        Assert.Equal(300, results.Completed);
        Assert.Equal(300, _cluster.Gates["lost-batch"].Arrived);
    }

    [Fact]
    public async Task PartitionActivationsAreLost_WhileInstancesRun_TheyAreJoinedAndNothingRunsTwice()
    {
        ConcurrentWorkflowRun<StepState> run = await StartAsync("lost-partition", new ConcurrentTimeout.WaitForQuota(900), 1_020);
        await _cluster.Gates["lost-partition"].ArrivedAsync(1_020);
        BatchView view = await _cluster.Client.GetGrain<IBatchGrain>(run.Id).WatchAsync(-1);

        for (int partition = 0; partition < view.Sizes.Length; partition++)
        {
            await _cluster.Client.GetGrain<IPartitionGrain>(PartitionSpec.Key(run.Id, view.Digest, partition)).Cast<IGrainManagementExtension>().DeactivateOnIdle();
        }

        _cluster.Gates["lost-partition"].Open();
        ConcurrentWorkflowResults<StepState> results = await run.WaitAsync(Token);

        Assert.Equal((900, 0, 120), (results.Completed, results.Failed, results.Cancelled));
        Assert.Equal(1_020, _cluster.Gates["lost-partition"].Ids.Distinct().Count());
    }

    [Fact]
    public async Task SiloIsKilled_WithBatchesOfEveryKind_AllFinishWithExactCountsAndKeptResultsStay()
    {
        List<ConcurrentWorkflowRun<StepState>> runs = [];
        for (int number = 0; number < 12; number++)
        {
            ConcurrentTimeout timeout = number % 2 == 0 ? new ConcurrentTimeout.WaitForever() : new ConcurrentTimeout.WaitForQuota(20);
            runs.Add(await StartAsync($"kill-{number}", timeout, 40, fast: 10));
        }

        Dictionary<string, List<WorkflowResult<StepState>>> kept = [];
        foreach (ConcurrentWorkflowRun<StepState> run in runs)
        {
            await CanoCluster.UntilAsync(run, "the ten fast ones", status => status.Completed == 10);
            kept[run.Id] = await FirstAsync(run, 10);
        }

        InProcessSiloHandle victim = _cluster.Cluster.Silos[^1];
        await _cluster.Cluster.KillSiloAsync(victim);
        for (int number = 0; number < runs.Count; number++)
        {
            _cluster.Gates[$"kill-{number}"].Open();
        }

        for (int number = 0; number < runs.Count; number++)
        {
            ConcurrentWorkflowResults<StepState> results = await runs[number].WaitAsync(Token);
            Assert.Equal(number % 2 == 0 ? (40, 0, 0) : (20, 0, 20), (results.Completed, results.Failed, results.Cancelled));
            foreach (WorkflowResult<StepState> before in kept[runs[number].Id])
            {
                WorkflowResult<StepState> after = results.Results.Single(result => result.Id == before.Id);
                Assert.Equal((before.Outcome, before.FinishedAt), (after.Outcome, after.FinishedAt));
            }
        }
    }

    [Fact]
    public async Task Deadline_PassesWhileNoActivationDrivesTheBatch_IsWhereItAlwaysWas()
    {
        ConcurrentWorkflowRun<StepState> run = await StartAsync("deadline", new ConcurrentTimeout.WaitDuration(TimeSpan.FromMinutes(5)), 4, fast: 2);
        BatchStatus before = await CanoCluster.UntilAsync(run, "two completed", status => status is { Completed: 2, Running: 2 });

        await _cluster.Client.GetGrain<IBatchGrain>(run.Id).Cast<IGrainManagementExtension>().DeactivateOnIdle();
        _cluster.Clock.Advance(TimeSpan.FromMinutes(6));
        ConcurrentWorkflowResults<StepState> results = await FinishUnaskedAsync(run);

        Assert.Equal((2, 2, StopReason.DurationElapsed), (results.Completed, results.Cancelled, results.StopReason));
        Assert.Equal(before.Deadline, (await run.GetStatusAsync(Token)).Deadline);
    }

    /// <summary>The whole look failed at such an entry, so that nothing was recovered any more.</summary>
    [Theory]
    [InlineData("no address")]
    [InlineData("")]
    [InlineData("127.0.0.1:11111@")]
    [InlineData("127.0.0.1:99999999@7")]
    public async Task OwnerInTheCatalogIsNoAddress_ItsBatchAndAllOthersAreDrivenOn(string owner)
    {
        string[] ids = [$"malformed-{owner.Length}", $"neighbour-{owner.Length}"];
        ConcurrentWorkflowRun<StepState>[] runs =
            await Task.WhenAll(ids.Select(id => StartAsync(id, new ConcurrentTimeout.WaitForever(), 3)));
        await Task.WhenAll(ids.Select(id => _cluster.Gates[id].ArrivedAsync(3)));
        CatalogIndex catalog = new(_cluster.Client);

        // Taken off both: of the first its owner, of both their activations.
        BatchEntry entry = (await catalog.GetUnfinishedAsync(Token)).Single(one => one.Status.Id == ids[0]);
        await Task.WhenAll(ids.Select(
            id => _cluster.Client.GetGrain<IBatchGrain>(id).Cast<IGrainManagementExtension>().DeactivateOnIdle().AsTask()));
        await catalog.PutAsync(entry with { Owner = owner, Version = entry.Version + 1 }, Token);
        foreach (string id in ids)
        {
            _cluster.Gates[id].Open();
        }

        ConcurrentWorkflowResults<StepState>[] results = await Task.WhenAll(runs.Select(FinishUnaskedAsync));

        Assert.All(results, one => Assert.Equal(3, one.Completed));
    }

    /// <summary>
    /// An activation that had been overtaken could enter the purge of an earlier batch once more: recovery then purged the batch that bears the id now, with its results.
    /// </summary>
    [Fact]
    public async Task EntryOfThePurgeOfAnEarlierBatch_TheBatchThatBearsItsIdNowStays()
    {
        ConcurrentWorkflowRun<StepState> run = await StartAsync("borne-again", new ConcurrentTimeout.WaitForever(), 3);
        await _cluster.Gates["borne-again"].ArrivedAsync(3);
        CatalogIndex catalog = new(_cluster.Client);
        BatchEntry entry = (await catalog.GetUnfinishedAsync(Token)).Single(one => one.Status.Id == "borne-again");
        _cluster.Gates["borne-again"].Open();
        await run.WaitAsync(Token);
        BatchEntry stale = entry with
        {
            Status = entry.Status with { CreatedAt = entry.Status.CreatedAt.AddDays(-1), Phase = BatchPhase.Finished },
            Version = entry.Version + 100,
            IsBeingPurged = true,
        };
        await catalog.PutAsync(stale, Token);
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        while ((await catalog.GetUnfinishedAsync(Token)).Any(one => one.Status.Id == "borne-again" && one.IsBeingPurged))
        {
            await pause.WaitForNextTickAsync(Token);
        }

        Assert.Equal(3, (await run.WaitAsync(Token)).Completed);
    }

    /// <summary>Waits for the end by reading the partitions' rows, so that nobody asks the batch and by that brings it up again.</summary>
    private async Task<ConcurrentWorkflowResults<StepState>> FinishUnaskedAsync(ConcurrentWorkflowRun<StepState> run)
    {
        CatalogIndex catalog = new(_cluster.Client);
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        long started = TimeProvider.System.GetTimestamp();
        while ((await catalog.GetUnfinishedAsync(Token)).FirstOrDefault(entry => entry.Status.Id == run.Id) is { } entry)
        {
            if (TimeProvider.System.GetElapsedTime(started) > TimeSpan.FromSeconds(60))
            {
                throw new TimeoutException($"After 60 s nobody has finished {entry}. When asked, it says: {await run.GetStatusAsync(Token)}.");
            }

            await pause.WaitForNextTickAsync(Token);
        }

        return await run.WaitAsync(Token);
    }

    private async Task<ConcurrentWorkflowRun<StepState>> StartAsync(string id, ConcurrentTimeout timeout, int instances, int fast = 0) =>
        await new ConcurrentWorkflowBuilder<StepState>(timeout)
            .AddInstances(Enumerable.Range(0, instances).Select(number => Steps.Instance($"i{number}", gate: number < fast ? null : id)))
            .WithId(id)
            .Build()
            .StartAsync(_cluster.Client, cancellationToken: Token);

    private static async Task<List<WorkflowResult<StepState>>> FirstAsync(ConcurrentWorkflowRun<StepState> run, int count)
    {
        List<WorkflowResult<StepState>> results = [];
        await foreach (WorkflowResult<StepState> result in run.StreamResultsAsync(Token))
        {
            results.Add(result);
            if (results.Count == count)
            {
                break;
            }
        }

        return results;
    }
}
