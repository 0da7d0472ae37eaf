namespace Cano;

/// <summary>Sees every row that lands and every answer that a client gets, and says which promise is broken.</summary>
internal sealed class Watcher(World world)
{
    private readonly DurableOutcomes _outcomes = new(world.Scenario);
    private readonly ReadableStatus _readable = new();
    private readonly Dictionary<int, InstanceResult> _read = [];

    internal string? Violation { get; private set; }

    /// <summary>The batch's row as it is.</summary>
    internal BatchState? State { get; private set; }

    internal bool CancelRequested { get; set; }

    /// <summary>The furthest status that any client has got.</summary>
    internal BatchStatus? Furthest { get; private set; }

    internal void Violate(string what)
    {
        world.Scheduler.Note($"VIOLATION: {what}");
        Violation ??= what;
    }

    internal void Landed(string stateName, string key, object value)
    {
        switch (value)
        {
            case BatchState state:
                BatchState? before = State;
                State = state;
                world.Faults.Armed = true;
                _outcomes.Deadline = state.Deadline;
                if (state.HostedResults is { } results && results != before?.HostedResults)
                {
                    Check(_outcomes.Take(0, 0, results));
                    CheckOutcomes();
                }

                CheckState(before, state);
                break;
            case Segment segment:
                int partition = int.Parse(key.AsSpan(key.LastIndexOf('/') + 1));
                Check(_outcomes.Take(partition, int.Parse(stateName.AsSpan(stateName.LastIndexOf('.') + 1)), segment));
                CheckOutcomes();
                break;
        }
    }

    internal void RunStarted(string id, int runs, int running)
    {
        // An ask that a cancel overtakes begins a run anew: after the stop a cancelled one may still go on beside it.
        Require(world.Faults.Any || runs == 1 || State?.Stop is not null, $"{id} runs {runs} times at once though nothing went wrong.");
        Require(
            world.Faults.ActivationLost || running <= (world.Scenario.Header.MaxConcurrency ?? int.MaxValue) || State?.Stop is not null,
            $"{running} instances run, at most {world.Scenario.Header.MaxConcurrency} may.");
    }

    internal void RunBegan(string id, string? incarnation) =>
        Require(incarnation == State?.Incarnation, $"{id} begins for incarnation {incarnation}; the batch's is {State?.Incarnation}.");

    /// <summary>At the end, a run goes on that was never told to stop.</summary>
    internal void StillRuns(string id) =>
        Require(_outcomes.Of(int.Parse(id.AsSpan(1)))?.Outcome != WorkflowOutcome.Cancelled, $"{id} is Cancelled, and its run was never told.");

    internal void StartReturned() => Require(State is not null, "A start has returned and nothing is durable.");

    internal void CancelReturned(BatchStatus status) =>
        Require(status.StopReason is not null && State?.Stop is not null, "A cancel has returned and no stop is durable.");

    internal void Read(BatchView view)
    {
        Check(ReadableStatus.Sums(view.Status));
        Check(_readable.Take(view));
        for (int p = 0; p < view.Final.Length; p++)
        {
            Require(view.Final[p] <= _outcomes.Final(p), $"A view tells of {view.Final[p]} outcomes of partition {p}; {_outcomes.Final(p)} are durable.");
        }

        CheckDurable(view.Status);
    }

    /// <summary>A client got a status.</summary>
    /// <param name="status">The status.</param>
    /// <param name="before">The furthest that any client had got when this one asked.</param>
    internal void Read(BatchStatus status, BatchStatus? before)
    {
        Check(ReadableStatus.Sums(status));
        CheckDurable(status);
        Require(
            world.Faults.BatchDoubled || before is null || ReadableStatus.Follows(before, status),
            $"A status went back from {before} to {status}.");
        Furthest = Furthest is null || ReadableStatus.Follows(Furthest, status) ? status : Furthest;
    }

    internal void Read(int partition, int from, ResultPage page)
    {
        for (int n = 0; n < page.Results.Length; n++)
        {
            InstanceResult result = page.Results[n];
            Require(result.Ordinal == _outcomes.OrdinalAt(partition, from + n), $"Result {from + n} of partition {partition} is {result.Id}, which became final at another place.");
            ReadResult(result);
        }
    }

    internal void ReadInOrder(int partition, ResultPage page, bool all)
    {
        int size = world.Scenario.Header.PartitionSizes[partition];
        Require(!all || page.Results.Length == size, $"{page.Results.Length} of {size} results of partition {partition} at the end.");
        foreach (InstanceResult result in page.Results)
        {
            ReadResult(result);
        }
    }

    /// <summary>The batch has finished and all was read.</summary>
    internal void Ended(BatchView view)
    {
        Require(view.Status.Completed + view.Status.Failed + view.Status.Cancelled == world.Scenario.Total, $"At the end the counts are {view.Status}.");
        Require(_read.Count == world.Scenario.Total, $"{_read.Count} of {world.Scenario.Total} results at the end.");
        Require(
            world.Faults.PartitionLost || view.Status.Completed == world.Scenario.Quota || _read.Values.All(one => one.CancelReason != CancelReason.Surplus),
            $"A success was refused and only {view.Status.Completed} of {world.Scenario.Quota} are Completed.");
        Require(_read.Values.Count(one => one.Outcome == WorkflowOutcome.Completed) == view.Status.Completed, "The results are others than the status counts.");
    }

    private void ReadResult(InstanceResult result)
    {
        (WorkflowOutcome Outcome, CancelReason? Reason)? durable = _outcomes.Of(result.Ordinal);
        Require(durable == (result.Outcome, result.CancelReason), $"{result.Id} was read as {result.Outcome} {result.CancelReason}; durable is {durable}.");
        Require(!_read.TryGetValue(result.Ordinal, out InstanceResult? before) || Same(before, result), $"{result.Id} was read as {before}, now as {result}.");
        _read[result.Ordinal] = result;
    }

    private static bool Same(InstanceResult one, InstanceResult other) =>
        (one.Outcome, one.CancelReason, one.FinalState, one.StartedAt, one.FinishedAt, one.FinalAt)
        == (other.Outcome, other.CancelReason, other.FinalState, other.StartedAt, other.FinishedAt, other.FinalAt);

    private void CheckDurable(BatchStatus status)
    {
        Require(
            status.Completed <= _outcomes.Completed && status.Failed <= _outcomes.Failed,
            $"A status tells of {status.Completed} completed and {status.Failed} failed; durable are {_outcomes.Completed} and {_outcomes.Failed}.");
        Require(
            status.StopReason is null || (status.StopReason == State?.Stop?.Reason && status.DecidedBy == State?.Stop?.DecidedBy && status.StoppedAt == State?.Stop?.At),
            $"A status tells of a stop ({status.StopReason} by {status.DecidedBy}) that is not durable.");
        Require(status.Phase != BatchPhase.Finished || State?.FinishedAt is not null, "A status tells of an end that is not durable.");
    }

    private void CheckOutcomes()
    {
        int quota = world.Scenario.Quota;
        Require(_outcomes.Completed <= quota, $"{_outcomes.Completed} are Completed; the quota is {quota}.");
        Require(State?.Stop?.Reason != StopReason.QuotaReached || _outcomes.Completed == quota, $"{_outcomes.Completed} are Completed after the stop at {quota}.");
    }

    private void CheckState(BatchState? before, BatchState state)
    {
        Require(before is null || state.Epoch >= before.Epoch, "The epoch of the batch went back.");
        Require(before is null || (state.StartedAt, state.CreatedAt) == (before.StartedAt, before.CreatedAt), "The batch began a second time.");
        Require(before?.Stop is null || before.Stop == state.Stop, $"The stop changed from {before?.Stop} to {state.Stop}.");
        Require(before?.FinishedAt is null || state == before, "A finished batch changed.");
        if (state.Stop is { } stop && before?.Stop is null)
        {
            CheckStop(state, stop);
        }

        if (state.FinishedAt is not null)
        {
            Require(state.Stop is not null && _outcomes.AllFinal, "The batch has finished before all outcomes are final.");
            Require(
                (state.Completed, state.Failed) == (_outcomes.Completed, _outcomes.Failed),
                $"It finished with {state.Completed} completed and {state.Failed} failed; durable are {_outcomes.Completed} and {_outcomes.Failed}.");
        }
    }

    private void CheckStop(BatchState state, StopRecord stop)
    {
        Require(stop.Completed <= _outcomes.Completed && stop.Failed <= _outcomes.Failed, $"The stop counts more than is durable: {stop}.");
        switch (stop.Reason)
        {
            case StopReason.QuotaReached:
                Require(_outcomes.Completed == world.Scenario.Quota && stop.Completed == world.Scenario.Quota, $"{stop} with {_outcomes.Completed} of {world.Scenario.Quota}.");
                Require(_outcomes.IsCompleted(stop.DecidedBy), $"{stop.DecidedBy} decided and is not Completed.");
                break;
            case StopReason.AllFinished:
                Require(_outcomes.Completed + _outcomes.Failed == world.Scenario.Total, $"{stop} before all have finished.");
                Require(_outcomes.IsFinal(stop.DecidedBy), $"{stop.DecidedBy} decided and is not final.");
                break;
            case StopReason.DurationElapsed:
                Require(stop.At >= state.Deadline && stop.DecidedBy is null, $"{stop} before {state.Deadline}.");
                break;
            default:
                Require(CancelRequested, "It was cancelled and nobody asked.");
                break;
        }
    }

    private void Check(string? violation)
    {
        if (violation is not null)
        {
            Violate(violation);
        }
    }

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            Violate(otherwise);
        }
    }
}
