namespace Cano;

/// <summary>
/// Decides for one batch: what each partition may do, and when the strategy is met. Pure and synchronous: reports, ticks and requests in,
/// orders and one stop out; <see cref="BatchDriver"/> writes the stop down and sends the orders. A later event never changes a stop that
/// was decided.
/// </summary>
internal sealed class Arbiter
{
    private readonly BatchHeader _header;
    private readonly string? _incarnation;
    private readonly DateTimeOffset _startedAt;
    private readonly DateTimeOffset? _deadline;
    private readonly Admission _admission;
    private readonly Windows _windows;
    private readonly PartitionReport?[] _reports;
    private readonly DirtySet _dirty;
    private readonly LostPartitions _lost;
    private readonly bool[] _isKnown;
    private StopOrder? _stopOrder;
    private bool _cancelRequested;
    private long _sequence;
    private int _unheard;

    /// <summary>Begins to decide.</summary>
    /// <param name="state">The batch as it is durable; its epoch is that of the activation that this decides for.</param>
    /// <param name="fresh">True: this activation created the batch, so no partition has been told anything yet.</param>
    internal Arbiter(BatchState state, bool fresh)
    {
        _header = state.Header;
        _incarnation = state.Incarnation;
        _startedAt = state.StartedAt;
        _deadline = state.Deadline;
        Epoch = state.Epoch;
        int partitions = _header.PartitionSizes.Length;
        _admission = new(_header.Timeout.QuotaOrNull ?? int.MaxValue, partitions, fresh);
        _windows = new(_header.MaxConcurrency, _header.PartitionSizes, fresh);
        _reports = new PartitionReport?[partitions];
        _isKnown = new bool[partitions];
        Array.Fill(_isKnown, fresh);
        _unheard = fresh ? 0 : partitions;
        _dirty = new(partitions);
        _lost = new(_header.PartitionSizes, state.Lost);
        Stop = state.Stop;
        if (Stop is { } stop)
        {
            _stopOrder = new(stop.Reason, stop.At);
            foreach (int partition in state.Lost)
            {
                GiveUp(partition);
            }
        }

        MarkAll();
    }

    internal long Epoch { get; }

    /// <summary>The stop; null while the strategy is not met. Decided once; it counts only from <see cref="StopIsDurable"/> on.</summary>
    internal StopRecord? Stop { get; private set; }

    /// <summary>
    /// True once the counts include all that is durable and can be read: every partition has spoken to this activation or is lost, or it
    /// created the batch itself.
    /// </summary>
    internal bool IsRecounted => _unheard == 0;

    /// <summary>True once every outcome of every partition is final.</summary>
    internal bool IsSealed => Tally.Sealed == _reports.Length;

    /// <summary>What all partitions together have.</summary>
    internal BatchTally Tally { get; } = new();

    /// <summary>The partitions that say that their rows are gone, in order.</summary>
    internal int[] Lost => _lost.All;

    internal PartitionReport? ReportOf(int partition) => _reports[partition];

    /// <summary>True: it has nothing more to tell.</summary>
    internal bool IsDone(int partition) => _reports[partition] is { Sealed: true } || _lost.IsGivenUp(partition);

    /// <summary>Takes in a report.</summary>
    /// <returns>What it means for the one who asked.</returns>
    internal Hearing Hear(int partition, PartitionReport report, DateTimeOffset now)
    {
        if (report.Epoch > Epoch)
        {
            return Hearing.Superseded;
        }

        PartitionReport? last = _reports[partition];
        if (report.Epoch < Epoch || (last is not null && report.Fence == last.Fence && report.Version <= last.Version) || _lost.IsGivenUp(partition))
        {
            return Hearing.Outdated;
        }

        bool anew = report.Fence != _admission.FenceOf(partition);
        if (!_admission.Hear(partition, report.Fence, report.Completed, report.Admitted, report.Successes))
        {
            return Hearing.Outdated;
        }

        _lost.Remove(partition);
        Tally.Count(last, report);
        _reports[partition] = report;
        Know(partition);
        bool freed = _windows.Hear(partition, report.Window, report.Unfinished, anew);
        MarkAfter(partition, freed || anew);
        Decide(now);
        return Hearing.Taken;
    }

    /// <summary>
    /// A partition's rows are not in storage. Until the batch stops it is asked again, because a storage that is being restored may still
    /// bring them; a quota can't be admitted
    /// meanwhile, since what it holds of it is unknown. A cancel or a deadline decides without it.
    /// </summary>
    internal void HearLost(int partition, DateTimeOffset now)
    {
        if (!IsDone(partition) && _lost.Add(partition))
        {
            Know(partition);
            Decide(now);
        }
    }

    /// <summary>What the batch would decide once a partition's report were this one. Nothing changes.</summary>
    internal StopRecord? StopAfter(int partition, PartitionReport report, DateTimeOffset now)
    {
        if (Stop is not null || !IsRecounted || report.Epoch != Epoch || report.Fence != _admission.FenceOf(partition))
        {
            return Stop;
        }

        BatchTally after = Tally.Copy();
        after.Count(_reports[partition], report);
        return Decide(after, now);
    }

    /// <summary>Time has passed.</summary>
    internal void Tick(DateTimeOffset now) => Decide(now);

    /// <summary>Someone asks for the batch to stop.</summary>
    internal void RequestCancel(DateTimeOffset now)
    {
        _cancelRequested = true;
        Decide(now);
    }

    /// <summary>The stop is written, and with it which partitions are lost: from now on every order carries it.</summary>
    internal void StopIsDurable(StopRecord stop, int[] lost)
    {
        Stop = stop;
        _stopOrder = new(stop.Reason, stop.At);
        foreach (int partition in lost)
        {
            GiveUp(partition);
        }

        MarkAll();
    }

    /// <summary>Takes one of the partitions for which there is something new to say.</summary>
    internal bool TryTakeDirty(out int partition)
    {
        while (_dirty.TryTake(out partition))
        {
            if (!IsDone(partition))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What holds for a partition now.</summary>
    internal PartitionOrders OrdersFor(int partition, DateTimeOffset now)
    {
        bool wasSpent = _admission.IsSpent;
        int admitted = _admission.Admit(partition);
        if (!wasSpent && _admission.IsSpent)
        {
            MarkAll();
        }

        PartitionOrders orders = OrdersFor(partition, admitted, now);
        if (_windows.NextHungry() is >= 0 and var hungry && hungry != partition)
        {
            _dirty.Add(hungry);
        }

        return orders;
    }

    private PartitionOrders OrdersFor(int partition, int admitted, DateTimeOffset now) => new()
    {
        Epoch = Epoch,
        Fence = _admission.FenceOf(partition),
        Incarnation = _incarnation,
        Admitted = admitted,
        Known = _reports[partition]?.Version ?? 0,
        Window = _windows.Of(partition),
        Deadline = _deadline,
        SentAt = now,
        // Before the recount no answer to a success that waits is the last one, and a partition that is told to stop takes it for that.
        Stop = _admission.IsRecounted ? _stopOrder : null,
        Quota = _header.Timeout.QuotaOrNull is not null,
        QuotaSpent = _admission.IsSpent,
        Sequence = ++_sequence,
    };

    /// <summary>The batch ends without a lost partition: its instances are Failed, and what was admitted of them is free again.</summary>
    private void GiveUp(int partition)
    {
        if (!_lost.GiveUp(partition))
        {
            return;
        }

        _admission.GiveUp(partition);
        _windows.Hear(partition, window: 0, unfinished: 0, anew: true);
        PartitionReport end = new() { Epoch = Epoch, Version = long.MaxValue, Failed = _header.PartitionSizes[partition], Sealed = true };
        Tally.Count(_reports[partition], end);
        _reports[partition] = end;
        Know(partition);
    }

    /// <summary>A partition has spoken, or is lost. Once all are known there is an answer for each.</summary>
    private void Know(int partition)
    {
        if (!_isKnown[partition])
        {
            _isKnown[partition] = true;
            _unheard--;
            if (IsRecounted)
            {
                MarkAll();
            }
        }
    }

    /// <summary>After a report, its partition waits for an answer, and others may have gained: quota that became free, a window.</summary>
    private void MarkAfter(int partition, bool mayFreeOthers)
    {
        _dirty.Add(partition);
        if (!mayFreeOthers)
        {
            return;
        }

        // Not left to the next orders for this partition: one that is sealed gets none.
        if (_windows.NextHungry() is >= 0 and var hungry)
        {
            _dirty.Add(hungry);
        }

        if (_admission.HasFree)
        {
            for (int other = 0; other < _reports.Length; other++)
            {
                if (_admission.IsWaiting(other))
                {
                    _dirty.Add(other);
                }
            }
        }
    }

    private void MarkAll()
    {
        for (int partition = 0; partition < _reports.Length; partition++)
        {
            _dirty.Add(partition);
        }
    }

    private void Decide(DateTimeOffset now)
    {
        // Before every partition has spoken the counts are too low, and a stop would record them.
        if (IsRecounted)
        {
            Stop ??= Decide(Tally, now);
        }
    }

    private StopRecord? Decide(BatchTally tally, DateTimeOffset now)
    {
        // What lost partitions had reported is lost with them: it can't meet a strategy.
        IEnumerable<PartitionReport?> lost = _lost.All.Where(partition => !_lost.IsGivenUp(partition)).Select(partition => _reports[partition]);
        // A silo whose clock is behind may have taken over: a stop is never before the start.
        DateTimeOffset at = now < _startedAt ? _startedAt : now;
        return WaitStrategy.Decide(_header.Timeout, _header.Total, tally.Without(lost), _deadline, _cancelRequested, at);
    }
}
