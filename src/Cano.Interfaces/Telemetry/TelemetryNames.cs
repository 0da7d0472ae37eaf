namespace Cano;

/// <summary>The names by which listeners find what Cano measures and traces, and those of its tags.</summary>
internal static class TelemetryNames
{
    /// <summary>The meter, and the source of the spans.</summary>
    internal const string Source = "Cano";

    internal const string BatchId = "cano.batch.id";
    internal const string InstanceId = "cano.instance.id";
    internal const string FirstInstance = "cano.partition.first_instance";
    internal const string Workflow = "cano.workflow";
    internal const string Outcome = "cano.outcome";
    internal const string StopReason = "cano.stop_reason";
    internal const string State = "cano.state";
    internal const string Attempt = "cano.attempt";

    /// <summary>As OpenTelemetry calls it.</summary>
    internal const string ErrorType = "error.type";

    /// <summary>An outcome as a tag says it.</summary>
    internal static string Word(WorkflowOutcome outcome) => outcome switch
    {
        WorkflowOutcome.Completed => "completed",
        WorkflowOutcome.Failed => "failed",
        WorkflowOutcome.Cancelled => "cancelled",
        _ => "unknown",
    };

    /// <summary>A reason as a tag says it.</summary>
    internal static string Word(StopReason reason) => reason switch
    {
        Cano.StopReason.AllFinished => "all_finished",
        Cano.StopReason.QuotaReached => "quota_reached",
        Cano.StopReason.DurationElapsed => "duration_elapsed",
        Cano.StopReason.Cancelled => "cancelled",
        _ => "unknown",
    };
}
