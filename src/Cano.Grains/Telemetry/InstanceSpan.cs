using System.Diagnostics;

namespace Cano;

/// <summary>The span of one run of an instance. It is the present one for its nodes, so that what they call hangs below it.</summary>
internal static class InstanceSpan
{
    /// <summary>Runs an instance in a span.</summary>
    /// <param name="parent">The partition's span.</param>
    /// <param name="baggage">What the start carried, for this span and those of its nodes; null: nothing.</param>
    /// <param name="program">What runs it.</param>
    /// <param name="execution">The instance.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>The outcome. A run that ends without one (cancelled, handed over) leaves a span without one.</returns>
    internal static async Task<InstanceOutcome> AroundAsync(
        string parent, string? baggage, IWorkflowProgram program, InstanceExecution execution, CancellationToken cancellationToken)
    {
        using Activity? span = Spans.StartBelow(Spans.Instance, ActivityKind.Internal, parent);
        if (span is not null)
        {
            BaggageText.AddTo(span, baggage);
        }

        span?.SetTag(TelemetryNames.BatchId, execution.BatchId)
            .SetTag(TelemetryNames.InstanceId, execution.InstanceId)
            .SetTag(TelemetryNames.Workflow, program.Name);
        InstanceOutcome outcome = await program.RunAsync(execution, cancellationToken);
        span?.SetTag(TelemetryNames.Outcome, TelemetryNames.Word(outcome.IsSuccess ? WorkflowOutcome.Completed : WorkflowOutcome.Failed));
        if (outcome.Error is { } error)
        {
            span?.Fail(error.Kind, error.Message);
        }

        return outcome;
    }
}
