using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Cano.Telemetry;

/// <summary>Three silos that also have a workflow whose only node succeeds at the third attempt.</summary>
public sealed class TelemetryCluster : CanoCluster
{
    public static readonly WorkflowKey<StepState, string> Third = new("test.third");

    internal IEnumerable<IMeterFactory> Meters => Cluster.Silos.Select(silo => silo.ServiceProvider.GetRequiredService<IMeterFactory>());

    public static ConcurrentWorkflowInstance<StepState, string> AtTheThirdAttempt(string id) => new(id, Third);

    protected override void AddWorkflows(string silo, CanoBuilder cano) => cano.AddWorkflow(Third, workflow => workflow
        .Start(StepState.Start)
        .RegisterNode(
            StepState.Start,
            (context, _) => context.Attempt < 3 ? throw new InvalidOperationException("not yet") : new(StepState.Done),
            NodeConfig.Minimal with { Retry = RetryMode.Fixed(2, TimeSpan.Zero) })
        .AddExitStates(StepState.Done));
}
