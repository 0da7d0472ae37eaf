namespace Cano.Batches;

/// <summary>One silo that runs 100 instances at once, however many are asked for.</summary>
public sealed class SmallSilo : CanoCluster
{
    protected override short Silos => 1;

    protected override void Configure(CanoOptions options) => options.MaxRunningInstances = 100;
}

/// <summary>The limit of running instances, and that large batches, stubborn and blocking nodes do not stand in others' way.</summary>
public sealed class LimitTests(SmallSilo cluster) : IClassFixture<SmallSilo>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SmallBatch_BesideTenThousandSlowInstances_StartsAtOnceAndFinishes()
    {
        const string gate = "ten-thousand";
        ConcurrentWorkflow<StepState> large = new(new ConcurrentTimeout.WaitForever());
        large.AddInstances(Enumerable.Range(0, 10_000).Select(number => Steps.Instance($"i{number}", gate: gate)));
        ConcurrentWorkflowRun<StepState> slow = await large.StartAsync(cluster.Client, cancellationToken: Token);
        await cluster.Gates[gate].ArrivedAsync(100);

        ConcurrentWorkflow<StepState> small = new(new ConcurrentTimeout.WaitForever());
        small.AddInstances([Steps.Instance("a"), Steps.Instance("b"), Steps.Instance("c")]);
        ConcurrentWorkflowResults<StepState> results = await small.OrchestrateAsync(cluster.Client, cancellationToken: Token);

        Assert.Equal(3, results.Completed);
        Assert.Equal(100, cluster.Gates[gate].MostInside);
        await slow.CancelAsync(Token);
        ConcurrentWorkflowResults<StepState> rest = await slow.WaitAsync(Token);
        Assert.Equal((0, 0, 10_000), (rest.Completed, rest.Failed, rest.Cancelled));
    }

    [Fact]
    public async Task SecondBatch_TheFirstOnesInstancesNeverEnd_HasHalfOfTheSlots()
    {
        const string first = "never-ends";
        const string second = "half";
        ConcurrentWorkflowRun<StepState> slow = await GatedBatch(first, 10_000).StartAsync(cluster.Client, cancellationToken: Token);
        await cluster.Gates[first].ArrivedAsync(100);

        ConcurrentWorkflowRun<StepState> run = await GatedBatch(second, 1_200).StartAsync(cluster.Client, cancellationToken: Token);
        await cluster.Gates[second].ArrivedAsync(50);
        cluster.Gates[second].Open();
        ConcurrentWorkflowResults<StepState> results = await run.WaitAsync(Token);

        Assert.Equal((1_200, 50), (results.Completed, cluster.Gates[second].MostInside));
        Assert.Equal((100, 100), (cluster.Gates[first].Arrived, cluster.Gates[first].MostInside));
        await slow.CancelAsync(Token);
        Assert.Equal(10_000, (await slow.WaitAsync(Token)).Cancelled);
    }

    private static ConcurrentWorkflow<StepState> GatedBatch(string gate, int instances)
    {
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitForever());
        batch.AddInstances(Enumerable.Range(0, instances).Select(number => Steps.Instance($"i{number}", gate: gate)));
        return batch;
    }

    [Fact]
    public async Task Deadline_NodesBlockTheirThreads_IsAnsweredAllTheSame()
    {
        using ManualResetEventSlim release = new();
        BlockingNode.Release = release;
        try
        {
            ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitDuration(TimeSpan.FromMinutes(1)));
            batch.AddInstances(Enumerable.Range(0, 60).Select(number => new ConcurrentWorkflowInstance<StepState, int>($"i{number}", BlockingNode.Key, number)));
            int before = BlockingNode.Blocked;
            ConcurrentWorkflowRun<StepState> run = await batch.StartAsync(cluster.Client, cancellationToken: Token);
            await CanoCluster.UntilAsync(run, "60 running", status => status.Running == 60);
            Assert.True(SpinWait.SpinUntil(() => BlockingNode.Blocked - before == 60, TimeSpan.FromSeconds(30)), $"{BlockingNode.Blocked - before} of 60 nodes run.");

            cluster.Clock.Advance(TimeSpan.FromMinutes(1));
            ConcurrentWorkflowResults<StepState> results = await run.WaitAsync(Token);

            Assert.Equal((StopReason.DurationElapsed, 60), (results.StopReason, results.Cancelled));
        }
        finally
        {
            release.Set();
        }
    }
}

/// <summary>Blocks its thread, deaf to everything, until it is released.</summary>
public sealed class BlockingNode : Node<StepState, int, int, int>
{
    public static readonly WorkflowKey<StepState, int> Key = new("test.blocking");

    private static int s_blocked;

    public static ManualResetEventSlim? Release { get; set; }

    public static int Blocked => Volatile.Read(ref s_blocked);

    public static void Define(WorkflowBuilder<StepState, int> workflow) =>
        workflow.Start(StepState.Work).RegisterNode<BlockingNode>(StepState.Work).AddExitStates(StepState.Done);

    public override NodeConfig Config => NodeConfig.Minimal;

    public override ValueTask<int> PrepAsync(WorkflowContext<int> context, CancellationToken cancellationToken) => new(context.Params);

    public override ValueTask<int> ExecAsync(int prep, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref s_blocked);
        Release!.Wait(CancellationToken.None);
        return new(prep);
    }

    public override ValueTask<StepState> PostAsync(WorkflowContext<int> context, int exec, CancellationToken cancellationToken) => new(StepState.Done);
}
