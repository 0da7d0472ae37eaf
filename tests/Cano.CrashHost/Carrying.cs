using System.Globalization;
using System.Text.Json.Serialization;

namespace Cano.CrashHost;

public enum CarryingState { Put, Read, Done }

[JsonDerivedType(typeof(Circle), "circle")]
public abstract record Shape;

public sealed record Circle(double Radius) : Shape;

public sealed record CarryingParams(Shape? Shape, (int From, int To) Range);

/// <summary>A workflow that puts values of many kinds, saves them, and says in its output what it reads afterwards.</summary>
public static class Carrying
{
    public static WorkflowKey<CarryingState, CarryingParams> Key { get; } = new("test.carrying");

    internal static void Define(WorkflowBuilder<CarryingState, CarryingParams> workflow) => workflow
        .Start(CarryingState.Put)
        .RegisterNode(CarryingState.Put, Put, NodeConfig.Minimal with { AlwaysCheckpoint = true })
        .RegisterNode(CarryingState.Read, Read, NodeConfig.Minimal)
        .AddExitStates(CarryingState.Done);

    private static ValueTask<CarryingState> Put(WorkflowContext<CarryingParams> context, CancellationToken cancellationToken)
    {
        context.Store.Put("range", (From: 10, To: 20));
        context.Store.Put<Shape>("shape", new Circle(2.5));
        context.Store.Put("set", new HashSet<int>([3, 1]));
        context.Store.Put("date", DateOnly.FromDateTime(DateTime.UnixEpoch));
        context.Store.Append("log", "put");
        return new(CarryingState.Read);
    }

    private static ValueTask<CarryingState> Read(WorkflowContext<CarryingParams> context, CancellationToken cancellationToken)
    {
        context.Store.Append("log", "read");
        IWorkflowStore store = context.Store;
        (int from, int to) = store.Get<(int From, int To)>("range");
        context.SetOutput(string.Create(
            CultureInfo.InvariantCulture,
            $"{context.Params.Shape} {context.Params.Range}; {from}..{to} {store.Get<Shape>("shape")} {string.Join(',', store.Get<HashSet<int>>("set"))} "
            + $"{store.Get<DateOnly>("date"):yyyy-MM-dd} {string.Join(',', store.Get<List<string>>("log"))}"));
        return new(CarryingState.Done);
    }
}
