using BenchmarkDotNet.Attributes;
using Cano.Protocol;

namespace Cano.Benchmarks;

/// <summary>What the engine itself costs: one instance that makes transitions through nodes which do nothing.</summary>
/// <remarks>The figures are those of a whole run; the cost of a transition is the difference of two runs by the difference of their transitions.</remarks>
[MemoryDiagnoser]
[ShortRunJob]
public class Transitions
{
    private WorkflowProgram<Step, int> _lambdas = null!;
    private WorkflowProgram<Step, int> _classes = null!;

    public enum Step
    {
        Ping,
        Pong,
        Done,
    }

    [Params(10, 100, 1_000)]
    public int Count { get; set; }

    [GlobalSetup]
    public void Compile()
    {
        _lambdas = Program(workflow => workflow
            .RegisterNode(Step.Ping, static (context, _) => new ValueTask<Step>(Next(context, Step.Pong)))
            .RegisterNode(Step.Pong, static (context, _) => new ValueTask<Step>(Next(context, Step.Ping))));
        _classes = Program(workflow => workflow
            .RegisterNode(Step.Ping, new Idle(Step.Pong))
            .RegisterNode(Step.Pong, new Idle(Step.Ping)));
    }

    [Benchmark]
    public ValueTask<InstanceOutcome> Lambdas() => _lambdas.RunAsync(NewContext(), @params: null, keepPath: false, CancellationToken.None);

    [Benchmark]
    public ValueTask<InstanceOutcome> Classes() => _classes.RunAsync(NewContext(), @params: null, keepPath: false, CancellationToken.None);

    private static WorkflowProgram<Step, int> Program(Action<WorkflowBuilder<Step, int>> nodes) =>
        new(
            WorkflowDefinition.Create(new WorkflowKey<Step, int>("bench"), workflow => nodes(workflow.Start(Step.Ping).AddExitState(Step.Done))),
            new NoServices(),
            TimeProvider.System,
            new CanoOptions());

    private static Step Next(WorkflowContext<int> context, Step next)
    {
        Countdown countdown = (Countdown)context.Store;
        return --countdown.Left == 0 ? Step.Done : next;
    }

    private WorkflowContext<int> NewContext() => new(0, new Countdown { Left = Count }, new MemorySharedStore(), "instance", "batch");

    private sealed class Idle(Step next) : Node<Step, int, int, int>
    {
        public override ValueTask<int> PrepAsync(WorkflowContext<int> context, CancellationToken cancellationToken) => new(1);

        public override ValueTask<int> ExecAsync(int prep, CancellationToken cancellationToken) => new(prep);

        public override ValueTask<Step> PostAsync(WorkflowContext<int> context, int exec, CancellationToken cancellationToken) => new(Next(context, next));
    }

    private sealed class NoServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}
