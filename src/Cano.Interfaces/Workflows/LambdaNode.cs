namespace Cano;

/// <summary>A function as a node, so that the loop knows only nodes.</summary>
internal sealed class LambdaNode<TState, TParams>(Func<WorkflowContext<TParams>, CancellationToken, ValueTask<TState>> function) : Node<TState, TParams>
    where TState : struct, Enum
{
    public override ValueTask<TState> RunAsync(WorkflowContext<TParams> context, CancellationToken cancellationToken) =>
        function(context, cancellationToken);
}
