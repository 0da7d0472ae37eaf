using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Cano;

/// <summary>
/// The built-in workflow <c>cano.simulate</c>, for trying out and for load tests: it waits, fails and rejects as its params say.
/// </summary>
public static class SimulateWorkflow
{
    private const string StepKey = "cano.simulate.step";

    /// <summary>The key: <c>cano.simulate</c>.</summary>
    public static WorkflowKey<SimulateState, SimulateParams> Key { get; } = new("cano.simulate");

    internal static WorkflowDefinition<SimulateState, SimulateParams> Define(int retries, TimeProvider timeProvider) =>
        WorkflowDefinition.Create(Key, workflow => workflow
            .Start(SimulateState.Start)
            .RegisterNode(SimulateState.Start, StartAsync, NodeConfig.Minimal)
            .RegisterNode(
                SimulateState.Working,
                (context, cancellationToken) => WorkAsync(context, timeProvider, cancellationToken),
                NodeConfig.Minimal with { Retry = RetryMode.Fixed(retries, TimeSpan.Zero) })
            .AddExitStates(SimulateState.Done, SimulateState.Rejected));

    private static ValueTask<SimulateState> StartAsync(WorkflowContext<SimulateParams> context, CancellationToken cancellationToken)
    {
        SimulateParams wanted = context.Params ?? SimulateParams.Default;
        return new(wanted.Steps == 0 ? Exit(context, wanted, SimulateState.Done) : SimulateState.Working);
    }

    private static async ValueTask<SimulateState> WorkAsync(WorkflowContext<SimulateParams> context, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        SimulateParams wanted = context.Params ?? SimulateParams.Default;
        int step = context.Store.TryGet(StepKey, out int made) ? made + 1 : 1;
        await WaitAsync(wanted, timeProvider, wanted.IgnoreCancellation ? CancellationToken.None : cancellationToken);
        if (step == wanted.ThrowAtStep && !(context.Attempt >= wanted.SucceedOnAttempt))
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"simulated failure at step {step}"));
        }

        if (step == wanted.RejectAtStep)
        {
            return Exit(context, wanted, SimulateState.Rejected);
        }

        if (step >= wanted.Steps)
        {
            return Exit(context, wanted, SimulateState.Done);
        }

        context.Store.Put(StepKey, step);
        return SimulateState.Working;
    }

    private static SimulateState Exit(WorkflowContext<SimulateParams> context, SimulateParams wanted, SimulateState exit)
    {
        if (wanted.Output.ValueKind is not JsonValueKind.Undefined)
        {
            context.SetOutput(wanted.Output);
        }

        return exit;
    }

    [SuppressMessage("Usage", "VSTHRD103", Justification = "Blocking the thread is what is asked for.")]
    private static async ValueTask WaitAsync(SimulateParams wanted, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        if (wanted.DelayMs == 0)
        {
            return;
        }

        TimeSpan delay = TimeSpan.FromMilliseconds(wanted.DelayMs);
        if (!wanted.Block)
        {
            await Task.Delay(delay, timeProvider, cancellationToken);
            return;
        }

        using ManualResetEventSlim elapsed = new();
        await using ITimer timer = timeProvider.CreateTimer(state => ((ManualResetEventSlim)state!).Set(), elapsed, delay, Timeout.InfiniteTimeSpan);
        elapsed.Wait(cancellationToken);
    }
}
