using System.Diagnostics.Metrics;

namespace Cano;

/// <summary>What a silo counts of its batches, on the meter <c>Cano</c>. docs/telemetry.md says what each instrument means.</summary>
/// <remarks>
/// Tags have few values, never an id. What is counted of instances is counted where their outcomes are committed, some hundred at once, and
/// without allocating. A write that was made and whose answer was lost is counted by nobody: these are figures to watch a silo by, not the
/// books.
/// </remarks>
internal sealed class CanoMetrics
{
    private readonly Counter<long> _started;
    private readonly Counter<long> _finished;
    private readonly Histogram<double> _batchDuration;
    private readonly Counter<long> _instances;
    private readonly Histogram<double> _instanceDuration;
    private readonly Histogram<double> _commitDuration;
    private readonly Histogram<int> _commitResults;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _resumed;
    private readonly Counter<long> _failures;

    public CanoMetrics(IMeterFactory meters, InstanceSlots slots, ActiveBatches active, UnplaceableTally unplaceable)
    {
        Meter meter = meters.Create(TelemetryNames.Source);
        _started = meter.CreateCounter<long>("cano.batch.started", "{batch}", "Batches that were accepted, durably.");
        _finished = meter.CreateCounter<long>("cano.batch.finished", "{batch}", "Batches whose every outcome is final.");
        _batchDuration = meter.CreateHistogram("cano.batch.duration", "s", "From a batch's start to its stop.", advice: Buckets.Durations);
        meter.CreateObservableUpDownCounter("cano.batch.active", () => active.Count, "{batch}", "Batches that this silo drives.");

        _instances = meter.CreateCounter<long>("cano.instance.finished", "{instance}", "Instances whose outcome is final.");
        _instanceDuration = meter.CreateHistogram("cano.instance.duration", "s", "From an instance's start to its end, where it ended by itself.", advice: Buckets.Durations);
        meter.CreateObservableUpDownCounter("cano.instance.running", () => slots.Running, "{instance}", "Instances that hold a slot of this silo.");
        meter.CreateObservableUpDownCounter("cano.instance.given_up", () => slots.GivenUp, "{instance}", "Cancelled runs whose nodes have not ended yet.");
        meter.CreateObservableUpDownCounter(
            "cano.instance.unplaceable", () => unplaceable.Count, "{instance}", "Instances that wait because no silo has their workflow.");

        _commitDuration = meter.CreateHistogram("cano.partition.commit.duration", "s", "How long a partition's write took.", advice: Buckets.Writes);
        _commitResults = meter.CreateHistogram("cano.partition.commit.results", "{result}", "How many results a partition's write added.", advice: Buckets.Results);
        _retries = meter.CreateCounter<long>("cano.node.retries", "{retry}", "Attempts of nodes that failed and are repeated.");
        _resumed = meter.CreateCounter<long>("cano.recovery.resumed", "{batch}", "Batches that had nobody to drive them and go on.");
        _failures = meter.CreateCounter<long>("cano.recovery.failures", "{failure}", "Batches that could not be resumed, and looks at the catalog that failed.");
    }

    internal void BatchStarted() => _started.Add(1);

    /// <param name="stop">Why and when it stopped.</param>
    /// <param name="startedAt">When it started.</param>
    internal void BatchFinished(StopRecord stop, DateTimeOffset startedAt)
    {
        KeyValuePair<string, object?> reason = new(TelemetryNames.StopReason, TelemetryNames.Word(stop.Reason));
        _finished.Add(1, reason);
        _batchDuration.Record((stop.At - startedAt).TotalSeconds, reason);
    }

    /// <summary>A partition's write is durable. Called before anyone is told of it: who has seen a result finds it counted.</summary>
    /// <param name="durable">The partition, the write included.</param>
    /// <param name="commit">The write.</param>
    /// <param name="took">How long it took.</param>
    internal void Committed(ResultIndex durable, PartitionCommit commit, TimeSpan took)
    {
        _commitDuration.Record(took.TotalSeconds);
        _commitResults.Record(commit.Added.Length);
        if (!_instances.Enabled && !_instanceDuration.Enabled)
        {
            return;
        }

        OutcomeTally tally = new(_instances);
        foreach (ReadyOutcome one in commit.Taken)
        {
            string workflow = durable.Names.Workflow(one.Index);
            string outcome = TelemetryNames.Word(one.Outcome.IsSuccess ? WorkflowOutcome.Completed : WorkflowOutcome.Failed);
            tally.Count(workflow, outcome);
            _instanceDuration.Record(
                (one.Outcome.FinishedAt - one.Outcome.StartedAt).TotalSeconds, new(TelemetryNames.Workflow, workflow), new(TelemetryNames.Outcome, outcome));
        }

        for (int index = 0; commit.Segment.Seal is not null && index < durable.Count; index++)
        {
            if (!durable.HasResult(index))
            {
                tally.Count(durable.Names.Workflow(index), TelemetryNames.Word(WorkflowOutcome.Cancelled));
            }
        }

        tally.Tell();
    }

    internal void NodeRetried(string workflow) => _retries.Add(1, new KeyValuePair<string, object?>(TelemetryNames.Workflow, workflow));

    internal void BatchResumed() => _resumed.Add(1);

    internal void RecoveryFailed() => _failures.Add(1);

    /// <summary>
    /// Recovery is at work. A counter that never counted is not there to be watched, and an alert would miss its first count.
    /// </summary>
    internal void RecoveryBegun()
    {
        _resumed.Add(0);
        _failures.Add(0);
    }
}
