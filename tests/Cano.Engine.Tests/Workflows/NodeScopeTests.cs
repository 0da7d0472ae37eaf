using Microsoft.Extensions.DependencyInjection;

namespace Cano.Engine.Tests;

/// <summary>Nodes registered by type come from a scope of their own for each run.</summary>
public sealed class NodeScopeTests
{
    private static readonly WorkflowDefinition<Step, Input> s_visits = Flow.Of(workflow => workflow.RegisterNode<VisitNode>(Step.Start));

    [Fact]
    public async Task Run_WithNodeTypes_HasAScopeOfItsOwnWhichEndsWithIt()
    {
        await using ServiceProvider services = new ServiceCollection().AddScoped<Visits>().AddSingleton(new List<Visits>()).BuildServiceProvider();
        WorkflowRunner<Step, Input> runner = WorkflowRunner.For(s_visits, services);
        List<Visits> made = services.GetRequiredService<List<Visits>>();
        made.Clear();

        int[] counts = [(await runner.RunAsync()).GetOutput<int>(), (await runner.RunAsync()).GetOutput<int>()];

        // Three visits by one node object with one scoped service, in each run.
        Assert.Equal([3, 3], counts);
        Assert.Equal([(1, true), (1, true)], made.Select(visits => (visits.Nodes, visits.IsDisposed)));
    }

    [Fact]
    public async Task Run_ThatFails_EndsItsScopeToo()
    {
        await using ServiceProvider services = new ServiceCollection().AddScoped<Visits>().AddSingleton(new List<Visits>()).BuildServiceProvider();
        WorkflowDefinition<Step, Input> runaway = Flow.Of(workflow => workflow.RegisterNode<VisitNode>(Step.Start).WithStepLimit(2));

        WorkflowResult<Step> result = await WorkflowRunner.For(runaway, services).RunAsync();

        Assert.Equal("step-limit", result.Error!.Kind);
        Assert.All(services.GetRequiredService<List<Visits>>(), visits => Assert.True(visits.IsDisposed));
    }

    [Fact]
    public async Task Node_ThatIsNotRegistered_IsMadeForTheRunAndDisposedOf()
    {
        List<string> calls = [];
        await using ServiceProvider services = new ServiceCollection().AddSingleton(calls).BuildServiceProvider();
        WorkflowRunner<Step, Input> runner = WorkflowRunner.For(Flow.Of(workflow => workflow.RegisterNode<DisposableNode>(Step.Start)), services);
        calls.Clear();

        await runner.RunAsync();

        Assert.Equal(["made", "run", "disposed"], calls);
    }

    [Fact]
    public async Task Node_ThatCantBeMadeForARun_FailsTheInstanceInItsState()
    {
        await using ServiceProvider services = new ServiceCollection().AddSingleton(new Fuse { Left = 1 }).BuildServiceProvider();
        WorkflowRunner<Step, Input> runner = WorkflowRunner.For(
            Flow.Of(workflow => workflow.RegisterNode(Step.Start, Flow.GoesTo(Step.Middle)).RegisterNode<FusedNode>(Step.Middle)), services);

        WorkflowError error = (await runner.RunAsync()).Error!;

        Assert.Equal(("node-failed", "the fuse has blown", "Middle", 1), (error.Kind, error.Message, error.State, error.Attempts));
    }

    [Fact]
    public async Task Node_ThatCantBeMadeAtFirst_IsMadeAgainByARetry()
    {
        Fuse fuse = new() { Left = 1 };
        await using ServiceProvider services = new ServiceCollection().AddSingleton(fuse).BuildServiceProvider();
        WorkflowRunner<Step, Input> runner = WorkflowRunner.For(
            Flow.Of(workflow => workflow.RegisterNode<RetriedFusedNode>(Step.Start)), services);
        fuse.Left = 0;
        fuse.MendsItself = true;

        WorkflowResult<Step> result = await runner.RunAsync();

        Assert.Equal((Step.Done, 2), (result.FinalState, result.Path!.Steps[0].Attempts));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task NodeType_OfTwoStates_IsAnObjectForEachUnlessTheServicesSayOtherwise(bool isScopedService)
    {
        ServiceCollection collection = new();
        if (isScopedService)
        {
            collection.AddScoped<TwiceNode>();
        }

        await using ServiceProvider services = collection.BuildServiceProvider();
        WorkflowRunner<Step, Input> runner = WorkflowRunner.For(
            Flow.Of(workflow => workflow.RegisterNode<TwiceNode>(Step.Start).RegisterNode<TwiceNode>(Step.Middle)), services);

        Assert.Equal(isScopedService ? 2 : 1, (await runner.RunAsync()).GetOutput<int>());
    }

    [Fact]
    public void Dependency_ThatIsMissing_IsNamedWithWorkflowAndNode()
    {
        CanoConfigurationException refusal = Assert.Throws<CanoConfigurationException>(() => WorkflowRunner.For(s_visits));

        Assert.Equal("invalid-definition", refusal.Code);
        Assert.StartsWith("Workflow 'test.flow': VisitNode can't be made: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("'Cano.Engine.Tests.NodeScopeTests+Visits'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Config_OfANodeType_IsReadOnceAndChecked()
    {
        CanoConfigurationException refusal = Assert.Throws<CanoConfigurationException>(
            () => WorkflowRunner.For(Flow.Of(workflow => workflow.RegisterNode<BadConfigNode>(Step.Start))));

        Assert.Equal(
            "Workflow 'test.flow': BadConfigNode: AttemptTimeout was -00:00:01; it must be more than zero and at most 30.00:00:00, or null for none.", refusal.Message);
    }

    [Fact]
    public async Task Scope_ThatThrowsAsItEnds_LeavesTheOutcomeAsItIs()
    {
        await using ServiceProvider services = new ServiceCollection().AddScoped<FailingDisposal>().BuildServiceProvider();
        WorkflowProgram<Step, Input> program = Flow.Of(workflow => workflow.RegisterNode<NodeWithFailingDisposal>(Step.Start)).Compile(services: services);

        Assert.Equal("Done", (await program.RunAsync(Flow.Execution(), CancellationToken.None)).FinalState);
    }

    public sealed class Visits : IAsyncDisposable
    {
        public Visits(List<Visits> made) => made.Add(this);

        public int Nodes { get; set; }

        public int Count { get; set; }

        public bool IsDisposed { get; private set; }

        public ValueTask DisposeAsync()
        {
            IsDisposed = true;
            return ValueTask.CompletedTask;
        }
    }

    public sealed class VisitNode : NodeOfThreePhases
    {
        private readonly Visits _visits;

        public VisitNode(Visits visits)
        {
            _visits = visits;
            _visits.Nodes++;
        }

        public override ValueTask<Step> PostAsync(WorkflowContext<Input> context, string? exec, CancellationToken cancellationToken)
        {
            context.SetOutput(++_visits.Count);
            return new(_visits.Count == 3 ? Step.Done : Step.Start);
        }
    }

    public sealed class DisposableNode : NodeOfThreePhases, IDisposable
    {
        private readonly List<string> _calls;

        public DisposableNode(List<string> calls)
        {
            _calls = calls;
            _calls.Add("made");
        }

        public override ValueTask<Step> PostAsync(WorkflowContext<Input> context, string? exec, CancellationToken cancellationToken)
        {
            _calls.Add("run");
            return new(Step.Done);
        }

        public void Dispose() => _calls.Add("disposed");
    }

    public sealed class Fuse
    {
        public int Left { get; set; }

        public bool MendsItself { get; set; }
    }

    public sealed class RetriedFusedNode : NodeOfThreePhases
    {
        public RetriedFusedNode(Fuse fuse)
        {
            if (--fuse.Left < 0)
            {
                fuse.Left = fuse.MendsItself ? 1 : 0;
                throw new InvalidOperationException("the fuse has blown");
            }
        }

        public override NodeConfig Config => NodeConfig.Minimal with { Retry = RetryMode.Fixed(1, TimeSpan.Zero) };
    }

    /// <summary>Says how often this very object has run.</summary>
    public sealed class TwiceNode : NodeOfThreePhases
    {
        private int _runs;

        public override ValueTask<Step> PostAsync(WorkflowContext<Input> context, string? exec, CancellationToken cancellationToken)
        {
            context.SetOutput(++_runs);
            return new(context.State == nameof(Step.Start) ? Step.Middle : Step.Done);
        }
    }

    public sealed class FusedNode : NodeOfThreePhases
    {
        // The one made to read its config is the last.
        public FusedNode(Fuse fuse)
        {
            if (--fuse.Left < 0)
            {
                throw new InvalidOperationException("the fuse has blown");
            }
        }
    }

    public sealed class BadConfigNode : NodeOfThreePhases
    {
        public override NodeConfig Config => NodeConfig.Minimal with { AttemptTimeout = TimeSpan.FromSeconds(-1) };
    }

    public sealed class FailingDisposal : IDisposable
    {
        public static int Disposals { get; private set; }

        public void Dispose()
        {
            // The first is the one in which the config was read.
            if (++Disposals > 1)
            {
                throw new IOException("can't be closed");
            }
        }
    }

    public sealed class NodeWithFailingDisposal(FailingDisposal service) : NodeOfThreePhases
    {
        public override ValueTask<Step> PostAsync(WorkflowContext<Input> context, string? exec, CancellationToken cancellationToken) =>
            new(service is null ? Step.Rejected : Step.Done);
    }
}
