using System.Globalization;

namespace Cano.Batches;

/// <summary>A silo with workflows that tell what surrounds their nodes, and one with a failure state.</summary>
public sealed class FailuresCluster : CanoCluster
{
    internal static readonly WorkflowKey<StepState, StepParams> Surroundings = new("test.surroundings");
    internal static readonly WorkflowKey<StepState, StepParams> Judged = new("test.judged");

    private static readonly AsyncLocal<string?> s_flowing = new();

    protected override short Silos => 1;

    /// <summary>Sets all that flows with the caller.</summary>
    internal static void Set(string value)
    {
        RequestContext.Set("tenant", value);
        s_flowing.Value = value;
        CultureInfo.CurrentCulture = new("de-DE");
    }

    internal static string Describe() => $"{RequestContext.Get("tenant")} {s_flowing.Value} {CultureInfo.CurrentCulture}";

    protected override void AddWorkflows(string silo, CanoBuilder cano) => cano
        .AddWorkflow(Surroundings, workflow => workflow
            .Start(StepState.Start)
            .RegisterNode(StepState.Start, TellAndSet(StepState.Work), NodeConfig.Minimal with { AlwaysCheckpoint = true })
            .RegisterNode(
                StepState.Work,
                TellAndSet(StepState.Again),
                NodeConfig.Minimal with { AttemptTimeout = TimeSpan.FromMinutes(1), Retry = RetryMode.Fixed(1, TimeSpan.Zero) })
            .RegisterNode(StepState.Again, TellAndSet(StepState.Done), NodeConfig.Minimal)
            .AddExitStates(StepState.Done))
        .AddWorkflow(Judged, workflow => workflow
            .Start(StepState.Start)
            .RegisterNode(
                StepState.Start,
                (context, _) => new(context.Params.Act == "reject" ? StepState.Rejected : StepState.Done),
                NodeConfig.Minimal)
            .AddExitStates(StepState.Done)
            .AddFailureStates(StepState.Rejected));

    /// <summary>A synchronous node; that of the state Work fails once.</summary>
    private static Func<WorkflowContext<StepParams>, CancellationToken, ValueTask<StepState>> TellAndSet(StepState next) => (context, _) =>
    {
        string seen = Describe();
        Set("of a node");
        if (next == StepState.Again && context.Attempt == 1)
        {
            throw new IOException();
        }

        context.Store.Append("seen", seen);
        context.SetOutput(context.Store.Get<List<string>>("seen"));
        return new(next);
    };
}
