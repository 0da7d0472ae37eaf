namespace Cano.Origin;

/// <summary>The faults of the Rust crate whose concurrent workflows Cano ports (DESIGN's list), each with a test that names it: here they must not be.</summary>
public sealed class OriginFaultTests(CanoCluster cluster) : IClassFixture<CanoCluster>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Origin_FinishedBehindASlowOneAtTheDeadlineIsReportedCancelled_HereItCounts()
    {
        const string gate = "behind-slow";
        ConcurrentWorkflowRun<StepState> run = await StartAsync(
            new ConcurrentTimeout.WaitDuration(TimeSpan.FromSeconds(10)), Steps.Instance("slow", gate: gate), Steps.Instance("fast-1"), Steps.Instance("fast-2"));
        await CanoCluster.UntilAsync(run, "both fast ones", status => status.Completed == 2);

        cluster.Clock.Advance(TimeSpan.FromSeconds(10));
        ConcurrentWorkflowResults<StepState> results = await run.WaitAsync(Token);

        Assert.Equal(["fast-1", "fast-2"], results.SuccessfulResults().Select(result => result.Id));
        Assert.Equal(["slow"], results.CancelledResults().Select(result => result.Id));
    }

    [Fact]
    public async Task Origin_AtADurationLimitTheRestKeepsRunning_HereItsTokenIsSignalled()
    {
        const string gate = "rest-is-cancelled";
        ConcurrentWorkflowRun<StepState> run = await StartAsync(new ConcurrentTimeout.WaitDuration(TimeSpan.FromSeconds(10)), Steps.Instance("slow", gate: gate));
        await cluster.Gates[gate].ArrivedAsync(1);

        cluster.Clock.Advance(TimeSpan.FromSeconds(10));
        await run.WaitAsync(Token);

        await cluster.Gates[gate].LeftAsync();
    }

    [Fact]
    public async Task Origin_FailuresFillAQuota_HereOnlySuccessesCount()
    {
        ConcurrentWorkflowResults<StepState> results = await RunAsync(
            new ConcurrentTimeout.WaitForQuota(2), Steps.Instance("bad-1", "throw"), Steps.Instance("bad-2", "throw"), Steps.Instance("good-1"), Steps.Instance("good-2"));

        Assert.Equal(StopReason.QuotaReached, results.StopReason);
        Assert.Equal(["good-1", "good-2"], results.SuccessfulResults().Select(result => result.Id));
    }

    [Fact]
    public async Task Origin_ANodeThatPanicsVanishesFromTheResults_HereItIsFailedWithItsMessage()
    {
        ConcurrentWorkflowResults<StepState> results = await RunAsync(new ConcurrentTimeout.WaitForever(), Steps.Instance("bad", "throw", number: 7), Steps.Instance("good"));

        WorkflowResult<StepState> failed = Assert.Single(results.FailedResults());
        Assert.Equal("bad", failed.Id);
        Assert.Equal((WorkflowErrorKinds.NodeFailed, "simulated failure of 7", "Work", 1), (failed.Error!.Kind, failed.Error.Message, failed.Error.State, failed.Error.Attempts));
        Assert.Equal(typeof(InvalidOperationException).FullName, failed.Error.ExceptionType);
        Assert.Equal(2, results.Total);
    }

    [Fact]
    public async Task Origin_ParamsNeverReachTheNodes_HereTheyDo()
    {
        ConcurrentWorkflowResults<StepState> results = await RunAsync(new ConcurrentTimeout.WaitForever(), Steps.Instance("a", number: 21));

        Assert.Equal(42, results.Results[0].GetOutput<int>());
    }

    [Fact]
    public async Task Origin_CancelledInstancesAreOnlyANumber_HereEachHasAResultWithIdAndReason()
    {
        const string gate = "cancelled-have-results";
        ConcurrentWorkflowRun<StepState> run = await StartAsync(
            new ConcurrentTimeout.WaitForQuota(1), Steps.Instance("slow-1", gate: gate), Steps.Instance("fast"), Steps.Instance("slow-2", gate: gate));

        ConcurrentWorkflowResults<StepState> results = await run.WaitAsync(Token);

        Assert.Equal(["slow-1", "fast", "slow-2"], results.Results.Select(result => result.Id));
        Assert.All(results.CancelledResults(), result => Assert.Equal(CancelReason.QuotaReached, result.CancelReason));
        Assert.Equal(2, results.Cancelled);
    }

    [Fact]
    public async Task Origin_FinishedWorkIsReportedCancelledByLuckOfPolling_HereASurplusSaysSo()
    {
        const string gate = "surplus";
        ConcurrentWorkflowRun<StepState> run = await StartAsync(
            new ConcurrentTimeout.WaitForQuota(1), [.. Enumerable.Range(0, 200).Select(number => Steps.Instance($"i{number}", gate: gate))]);
        await cluster.Gates[gate].ArrivedAsync(200);

        cluster.Gates[gate].Open();
        ConcurrentWorkflowResults<StepState> results = await run.WaitAsync(Token);

        Assert.Equal((1, 0, 199), (results.Completed, results.Failed, results.Cancelled));
        Assert.All(results.CancelledResults(), result => Assert.True(result.CancelReason is CancelReason.Surplus or CancelReason.QuotaReached, $"{result.Id}: {result.CancelReason}"));
    }

    [Fact]
    public async Task Origin_InstancesOverwriteEachOthersStore_HereEachHasItsOwnCopy()
    {
        MemoryStore store = new();
        store.Put("visits", new List<string> { "caller" });
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitForever());
        batch.AddInstances([Steps.Instance("a", "store"), Steps.Instance("b", "store")]);

        ConcurrentWorkflowResults<StepState> results = await batch.OrchestrateAsync(cluster.Client, store, Token);

        Assert.Equal(["caller", "a"], results.Results[0].GetOutput<string[]>()!);
        Assert.Equal(["caller", "b"], results.Results[1].GetOutput<string[]>()!);
        Assert.Equal(["caller"], store.Get<List<string>>("visits"));
    }

    [Fact]
    public void Origin_EqualIdsAreAccepted_HereTheyAreRefused()
    {
        CanoConfigurationException exception = Assert.Throws<CanoConfigurationException>(() => new ConcurrentWorkflowBuilder<StepState>(new ConcurrentTimeout.WaitForever())
            .AddInstances([Steps.Instance("same"), Steps.Instance("other"), Steps.Instance("same")])
            .Build());

        Assert.Equal(ErrorCodes.DuplicateInstanceId, exception.Code);
    }

    [Fact]
    public void Origin_QuotaZeroSilentlyBecomesOne_HereItIsRefused()
    {
        CanoConfigurationException exception = Assert.Throws<CanoConfigurationException>(() => new ConcurrentWorkflowBuilder<StepState>(new ConcurrentTimeout.WaitForQuota(0))
            .AddInstance(Steps.Instance("a"))
            .Build());

        Assert.Equal((ErrorCodes.InvalidQuota, "The quota was 0; it must be 1 or more."), (exception.Code, exception.Message));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Origin_TheOrderOfResultsDependsOnTheStrategy_HereItIsTheOrderSubmitted(bool quota)
    {
        ConcurrentTimeout timeout = quota ? new ConcurrentTimeout.WaitForQuota(50) : new ConcurrentTimeout.WaitForever();
        string[] ids = [.. Enumerable.Range(0, 50).Select(number => $"i{(number * 37) % 50}")];

        ConcurrentWorkflowResults<StepState> results = await RunAsync(timeout, [.. ids.Select(id => Steps.Instance(id))]);

        Assert.Equal(ids, results.Results.Select(result => result.Id));
    }

    [Fact]
    public async Task Origin_ACycleThatNeverYieldsCantBeStopped_HereTheTokenStopsIt()
    {
        ConcurrentWorkflowRun<StepState> run = await StartAsync(new ConcurrentTimeout.WaitForQuota(1), Steps.Instance("runaway", "cycle"), Steps.Instance("good"));

        ConcurrentWorkflowResults<StepState> results = await run.WaitAsync(Token);

        Assert.Equal("good", Assert.Single(results.SuccessfulResults()).Id);
        Assert.Equal(WorkflowOutcome.Cancelled, results.Results[0].Outcome);
    }

    private async Task<ConcurrentWorkflowRun<StepState>> StartAsync(ConcurrentTimeout timeout, params ConcurrentWorkflowInstance<StepState>[] instances)
    {
        ConcurrentWorkflow<StepState> batch = new(timeout);
        batch.AddInstances(instances);
        return await batch.StartAsync(cluster.Client, cancellationToken: Token);
    }

    private async Task<ConcurrentWorkflowResults<StepState>> RunAsync(ConcurrentTimeout timeout, params ConcurrentWorkflowInstance<StepState>[] instances) =>
        await (await StartAsync(timeout, instances)).WaitAsync(Token);
}
