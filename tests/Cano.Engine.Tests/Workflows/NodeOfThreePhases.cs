namespace Cano.Engine.Tests;

/// <summary>A node that does nothing and moves to Done; tests override what they are about.</summary>
public abstract class NodeOfThreePhases : Node<Step, Input, string?, string?>
{
    public override NodeConfig Config => NodeConfig.Minimal;

    public override ValueTask<string?> PrepAsync(WorkflowContext<Input> context, CancellationToken cancellationToken) => new(context.Params?.Text);

    public override ValueTask<string?> ExecAsync(string? prep, CancellationToken cancellationToken) => new(prep);

    public override ValueTask<Step> PostAsync(WorkflowContext<Input> context, string? exec, CancellationToken cancellationToken) => new(Step.Done);
}

/// <summary>Gives its params back as the output.</summary>
public sealed class EchoNode : NodeOfThreePhases
{
    public override ValueTask<Step> PostAsync(WorkflowContext<Input> context, string? exec, CancellationToken cancellationToken)
    {
        context.SetOutput(context.Params);
        return new(Step.Done);
    }
}
