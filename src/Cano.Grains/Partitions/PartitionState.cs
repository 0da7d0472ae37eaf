namespace Cano;

/// <summary>
/// What a partition knows and decides: takes in orders, outcomes and writes, and answers what to write next, what to report and which
/// instances may run. Pure: no clock, no I/O, nothing awaited; <see cref="Partition"/> and <see cref="BatchDriver"/> act on it. Times since
/// a fixed moment (<c>elapsed</c>) pace writes and messages, <c>now</c> is the silo's clock.
/// </summary>
internal sealed class PartitionState
{
    private readonly ReadyOutcomes _ready = new();
    private readonly CommitPace _pace = new();
    private readonly LocalDeadline _deadline = new();
    private readonly int _maxAddedBytes;
    private PartitionOrders? _orders;
    private string? _incarnation;
    private long _obey;
    private int _admitted;
    private long _version;
    private bool _runsStopped;

    /// <summary>Begins with what is durable.</summary>
    /// <param name="durable">The rows.</param>
    /// <param name="isOwner">True: this activation has written the instances itself, so there is no older one that could write.</param>
    /// <param name="maxAddedBytes">About how many bytes of results one write adds at most, unless a single result is larger.</param>
    internal PartitionState(ResultIndex durable, bool isOwner, int maxAddedBytes = Segment.MaxAddedBytes)
    {
        _maxAddedBytes = maxAddedBytes;
        Durable = durable;
        IsOwner = isOwner;
        IsInherited = !isOwner;
        Paths = new(durable);
        Window = new(durable);
    }

    /// <summary>What is durable.</summary>
    internal ResultIndex Durable { get; }

    /// <summary>Which instances run.</summary>
    internal InstanceWindow Window { get; }

    /// <summary>Whose path and stack is kept.</summary>
    internal KeptPaths Paths { get; }

    /// <summary>True once this activation has made a write, so that no older one can make any.</summary>
    internal bool IsOwner { get; private set; }

    /// <summary>True: instances may have been started before this activation came up, on any silo, and may have checkpoints.</summary>
    internal bool IsInherited { get; }

    /// <summary>True once the batch has told that it has stopped.</summary>
    internal bool IsStopped => _orders?.Stop is not null;

    /// <summary>The holder must go: what is ready is written at once.</summary>
    internal bool IsLeaving { get; set; }

    /// <summary>
    /// True: as many results wait as one write takes. An instance that ends now keeps its slot until its result is durable, so that work
    /// does not run ahead of storage and memory does not grow with the number of instances.
    /// </summary>
    internal bool IsCongested => _ready.Bytes >= _maxAddedBytes;

    /// <summary>The incarnation of the batch that is obeyed; null for batches without one.</summary>
    internal string? Incarnation => _incarnation;

    /// <summary>Grows with each piece of news; a batch that knows this version has nothing to learn.</summary>
    internal long Version => Durable.IsFinal ? long.MaxValue : _version;

    /// <summary>True: an epoch that was heard, or this activation's fence, has to be written before anything is answered.</summary>
    internal bool MustObey => !Durable.IsFinal && _obey > 0 && (!IsOwner || _obey > Durable.Epoch);

    /// <summary>When the batch's duration ends, by this silo's clock; null: never.</summary>
    internal DateTimeOffset? Deadline => _deadline.At;

    /// <summary>True: the rows belong to another incarnation of the batch than the one that speaks.</summary>
    internal bool IsOfOtherIncarnation(string? incarnation) =>
        (Durable.Last is not null && Durable.Incarnation != incarnation) || (_orders is not null && _incarnation != incarnation);

    /// <summary>
    /// An epoch is heard: it is written before anything is answered under it. The first time, that write also fences older activations.
    /// </summary>
    internal void Obey(PartitionOrders orders)
    {
        _incarnation = orders.Incarnation;
        if (Durable.IsFinal)
        {
            Durable.ObeyAsFinal(orders.Epoch);
            return;
        }

        _obey = Math.Max(_obey, Math.Max(1, orders.Epoch));
    }

    /// <summary>Takes in orders whose epoch is obeyed; older ones than those it has change nothing.</summary>
    /// <returns>What the runs have to do.</returns>
    internal RunOrder ApplyOrders(PartitionOrders orders, DateTimeOffset now)
    {
        if (_orders is { } present && (orders.Epoch, orders.Sequence).CompareTo((present.Epoch, present.Sequence)) <= 0)
        {
            return RunOrder.None;
        }

        bool isAddressed = orders.Fence == Durable.Fence;
        if (isAddressed)
        {
            _admitted = Math.Max(_admitted, orders.Admitted);
        }

        bool stops = orders.Stop is not null && !IsStopped;
        _deadline.Hear(orders, now);
        _orders = orders;
        if (Durable.IsFinal)
        {
            return RunOrder.None;
        }

        if (stops)
        {
            Window.Close();
            return RunOrder.Stop;
        }

        if (IsStopped || !isAddressed || _deadline.HasPassed(now))
        {
            return RunOrder.None;
        }

        Window.Size = orders.Window;
        return RunOrder.Start;
    }

    /// <summary>An instance begins to run.</summary>
    internal void Started(int index, DateTimeOffset now, TimeSpan elapsed)
    {
        Window.Start(index, now);
        _pace.Started(elapsed);
    }

    /// <summary>
    /// An instance has ended by itself. What comes after the batch's deadline does not count, also where the batch has not noticed yet that
    /// it is past.
    /// </summary>
    internal void OutcomeCame(int index, InstanceReply reply, DateTimeOffset now, TimeSpan elapsed)
    {
        Window.End(index);
        if (IsStopped || _deadline.HasPassed(now))
        {
            return;
        }

        ReadyOutcome outcome = new(index, Paths.Kept(index, reply.Outcome!), reply.Checkpointed);
        _pace.Ready(isFirst: _ready.Count == 0, elapsed);
        _ready.Add(outcome);
        if (_orders is { Quota: true } && outcome.Outcome.IsSuccess)
        {
            _version++;
        }
    }

    /// <summary>
    /// Every run that may be under way has been told to stop: only then may the partition be sealed, because a sealed one is not driven any
    /// more.
    /// </summary>
    internal void RunsStopped() => _runsStopped = true;

    /// <summary>The number of instances that wait for a silo has changed.</summary>
    internal void UnplaceableChanged() => _version++;

    /// <summary>True once: instances have begun since the last report, and it is time to say so.</summary>
    internal bool TakeProgress(TimeSpan elapsed)
    {
        if (Durable.IsFinal || IsStopped || !_pace.TakeProgress(elapsed))
        {
            return false;
        }

        _version++;
        return true;
    }

    /// <summary>How long until there is something to write or to report; zero: now; null: not before something happens.</summary>
    internal TimeSpan? UntilDue(TimeSpan elapsed)
    {
        TimeSpan? progress = Durable.IsFinal || IsStopped ? null : _pace.UntilProgress(elapsed);
        TimeSpan? write = UntilCommit(elapsed);
        return write is null || progress < write ? progress : write;
    }

    /// <summary>How long until a write is due; zero: now; null: there is nothing to write.</summary>
    internal TimeSpan? UntilCommit(TimeSpan elapsed)
    {
        if (Durable.IsFinal)
        {
            return null;
        }

        if (MustObey || MaySeal(_ready.Successes, AdmittedLeft))
        {
            return TimeSpan.Zero;
        }

        if (!IsOwner)
        {
            return null;
        }

        if (_ready.Committable(AdmittedLeft) == 0)
        {
            return IsStopped || Window.Running == 0 ? null : _pace.UntilStartsDue(elapsed);
        }

        bool isIdle = Window.Running == 0 && (IsStopped || Window.Unfinished == 0);
        return IsLeaving || isIdle || IsCongested || _ready.Count >= CommitPace.GroupSize || _orders is { QuotaSpent: true }
            ? TimeSpan.Zero
            : _pace.UntilGroupDue(Window.Unfinished, elapsed);
    }

    /// <summary>The next write, with all that can go with it. Nothing changes before <see cref="Applied"/>.</summary>
    /// <param name="now">The time of the commit.</param>
    internal PartitionCommit PlanCommit(DateTimeOffset now)
    {
        List<ReadyOutcome> taken = IsOwner || MustObey ? _ready.Peek(AdmittedLeft, _maxAddedBytes) : [];
        int successes = taken.Count(one => one.Outcome.IsSuccess);
        bool nothingLeft = _ready.Committable(AdmittedLeft) == taken.Count;
        bool seals = nothingLeft && MaySeal(_ready.Successes - successes, AdmittedLeft - successes);
        StoredResult[] added = [.. taken.Select(one => one.ToStored(now))];
        bool opens = Durable.Last is null || Durable.Last.IsFull;
        HashSet<int> kept = [.. taken.Select(one => one.Index)];
        (int Index, long At)[] started = [.. Window
            .StartedBy(seals ? long.MaxValue : (now - CommitPace.StartsDurableAfter).UtcTicks, Durable)
            .Where(one => !kept.Contains(one.Index))];
        ReadyOutcome[] surplus = seals ? [.. _ready.RemainingSuccesses.Skip(successes)] : [];
        return new(
            opens ? Durable.LastSegment + 1 : Durable.LastSegment,
            new()
            {
                Fence = IsOwner ? Durable.Fence : Durable.Fence + 1,
                Epoch = Math.Max(Durable.Epoch, _obey),
                Incarnation = _incarnation,
                Results = opens ? added : [.. Durable.Last!.Results, .. added],
                Seal = seals ? Seal.Of(_orders!.Stop!, now, surplus, started, Paths.OfSealed(started, surplus)) : null,
                Started = seals ? [] : [.. started.Select(one => one.Index)],
                StartedAt = seals ? [] : [.. started.Select(one => one.At)],
            },
            added,
            taken,
            LeavesStarts: !seals && Window.HasStartedSince(now - CommitPace.StartsDurableAfter));
    }

    /// <summary>A write that was planned is durable.</summary>
    internal void Applied(PartitionCommit commit, TimeSpan elapsed)
    {
        IsOwner = true;
        Durable.Take(commit.Number, commit.Segment, commit.Added);
        _ready.Remove(commit.Taken);
        _pace.Written(elapsed, startsLeft: commit.LeavesStarts);
        _version++;
    }

    /// <summary>What is said to the batch.</summary>
    internal PartitionReport Report() => new()
    {
        Epoch = Durable.Epoch,
        Fence = Durable.Fence,
        Version = Version,
        Completed = Durable.Completed,
        Failed = Durable.Failed,
        Cancelled = Durable.Cancelled,
        Successes = Durable.Completed + _ready.Successes,
        Admitted = Math.Max(_admitted, Durable.Completed),
        Running = Durable.IsFinal ? 0 : Window.Running,
        Unfinished = Durable.IsFinal ? 0 : Window.Unfinished,
        Sealed = Durable.IsFinal,
        LastCompleted = Durable.LastCompleted,
        LastFinal = Durable.LastFinal,
        LastFinalAt = Durable.LastFinalAt,
        Window = Window.Size,
        Unplaceable = Durable.IsFinal ? 0 : Window.SetAsideCount,
    };

    private int AdmittedLeft => _orders is { Quota: false } ? int.MaxValue : _admitted - Durable.Completed;

    /// <summary>
    /// A stopped partition is sealed once it has nothing that may still be admitted: after a quota was reached nothing can; after another
    /// stop, once the batch has answered to all the successes that wait.
    /// </summary>
    private bool MaySeal(int waitingSuccesses, int admittedLeft) => IsStopped && _runsStopped
        && (_orders!.Stop!.Reason == StopReason.QuotaReached
            || waitingSuccesses <= admittedLeft
            || (_orders.Known >= _version && _orders.Fence == Durable.Fence));
}
