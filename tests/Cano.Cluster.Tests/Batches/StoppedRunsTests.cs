using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Storage;

namespace Cano.Batches;

/// <summary>What a stop does to runs on a silo, and what nodes may do to the threads that they run on.</summary>
public sealed class StoppedRunsTests(StoppedRunsTests.ComputingSilo cluster) : IClassFixture<StoppedRunsTests.ComputingSilo>
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IServiceProvider Services => cluster.Cluster.Silos[0].ServiceProvider;

    [Fact]
    public async Task Stop_NodesThatCompute_NoneBeginsAndThoseThatRunSeeTheirTokens()
    {
        const int total = 200;
        ConcurrentWorkflowRun<StepState> run = await new ConcurrentWorkflowBuilder<StepState>(new ConcurrentTimeout.WaitForever())
            .AddInstances(Enumerable.Range(0, total).Select(number => ComputingNode.Instance($"i{number}")))
            .Build()
            .StartAsync(cluster.Client, cancellationToken: Token);
        RunControls controls = Services.GetRequiredService<RunControls>();
        await UntilAsync(
            () => ComputingNode.Begun >= 10 && controls.RunCount + ComputingNode.Ended >= total,
            () => $"{ComputingNode.Begun} begun, {controls.RunCount} runs");

        IGrainStorage storage = Services.GetRequiredKeyedService<IGrainStorage>(SiloStorage.ProviderName);
        Services.GetRequiredService<IInstances>().StopHere(run.Id, (await new BatchRow(storage, run.Id).ReadAsync())!.Incarnation);
        int begun = ComputingNode.Begun;

        // Nothing has been cancelled yet: what waits for a thread ends by the flag alone.
        await UntilAsync(() => controls.RunCount == 0, () => $"{controls.RunCount} runs go on");
        Assert.Equal(begun, ComputingNode.Begun);
        Assert.Equal(begun, ComputingNode.Ended + ComputingNode.Signalled);
        Assert.InRange(ComputingNode.Signalled, 1, total);
        Assert.Equal(0, (await run.GetStatusAsync(Token)).Failed);

        await run.CancelAsync(Token);
        ConcurrentWorkflowResults<StepState> results = await run.WaitAsync(Token);
        Assert.Equal((0, total), (results.Failed, results.Completed + results.Cancelled));
        Assert.Equal(ComputingNode.Ended, results.Completed);
        Assert.Equal(begun, ComputingNode.Begun);
        InstanceSlots slots = Services.GetRequiredService<InstanceSlots>();
        await UntilAsync(() => slots.Running == 0 && slots.GivenUp == 0, () => $"{slots.Running} slots, {slots.GivenUp} given up");
    }

    [Fact]
    public async Task Run_ThatTheStopOvertook_BeginsNothingAndWaitsForItsCancel()
    {
        Services.GetRequiredService<IInstances>().StopHere("overtaken", "one");
        IWorkflowGrain grain = cluster.Client.GetGrain<IWorkflowGrain>(GrainKeys.OfInstance("overtaken", "one", "i"));
        Task<InstanceReply> reply = grain.RunAsync(Request("overtaken") with { Incarnation = "one" });

        // If it were answered "ask again" at once, its partition would ask again at once.
        await Task.WhenAny(reply, Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, Token));
        Assert.False(reply.IsCompleted);
        await grain.CancelAsync();

        Assert.Null((await reply.WaitAsync(s_patience, Token)).Outcome);
        Assert.Equal(0, cluster.Gates["overtaken"].Arrived);
    }

    [Fact]
    public async Task Run_WhoseDeadlineHasPassed_BeginsNothingAndWaitsForItsCancel()
    {
        IWorkflowGrain grain = cluster.Client.GetGrain<IWorkflowGrain>(GrainKeys.OfInstance("late", "one", "i"));
        Task<InstanceReply> reply = grain.RunAsync(Request("late") with { Incarnation = "one", Deadline = cluster.Clock.GetUtcNow() });

        await Task.WhenAny(reply, Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, Token));
        Assert.False(reply.IsCompleted);
        await grain.CancelAsync();

        Assert.Null((await reply.WaitAsync(s_patience, Token)).Outcome);
        Assert.Equal(0, cluster.Gates["late"].Arrived);
    }

    [Fact]
    public async Task Cancel_OfOneRun_SignalsItWhileNodesKeepAllThreads()
    {
        IWorkflowGrain grain = cluster.Client.GetGrain<IWorkflowGrain>(GrainKeys.OfInstance("single", "one", "i"));
        Task<InstanceReply> reply = grain.RunAsync(Request("single") with { Incarnation = "one" });
        await cluster.Gates["single"].ArrivedAsync(1);
        NodeScheduler nodes = Services.GetRequiredService<NodeScheduler>();
        using CancellationTokenSource isOver = new();
        Task[] computing = [.. Enumerable.Range(0, 500).Select(_ => nodes.RunAsync(() =>
        {
            while (!isOver.IsCancellationRequested)
            {
                Thread.SpinWait(100);
            }

            return Task.FromResult(true);
        }))];
        try
        {
            await grain.CancelAsync();
            Assert.Null((await reply.WaitAsync(s_patience, Token)).Outcome);
            await UntilAsync(() => GateNode.Signalled.Contains("single"), () => "the node's token is not signalled");
            Assert.True(nodes.QueueLength > 100, "The nodes' queue was not long, so this shows nothing.");
        }
        finally
        {
            await isOver.CancelAsync();
        }

        await Task.WhenAll(computing).WaitAsync(s_patience, Token);
    }

    [Fact]
    public async Task Interrupt_InANode_ReachesNoOtherInstanceAndEndsNothing()
    {
        ConcurrentWorkflowResults<StepState> results = await new ConcurrentWorkflowBuilder<StepState>(new ConcurrentTimeout.WaitForever())
            .AddInstances(Enumerable.Range(0, 1_000)
                .Select(number => new ConcurrentWorkflowInstance<StepState, int>($"i{number}", InterruptingNode.Key, number)))
            .Build()
            .OrchestrateAsync(cluster.Client, cancellationToken: Token);

        Assert.Equal((1_000, 0), (results.Completed, results.Failed));
    }

    [Fact]
    public async Task RequestContext_OfTheStarter_IsNotSeenByNodes()
    {
        RequestContext.Set("tenant", "of the starter");
        ConcurrentWorkflowResults<StepState> results = await new ConcurrentWorkflowBuilder<StepState>(new ConcurrentTimeout.WaitForever())
            .AddInstance(new ConcurrentWorkflowInstance<StepState, int>("i", InterruptingNode.ContextKey, 0))
            .Build()
            .OrchestrateAsync(cluster.Client, cancellationToken: Token);
        RequestContext.Clear();

        Assert.Equal("none, none", results.Results[0].GetOutput<string>());
    }

    private static InstanceRun Request(string gate) =>
        new(new("i", GateNode.Key.Name, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(gate), null), null, MayHaveCheckpoint: false);

    private static async Task UntilAsync(Func<bool> holds, Func<string> missing)
    {
        long begun = Stopwatch.GetTimestamp();
        using PeriodicTimer looks = new(TimeSpan.FromMilliseconds(2), TimeProvider.System);
        while (!holds())
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < s_patience, missing());
            await looks.WaitForNextTickAsync(Token);
        }
    }

    /// <summary>One silo.</summary>
    public sealed class ComputingSilo : CanoCluster
    {
        protected override short Silos => 1;

        protected override void AddWorkflows(string silo, CanoBuilder cano) => cano
            .AddWorkflow(ComputingNode.Key, ComputingNode.Define)
            .AddWorkflow(GateNode.Key, GateNode.Define)
            .AddWorkflow(InterruptingNode.Key, InterruptingNode.Define)
            .AddWorkflow(InterruptingNode.ContextKey, InterruptingNode.DefineContext);
    }

    /// <summary>Computes for 100 ms, and looks at its token all the while.</summary>
    private static class ComputingNode
    {
        internal static readonly WorkflowKey<StepState, int> Key = new("test.computing");

        private static readonly TimeSpan s_work = TimeSpan.FromMilliseconds(100);

        /// <summary>Of all but the first: they compute when the stop comes, however long the machine takes to get there.</summary>
        private static readonly TimeSpan s_longWork = TimeSpan.FromSeconds(60);

        private static int s_begun;
        private static int s_ended;
        private static int s_signalled;

        internal static int Begun => Volatile.Read(ref s_begun);

        internal static int Ended => Volatile.Read(ref s_ended);

        internal static int Signalled => Volatile.Read(ref s_signalled);

        internal static ConcurrentWorkflowInstance<StepState> Instance(string id) =>
            new ConcurrentWorkflowInstance<StepState, int>(id, Key, 0);

        internal static void Define(WorkflowBuilder<StepState, int> workflow) => workflow
            .Start(StepState.Work)
            .RegisterNode(StepState.Work, (_, cancellationToken) => Compute(cancellationToken), NodeConfig.Minimal)
            .AddExitStates(StepState.Done);

        private static ValueTask<StepState> Compute(CancellationToken cancellationToken)
        {
            TimeSpan work = Interlocked.Increment(ref s_begun) < 10 ? s_work : s_longWork;
            for (long begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun) < work;)
            {
                if (cancellationToken.IsCancellationRequested)
                {
                    Interlocked.Increment(ref s_signalled);
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }

            Interlocked.Increment(ref s_ended);
            return new(StepState.Done);
        }
    }

    /// <summary>Waits at a gate, and notes what its token's callbacks heard.</summary>
    private sealed class GateNode(Gates gates) : Node<StepState, string, string, int>
    {
        internal static readonly WorkflowKey<StepState, string> Key = new("test.gate");

        internal static System.Collections.Concurrent.ConcurrentBag<string> Signalled { get; } = [];

        internal static void Define(WorkflowBuilder<StepState, string> workflow) =>
            workflow.Start(StepState.Work).RegisterNode<GateNode>(StepState.Work).AddExitStates(StepState.Done);

        public override NodeConfig Config => NodeConfig.Minimal;

        public override async ValueTask<string> PrepAsync(WorkflowContext<string> context, CancellationToken cancellationToken)
        {
            string name = context.Params;
            using CancellationTokenRegistration registration = cancellationToken.Register(() => Signalled.Add(name));
            gates[name].Enter(context.InstanceId);
            await gates[name].WaitOpenAsync(cancellationToken);
            return name;
        }

        public override ValueTask<int> ExecAsync(string prep, CancellationToken cancellationToken) => new(0);

        public override ValueTask<StepState> PostAsync(WorkflowContext<string> context, int exec, CancellationToken cancellationToken) =>
            new(StepState.Done);
    }

    /// <summary>
    /// Each second instance leaves an interrupt on its thread; the others wait, which would throw if one had reached them.
    /// </summary>
    private static class InterruptingNode
    {
        internal static readonly WorkflowKey<StepState, int> Key = new("test.interrupting");
        internal static readonly WorkflowKey<StepState, int> ContextKey = new("test.context");

        internal static void Define(WorkflowBuilder<StepState, int> workflow) => workflow.Start(StepState.Work)
            .RegisterNode(
                StepState.Work,
                (context, _) =>
                {
                    if (context.Params % 2 == 0)
                    {
                        Thread.CurrentThread.Interrupt();
                    }
                    else
                    {
                        using ManualResetEvent set = new(initialState: true);
                        set.WaitOne(0);
                    }

                    return new(StepState.Done);
                },
                NodeConfig.Minimal)
            .AddExitStates(StepState.Done);

        internal static void DefineContext(WorkflowBuilder<StepState, int> workflow) => workflow.Start(StepState.Start)
            .RegisterNode(
                StepState.Start,
                (context, _) =>
                {
                    context.Store.Put("seen", RequestContext.Get("tenant") as string ?? "none");
                    RequestContext.Set("tenant", "of the first node");
                    return new(StepState.Work);
                },
                NodeConfig.Minimal)
            .RegisterNode(
                StepState.Work,
                (context, _) =>
                {
                    context.SetOutput($"{context.Store.Get<string>("seen")}, {RequestContext.Get("tenant") as string ?? "none"}");
                    return new(StepState.Done);
                },
                NodeConfig.Minimal)
            .AddExitStates(StepState.Done);
    }
}
