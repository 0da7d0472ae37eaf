namespace Cano.CrashHost;

public enum BehavingState { Begin, Act, Done, Refused, Nowhere }

/// <param name="Behaviour">What the instance does, one of <see cref="Behaving.All"/>.</param>
public sealed record BehavingParams(string Behaviour);

/// <summary>
/// A workflow whose instances each do one thing that a run can do: complete with values, fail in one of the ways there are, retry. Its
/// first state is saved before the second begins, so that a run can be broken off between the two.
/// </summary>
public static class Behaving
{
    private const int Retries = 2;

    /// <summary>Not null: instances stay in their first state until it completes.</summary>
    private static TaskCompletionSource? s_gate;

    private static int s_held;

    public static WorkflowKey<BehavingState, BehavingParams> Key { get; } = new("test.behaving");

    public static IReadOnlyList<string> All { get; } =
    [
        "output", "no output", "output of null", "retried", "exhausted", "filtered", "timed out", "failure state", "no node", "unwritable", "too large", "carried",
    ];

    /// <summary>How many instances have come to the gate since it was closed.</summary>
    public static int Held => Volatile.Read(ref s_held);

    /// <summary>Closes the gate: from now on instances stay in their first state.</summary>
    public static void Hold()
    {
        s_held = 0;
        s_gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Opens the gate, also for instances that come later.</summary>
    public static void Release() => Interlocked.Exchange(ref s_gate, null)?.TrySetResult();

    public static void Define(WorkflowBuilder<BehavingState, BehavingParams> workflow) => workflow
        .Start(BehavingState.Begin)
        .RegisterNode(BehavingState.Begin, BeginAsync, NodeConfig.Minimal with { AlwaysCheckpoint = true })
        .RegisterNode(BehavingState.Act, ActAsync, NodeConfig.Minimal with
        {
            Retry = RetryMode.Fixed(Retries, TimeSpan.FromMilliseconds(1)).When(exception => exception is not NotSupportedException),
            AttemptTimeout = TimeSpan.FromSeconds(2),
        })
        .AddExitStates(BehavingState.Done)
        .AddFailureStates(BehavingState.Refused);

    private static async ValueTask<BehavingState> BeginAsync(WorkflowContext<BehavingParams> context, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref s_gate) is { } gate)
        {
            Interlocked.Increment(ref s_held);
            await gate.Task.WaitAsync(cancellationToken);
        }

        context.Store.Put("tuple", (From: 1, To: 2));
        context.Store.Append("log", "begun");
        return BehavingState.Act;
    }

    private static async ValueTask<BehavingState> ActAsync(WorkflowContext<BehavingParams> context, CancellationToken cancellationToken)
    {
        context.Store.Append("log", "acted");
        switch (context.Params.Behaviour)
        {
            case "output":
                context.SetOutput(new { Sum = 1.10m, Name = "a" });
                return BehavingState.Done;
            case "output of null":
                context.SetOutput<string?>(null);
                return BehavingState.Done;
            case "retried" when context.Attempt <= Retries:
                context.SetOutput("of an attempt that fails");
                throw new IOException($"attempt {context.Attempt}");
            case "retried":
            case "carried":
                (int from, int to) = context.Store.Get<(int From, int To)>("tuple");
                context.SetOutput($"{from}..{to} {string.Join(',', context.Store.Get<List<string>>("log"))} {context.State} {context.Attempt}");
                return BehavingState.Done;
            case "exhausted":
                throw new IOException("always", new TimeoutException("inner"));
            case "filtered":
                throw new NotSupportedException("never repeated");
            case "timed out":
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
                return BehavingState.Done;
            case "failure state":
                context.SetOutput("why");
                return BehavingState.Refused;
            case "no node":
                return BehavingState.Nowhere;
            case "unwritable":
                context.SetOutput(new { Score = double.NaN });
                return BehavingState.Done;
            case "too large":
                context.SetOutput(new string('x', 70_000));
                return BehavingState.Done;
            default:
                return BehavingState.Done;
        }
    }
}
