using System.Globalization;

namespace Cano.CrashHost;

public enum TrailState { Walk, Done }

/// <param name="Steps">How many steps it takes; each is told on standard error before it is taken.</param>
/// <param name="HoldAtStep">The step at which it stays for as long as it is let, if the process is told to hold; 0: none.</param>
/// <param name="DelayMs">How long a step takes.</param>
/// <param name="FailAtStep">The step at which it throws; 0: none.</param>
/// <param name="UntilFile">A file: once it is there, the step that is being taken is the last; null: none.</param>
public sealed record TrailParams(int Steps = 1, int HoldAtStep = 0, int DelayMs = 0, int FailAtStep = 0, string? UntilFile = null);

/// <summary>A workflow whose steps leave a trail that outlives the process: <c>trail BATCH/INSTANCE STEP</c> on standard error. Its output is the number of steps.</summary>
public static class Trail
{
    /// <summary>Set: instances stay at their <see cref="TrailParams.HoldAtStep"/>. Not set: they pass it.</summary>
    public const string HoldVariable = "CANO_TEST_HOLD";

    /// <summary>Set: the end of a step is told as well, as <c>took BATCH/INSTANCE STEP</c>.</summary>
    public const string EndsVariable = "CANO_TEST_TRAIL_ENDS";

    private static readonly bool s_ends = Environment.GetEnvironmentVariable(EndsVariable) is not null;

    private static readonly bool s_hold = Environment.GetEnvironmentVariable(HoldVariable) is not null;

    public static WorkflowKey<TrailState, TrailParams> Key { get; } = new("test.trail");

    public static string Line(string batch, string instance, int step) => string.Create(CultureInfo.InvariantCulture, $"trail {batch}/{instance} {step}");

    internal static void Define(WorkflowBuilder<TrailState, TrailParams> workflow) => workflow
        .Start(TrailState.Walk)
        .RegisterNode(TrailState.Walk, StepAsync, NodeConfig.Minimal)
        .AddExitStates(TrailState.Done);

    private static async ValueTask<TrailState> StepAsync(WorkflowContext<TrailParams> context, CancellationToken cancellationToken)
    {
        TrailParams wanted = context.Params ?? new();
        int step = context.Store.TryGet("step", out int taken) ? taken + 1 : 1;
        await Console.Error.WriteLineAsync(Line(context.BatchId, context.InstanceId, step));
        if (s_hold && step == wanted.HoldAtStep)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }

        await Task.Delay(TimeSpan.FromMilliseconds(wanted.DelayMs), TimeProvider.System, cancellationToken);
        if (step == wanted.FailAtStep)
        {
            throw new InvalidOperationException("The test lets this step fail.");
        }

        if (s_ends)
        {
            await Console.Error.WriteLineAsync($"took {context.BatchId}/{context.InstanceId} {step}");
        }

        context.Store.Put("step", step);
        context.SetOutput(step);
        return step >= wanted.Steps || File.Exists(wanted.UntilFile) ? TrailState.Done : TrailState.Walk;
    }
}
