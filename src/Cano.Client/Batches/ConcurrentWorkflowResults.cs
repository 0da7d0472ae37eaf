namespace Cano;

/// <summary>What came of a finished batch. <c>Completed + Failed + Cancelled = Total</c>, and every instance has a result.</summary>
/// <typeparam name="TState">The enum that lists the states of its workflows.</typeparam>
public sealed class ConcurrentWorkflowResults<TState>
    where TState : struct, Enum
{
    internal ConcurrentWorkflowResults(BatchStatus finished, IReadOnlyList<InstanceResult> results)
    {
        BatchId = finished.Id;
        Completed = finished.Completed;
        Failed = finished.Failed;
        Cancelled = finished.Cancelled;
        Total = finished.Total;
        TotalDuration = finished.TotalDuration;
        StopReason = finished.StopReason ?? StopReason.AllFinished;
        Results = [.. results.Select(r => new WorkflowResult<TState>(r))];
    }

    /// <summary>The batch's id.</summary>
    public string BatchId { get; }

    /// <summary>How many instances reached an exit state in time.</summary>
    public int Completed { get; }

    /// <summary>How many instances were cancelled.</summary>
    public int Cancelled { get; }

    /// <summary>How many instances ended with an error.</summary>
    public int Failed { get; }

    /// <summary>How many instances there were.</summary>
    public int Total { get; }

    /// <summary>One result for every instance, in the order submitted.</summary>
    public IReadOnlyList<WorkflowResult<TState>> Results { get; }

    /// <summary>From the batch's start to the decision of its strategy.</summary>
    public TimeSpan TotalDuration { get; }

    /// <summary>Why the batch stopped.</summary>
    public StopReason StopReason { get; }

    /// <summary>The results of those that are Completed; a new list at each call.</summary>
    /// <returns>The results, in the order submitted.</returns>
    public IReadOnlyList<WorkflowResult<TState>> SuccessfulResults() => Of(WorkflowOutcome.Completed);

    /// <summary>The results of those that are Failed; a new list at each call.</summary>
    /// <returns>The results, in the order submitted.</returns>
    public IReadOnlyList<WorkflowResult<TState>> FailedResults() => Of(WorkflowOutcome.Failed);

    /// <summary>The results of those that are Cancelled; a new list at each call.</summary>
    /// <returns>The results, in the order submitted.</returns>
    public IReadOnlyList<WorkflowResult<TState>> CancelledResults() => Of(WorkflowOutcome.Cancelled);

    private WorkflowResult<TState>[] Of(WorkflowOutcome outcome) => [.. Results.Where(r => r.Outcome == outcome)];
}
