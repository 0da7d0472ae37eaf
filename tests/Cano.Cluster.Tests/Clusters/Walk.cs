namespace Cano;

/// <param name="Gates">The gates before the steps, in their order; null: the step waits at none.</param>
/// <param name="Steps">How many steps there are.</param>
public sealed record WalkParams(string?[] Gates, int Steps);

/// <summary>A workflow of several steps. Each leaves its name (<c>INSTANCE STEP</c>) at its gate, or at <see cref="Path"/>; the output is the silos that it ran on.</summary>
public static class Walk
{
    /// <summary>Where steps that wait nowhere are counted.</summary>
    public const string Path = "walk.path";

    public static readonly WorkflowKey<StepState, WalkParams> Key = new("test.walk");

    public static void Define(WorkflowBuilder<StepState, WalkParams> workflow) => workflow
        .Start(StepState.Start)
        .RegisterNode(StepState.Start, (_, _) => new(StepState.Work), NodeConfig.Minimal)
        .RegisterNode<WalkNode>(StepState.Work)
        .AddExitStates(StepState.Done);

    /// <summary>A later version of it that no longer has the state in which its steps are taken.</summary>
    public static void DefineLater(WorkflowBuilder<StepState, WalkParams> workflow) => workflow
        .Start(StepState.Start)
        .RegisterNode(StepState.Start, (_, _) => new(StepState.Done), NodeConfig.Minimal)
        .AddExitStates(StepState.Done);

    public static ConcurrentWorkflowInstance<StepState, WalkParams> Instance(string id, params string?[] gates) => new(id, Key, new(gates, gates.Length));
}

public sealed class WalkNode(Gates gates, LiveNodes nodes, ILocalSiloDetails silo) : Node<StepState, WalkParams, string, int>, IDisposable
{
    private readonly LiveNodes.Life _life = nodes.Begin();

    public override NodeConfig Config => NodeConfig.Minimal;

    public void Dispose() => _life.Dispose();

    public override async ValueTask<string> PrepAsync(WorkflowContext<WalkParams> context, CancellationToken cancellationToken)
    {
        int step = context.Store.TryGet("step", out int taken) ? taken + 1 : 1;
        string? name = context.Params.Gates[step - 1];
        Gates.Gate gate = gates[name ?? Walk.Path];
        gate.Enter($"{context.InstanceId} {step}");
        try
        {
            if (name is not null)
            {
                await gate.WaitOpenAsync(cancellationToken);
            }
        }
        finally
        {
            gate.Leave();
        }

        context.Store.Put("step", step);
        context.Store.Append("silos", silo.Name);
        return silo.Name;
    }

    public override ValueTask<int> ExecAsync(string prep, CancellationToken cancellationToken) => new(0);

    public override ValueTask<StepState> PostAsync(WorkflowContext<WalkParams> context, int exec, CancellationToken cancellationToken)
    {
        context.SetOutput(context.Store.Get<List<string>>("silos"));
        return new(context.Store.Get<int>("step") >= context.Params.Steps ? StepState.Done : StepState.Work);
    }
}
