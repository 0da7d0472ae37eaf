namespace Cano.Batches;

/// <summary>The four strategies, on three silos, by a clock that the tests move.</summary>
public sealed class StrategyTests(CanoCluster cluster) : IClassFixture<CanoCluster>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WaitForever_MixedOutcomes_EveryInstanceHasItsOwnResultInTheOrderSubmitted()
    {
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitForever());
        batch.AddInstance(Steps.Instance("a", number: 1));
        batch.AddInstance(Steps.Instance("b", "throw", number: 2));
        batch.AddInstance(Steps.Instance("c", "reject"));
        batch.AddInstance(Steps.Instance("d", number: 4));

        ConcurrentWorkflowResults<StepState> results = await batch.OrchestrateAsync(cluster.Client, cancellationToken: Token);

        Assert.Equal(["a", "b", "c", "d"], results.Results.Select(result => result.Id));
        Assert.Equal(
            [WorkflowOutcome.Completed, WorkflowOutcome.Failed, WorkflowOutcome.Completed, WorkflowOutcome.Completed], results.Results.Select(result => result.Outcome));
        Assert.Equal([StepState.Done, null, StepState.Rejected, StepState.Done], results.Results.Select(result => result.FinalState));
        Assert.Equal((3, 1, 0, 4, StopReason.AllFinished), (results.Completed, results.Failed, results.Cancelled, results.Total, results.StopReason));
        Assert.Equal(8, results.Results[3].GetOutput<int>());
    }

    [Theory]
    [InlineData(1, 40)]
    [InlineData(7, 40)]
    [InlineData(40, 40)]
    [InlineData(1_200, 3_000)]
    public async Task WaitForQuota_AllSucceedAtOnce_ExactlyTheQuotaCompletes(int quota, int total)
    {
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitForQuota(quota));
        batch.AddInstances(Enumerable.Range(0, total).Select(number => Steps.Instance($"i{number}", number: number)));

        ConcurrentWorkflowRun<StepState> run = await batch.StartAsync(cluster.Client, cancellationToken: Token);
        ConcurrentWorkflowResults<StepState> results = await run.WaitAsync(Token);

        Assert.Equal((quota, 0, total - quota, StopReason.QuotaReached), (results.Completed, results.Failed, results.Cancelled, results.StopReason));
        Assert.Equal(Enumerable.Range(0, total).Select(number => $"i{number}"), results.Results.Select(result => result.Id));
        Assert.All(results.CancelledResults(), result => Assert.True(result.CancelReason is CancelReason.QuotaReached or CancelReason.Surplus, $"{result.CancelReason}"));
        BatchStatus status = await run.GetStatusAsync(Token);
        Assert.Contains(results.SuccessfulResults(), result => result.Id == status.DecidedBy);
    }

    [Fact]
    public async Task WaitForQuota_MoreThanThereAre_EndsWhenAllHaveFinished()
    {
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitForQuota(10));
        batch.AddInstances([Steps.Instance("a"), Steps.Instance("b", "throw")]);

        ConcurrentWorkflowResults<StepState> results = await batch.OrchestrateAsync(cluster.Client, cancellationToken: Token);

        Assert.Equal((1, 1, 0, StopReason.AllFinished), (results.Completed, results.Failed, results.Cancelled, results.StopReason));
    }

    [Fact]
    public async Task WaitForQuota_LastInstanceFillsIt_StopsWithQuotaReached()
    {
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitForQuota(2));
        batch.AddInstances([Steps.Instance("a"), Steps.Instance("b")]);

        ConcurrentWorkflowResults<StepState> results = await batch.OrchestrateAsync(cluster.Client, cancellationToken: Token);

        Assert.Equal((2, 0, StopReason.QuotaReached), (results.Completed, results.Cancelled, results.StopReason));
    }

    [Fact]
    public async Task WaitDuration_SomeFinishInTime_TheyCountAndTheRestIsCancelledAtTheDeadline()
    {
        string gate = $"{nameof(WaitDuration_SomeFinishInTime_TheyCountAndTheRestIsCancelledAtTheDeadline)}";
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitDuration(TimeSpan.FromSeconds(90)));
        batch.AddInstances([Steps.Instance("slow", gate: gate), Steps.Instance("fast"), Steps.Instance("bad", "throw"), Steps.Instance("stubborn", "ignore", gate)]);
        ConcurrentWorkflowRun<StepState> run = await batch.StartAsync(cluster.Client, cancellationToken: Token);
        BatchStatus before = await CanoCluster.UntilAsync(run, "one completed, one failed, two running", status => status is { Completed: 1, Failed: 1, Running: 2 });
        Assert.Equal(before.StartedAt + TimeSpan.FromSeconds(90), before.Deadline);

        cluster.Clock.Advance(TimeSpan.FromSeconds(89.9));
        Assert.Null((await run.GetStatusAsync(Token)).StopReason);
        cluster.Clock.Advance(TimeSpan.FromSeconds(0.1));
        ConcurrentWorkflowResults<StepState> results = await run.WaitAsync(Token);

        Assert.Equal(StopReason.DurationElapsed, results.StopReason);
        Assert.Equal(
            [WorkflowOutcome.Cancelled, WorkflowOutcome.Completed, WorkflowOutcome.Failed, WorkflowOutcome.Cancelled], results.Results.Select(result => result.Outcome));
        Assert.All(results.CancelledResults(), result => Assert.Equal((CancelReason.DurationElapsed, TimeSpan.FromSeconds(90)), (result.CancelReason, result.Duration)));
        Assert.Equal(TimeSpan.FromSeconds(90), results.TotalDuration);
        cluster.Gates[gate].Open();
    }

    [Theory]
    [InlineData(2, StopReason.QuotaReached, 2)]
    [InlineData(3, StopReason.DurationElapsed, 2)]
    public async Task WaitQuotaOrDuration_WhicheverComesFirst_StopsTheBatch(int quota, StopReason expected, int completed)
    {
        string gate = $"quota-or-duration-{quota}";
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitQuotaOrDuration(quota, TimeSpan.FromSeconds(60)));
        batch.AddInstances([Steps.Instance("a"), Steps.Instance("b"), Steps.Instance("slow", gate: gate)]);
        ConcurrentWorkflowRun<StepState> run = await batch.StartAsync(cluster.Client, cancellationToken: Token);
        await CanoCluster.UntilAsync(run, "two completed", status => status.Completed == 2);

        cluster.Clock.Advance(TimeSpan.FromSeconds(60));
        ConcurrentWorkflowResults<StepState> results = await run.WaitAsync(Token);

        Assert.Equal((expected, completed, 1), (results.StopReason, results.Completed, results.Cancelled));
        Assert.Equal("slow", Assert.Single(results.CancelledResults()).Id);
        cluster.Gates[gate].Open();
    }

    [Fact]
    public async Task Cancel_WhileRunning_TheRestIsCancelledOnRequestAndTheSecondCancelChangesNothing()
    {
        const string gate = "cancel";
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitForever());
        batch.AddInstances([Steps.Instance("done"), Steps.Instance("slow", gate: gate)]);
        ConcurrentWorkflowRun<StepState> run = await batch.StartAsync(cluster.Client, cancellationToken: Token);
        await CanoCluster.UntilAsync(run, "one completed", status => status is { Completed: 1 });

        await run.CancelAsync(Token);
        ConcurrentWorkflowResults<StepState> results = await run.WaitAsync(Token);
        BatchStatus first = await run.GetStatusAsync(Token);
        await run.CancelAsync(Token);

        Assert.Equal((StopReason.Cancelled, 1, 1), (results.StopReason, results.Completed, results.Cancelled));
        Assert.Equal(CancelReason.Requested, results.Results[1].CancelReason);
        Assert.Equal(first, await run.GetStatusAsync(Token));
    }

    [Fact]
    public async Task OrchestrateAsync_TokenSignalled_CancelsTheBatchAndThrows()
    {
        const string gate = "token";
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitForever());
        batch.AddInstances([Steps.Instance("slow", gate: gate)]);
        using CancellationTokenSource cancellation = new();
        Task<ConcurrentWorkflowResults<StepState>> orchestration = batch.OrchestrateAsync(cluster.Client, cancellationToken: cancellation.Token);
        await cluster.Gates[gate].ArrivedAsync(1);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => orchestration);
        BatchStatus status = await ConcurrentWorkflowRun.Attach<StepState>(cluster.Client, batch.Id).GetStatusAsync(Token);
        Assert.Equal(StopReason.Cancelled, status.StopReason);
    }

    [Fact]
    public async Task MaxConcurrency_ManyPartitions_IsNeverExceeded()
    {
        const string gate = "max-concurrency";
        cluster.Gates[gate].Open();
        ConcurrentWorkflow<StepState> batch = new ConcurrentWorkflowBuilder<StepState>(new ConcurrentTimeout.WaitForever())
            .AddInstances(Enumerable.Range(0, 2_500).Select(number => Steps.Instance($"i{number}", gate: gate)))
            .WithMaxConcurrency(5)
            .Build();

        ConcurrentWorkflowResults<StepState> results = await batch.OrchestrateAsync(cluster.Client, cancellationToken: Token);

        Assert.Equal(2_500, results.Completed);
        Assert.InRange(cluster.Gates[gate].MostInside, 1, 5);
        Assert.Equal(2_500, cluster.Gates[gate].Ids.Distinct().Count());
        Assert.Equal(2_500, cluster.Gates[gate].Arrived);
    }
}
