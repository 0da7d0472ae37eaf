namespace Cano;

/// <summary>Counts and durations of one workflow and label, as they are added up.</summary>
internal sealed class VariantTally
{
    private readonly DurationHistogram _completed = new();
    private readonly DurationHistogram _failed = new();
    private int _cancelled;
    private int _completedCount;
    private int _failedCount;

    internal int Total { get; set; }

    internal void Count(WorkflowOutcome outcome, TimeSpan duration)
    {
        switch (outcome)
        {
            case WorkflowOutcome.Completed:
                _completedCount++;
                _completed.Add(duration);
                break;
            case WorkflowOutcome.Failed:
                _failedCount++;
                _failed.Add(duration);
                break;
            default:
                _cancelled++;
                break;
        }
    }

    internal void Add(VariantStatistics variant)
    {
        Total += variant.Total;
        _completedCount += variant.Completed;
        _failedCount += variant.Failed;
        _cancelled += variant.Cancelled;
        _completed.Add(variant.CompletedDurations);
        _failed.Add(variant.FailedDurations);
    }

    internal VariantStatistics Build(string? workflow, string? label) => new()
    {
        Workflow = workflow,
        Label = label,
        Total = Total,
        Completed = _completedCount,
        Failed = _failedCount,
        Cancelled = _cancelled,
        CompletedDurations = _completed.ToSketch(),
        FailedDurations = _failed.ToSketch(),
    };
}
