using Cano;

namespace Worker;

public enum CollatzState { Check, Step, One, Rejected }

public sealed record CollatzParams(long Number);

public static class Collatz
{
    public static readonly WorkflowKey<CollatzState, CollatzParams> Key = new("collatz");
}

public sealed record Trail(long Number, int Steps);

/// <summary>Halves an even number, makes 3n + 1 of an odd one, and comes back until it is 1.</summary>
public sealed class CollatzStep : Node<CollatzState, CollatzParams, Trail, Trail>
{
    public override ValueTask<Trail> PrepAsync(WorkflowContext<CollatzParams> context, CancellationToken cancellationToken) =>
        new(context.Store.TryGet<Trail>("trail", out Trail? trail) ? trail : new Trail(context.Params.Number, Steps: 0));

    public override ValueTask<Trail> ExecAsync(Trail prep, CancellationToken cancellationToken) =>
        new(new Trail(long.IsEvenInteger(prep.Number) ? prep.Number / 2 : checked((3 * prep.Number) + 1), prep.Steps + 1));

    public override ValueTask<CollatzState> PostAsync(WorkflowContext<CollatzParams> context, Trail exec, CancellationToken cancellationToken)
    {
        context.Store.Put("trail", exec);
        context.SetOutput(exec.Steps);
        return new(exec.Number == 1 ? CollatzState.One : CollatzState.Step);
    }
}
