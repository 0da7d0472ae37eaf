namespace Cano;

/// <summary>What was seen of one incarnation of the batch: each row and each answer is held against those of the same incarnation, and of no other.</summary>
internal sealed class Life(World world, BatchContent content, string incarnation)
{
    private readonly ReadableStatus _readable = new();
    private readonly Dictionary<int, InstanceResult> _read = [];

    internal BatchContent Content => content;

    internal string Incarnation => incarnation;

    /// <summary>How many batches bore the id before.</summary>
    internal required int Number { get; init; }

    internal DurableOutcomes Outcomes { get; } = new(world.Scenario, content);

    /// <summary>The last row of the batch.</summary>
    internal BatchState? State { get; private set; }

    /// <summary>The furthest status that any client has got.</summary>
    internal BatchStatus? Furthest { get; private set; }

    /// <summary>True once a purge has said that all is gone.</summary>
    internal bool IsPurged { get; set; }

    /// <summary>True once rows of it are being removed: what lands from then on has nothing to do with its outcomes.</summary>
    internal bool IsOver => State?.Purge is not null;

    /// <summary>True: rows of it may vanish, and with them what was readable.</summary>
    private bool HasLost => Outcomes.Lost.Length > 0 || (world.Scenario.LosesPartition >= 0 && Number == 0);

    private int Quota => content.Quota;

    /// <summary>Whether a status is of this batch.</summary>
    internal bool Is(BatchStatus status) => State is not null && (status.CreatedAt, status.StartedAt) == (State.CreatedAt, State.StartedAt);

    /// <summary>The batch's row has landed.</summary>
    internal void Landed(BatchState state)
    {
        BatchState? before = State;
        State = state;
        Outcomes.Deadline = state.Deadline;
        if (IsOver)
        {
            Require(before is { FinishedAt: not null }, "A batch is removed that has not finished.");
            Require(world.Clients.Removes || world.Faults.BatchDoubled, "A batch is removed, and no one has asked for it.");
            Require(state.Epoch >= before!.Epoch && (before.Purge is null || state.Purge!.Left <= before.Purge.Left), "A removal went back.");
            return;
        }

        if (state.HostedResults is { } results && results != before?.HostedResults)
        {
            Landed(0, 0, results);
        }

        Outcomes.Lost = state.Lost;
        CheckState(before, state);
    }

    /// <summary>A segment has landed.</summary>
    internal void Landed(int partition, int index, Segment segment)
    {
        if (IsOver)
        {
            world.Scheduler.Note("  a segment of a batch that is over");
            return;
        }

        Check(Outcomes.Take(partition, index, segment));
        CheckOutcomes();
    }

    /// <summary>At the end, a run goes on that was never told to stop.</summary>
    internal void StillRuns(string id) =>
        Require(Outcomes.Of(int.Parse(id.AsSpan(1)))?.Outcome != WorkflowOutcome.Cancelled, $"{id} is Cancelled, and its run was never told.");

    internal void CancelReturned(BatchStatus status) =>
        Require(status.StopReason is not null && State?.Stop is not null, "A cancel has returned and no stop is durable.");

    internal void Read(BatchView view)
    {
        Check(ReadableStatus.Sums(view.Status));
        if (!HasLost)
        {
            Check(_readable.Take(view));
            for (int p = 0; p < view.Final.Length; p++)
            {
                Require(view.Final[p] <= Outcomes.Final(p), $"A view tells of {view.Final[p]} outcomes of partition {p}; {Outcomes.Final(p)} are durable.");
            }
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
            HasLost || world.Faults.BatchDoubled || before is null || ReadableStatus.Follows(before, status),
            $"A status went back from {before} to {status}.");
        Furthest = Furthest is null || ReadableStatus.Follows(Furthest, status) ? status : Furthest;
    }

    /// <summary>A client got results, as they became final.</summary>
    /// <returns>What they contradict; null: nothing.</returns>
    internal string? Contradicts(int partition, int from, ResultPage page)
    {
        for (int n = 0; n < page.Results.Length; n++)
        {
            InstanceResult result = page.Results[n];
            if (result.Ordinal != Outcomes.OrdinalAt(partition, from + n))
            {
                return $"Result {from + n} of partition {partition} is {result.Id}, which became final at another place.";
            }
        }

        return Contradicts(page);
    }

    internal string? Contradicts(ResultPage page)
    {
        foreach (InstanceResult result in page.Results)
        {
            (WorkflowOutcome Outcome, CancelReason? Reason)? durable = Outcomes.Of(result.Ordinal);
            if (durable != (result.Outcome, result.CancelReason))
            {
                return $"{result.Id} was read as {result.Outcome} {result.CancelReason}; durable is {durable}.";
            }

            if (_read.TryGetValue(result.Ordinal, out InstanceResult? before) && !Same(before, result))
            {
                return $"{result.Id} was read as {before}, now as {result}.";
            }
        }

        return null;
    }

    /// <summary>Results that contradict nothing have been read.</summary>
    internal void Read(ResultPage page)
    {
        foreach (InstanceResult result in page.Results)
        {
            _read[result.Ordinal] = result;
        }
    }

    internal void ReadAll(int partition, ResultPage page)
    {
        int size = content.Header.PartitionSizes[partition];
        Require(page.Results.Length == size, $"{page.Results.Length} of {size} results of partition {partition} at the end.");
    }

    /// <summary>The batch has finished and all was read.</summary>
    internal void Ended(BatchView view)
    {
        Require(view.Status.Completed + view.Status.Failed + view.Status.Cancelled == content.Header.Total, $"At the end the counts are {view.Status}.");
        if (HasLost)
        {
            return;
        }

        Require(_read.Count == content.Header.Total, $"{_read.Count} of {content.Header.Total} results at the end.");
        Require(
            world.Faults.PartitionLost || view.Status.Completed == Quota || _read.Values.All(one => one.CancelReason != CancelReason.Surplus),
            $"A success was refused and only {view.Status.Completed} of {Quota} are Completed.");
        Require(_read.Values.Count(one => one.Outcome == WorkflowOutcome.Completed) == view.Status.Completed, "The results are others than the status counts.");
    }

    private static bool Same(InstanceResult one, InstanceResult other) =>
        (one.Outcome, one.CancelReason, one.FinalState, one.StartedAt, one.FinishedAt, one.FinalAt)
        == (other.Outcome, other.CancelReason, other.FinalState, other.StartedAt, other.FinishedAt, other.FinalAt);

    private void CheckDurable(BatchStatus status)
    {
        Require(
            HasLost || (status.Completed <= Outcomes.Completed && status.Failed <= Outcomes.Failed),
            $"A status tells of {status.Completed} completed and {status.Failed} failed; durable are {Outcomes.Completed} and {Outcomes.Failed}.");
        Require(
            status.StopReason is null
                || (status.StopReason == State?.Stop?.Reason && (IsOver || status.DecidedBy == State?.Stop?.DecidedBy) && status.StoppedAt == State?.Stop?.At),
            $"A status tells of a stop ({status.StopReason} by {status.DecidedBy}) that is not durable.");
        Require(status.Phase != BatchPhase.Finished || State?.FinishedAt is not null, "A status tells of an end that is not durable.");
    }

    private void CheckOutcomes()
    {
        Require(Outcomes.Completed <= Quota, $"{Outcomes.Completed} are Completed; the quota is {Quota}.");
        Require(
            HasLost || State?.Stop?.Reason != StopReason.QuotaReached || Outcomes.Completed == Quota,
            $"{Outcomes.Completed} are Completed after the stop at {Quota}.");
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
            Require(state.Stop is not null && Outcomes.AllFinal, "The batch has finished before all outcomes are final.");
            Require(
                (state.Completed, state.Failed) == (Outcomes.Completed, Outcomes.Failed),
                $"It finished with {state.Completed} completed and {state.Failed} failed; durable are {Outcomes.Completed} and {Outcomes.Failed}.");
        }
    }

    private void CheckStop(BatchState state, StopRecord stop)
    {
        Require(HasLost || (stop.Completed <= Outcomes.Completed && stop.Failed <= Outcomes.Failed), $"The stop counts more than is durable: {stop}.");
        Require(
            state.Lost.All(partition => partition == world.Scenario.LosesPartition) || world.Faults.Doubled,
            $"Partitions [{string.Join(',', state.Lost)}] are given up that are there.");
        switch (stop.Reason)
        {
            case StopReason.QuotaReached:
                Require(HasLost || (Outcomes.Completed == Quota && stop.Completed == Quota), $"{stop} with {Outcomes.Completed} of {Quota}.");
                Require(HasLost || Outcomes.IsCompleted(stop.DecidedBy), $"{stop.DecidedBy} decided and is not Completed.");
                break;
            case StopReason.AllFinished:
                Require(HasLost || Outcomes.Completed + Outcomes.Failed == content.Header.Total, $"{stop} before all have finished.");
                Require(HasLost || Outcomes.IsFinal(stop.DecidedBy), $"{stop.DecidedBy} decided and is not final.");
                break;
            case StopReason.DurationElapsed:
                Require(stop.At >= state.Deadline && stop.DecidedBy is null, $"{stop} before {state.Deadline}.");
                break;
            default:
                Require(world.Watcher.CancelRequested, "It was cancelled and nobody asked.");
                break;
        }
    }

    private void Check(string? violation)
    {
        if (violation is not null)
        {
            world.Watcher.Violate(violation);
        }
    }

    private void Require(bool holds, string otherwise) => Check(holds ? null : otherwise);
}
