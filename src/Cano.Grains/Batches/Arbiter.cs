namespace Cano;

/// <summary>
/// Decides for one batch: what each partition may do, and when the strategy is met. Pure and synchronous: reports, ticks and requests in, orders and one stop out;
/// whoever holds it writes the stop down and sends the orders. A later event never changes a stop that was decided.
/// </summary>
internal sealed class Arbiter
{
    private readonly BatchHeader _header;
    private readonly DateTimeOffset? _deadline;
    private readonly Admission _admission;
    private readonly Windows _windows;
    private readonly PartitionReport?[] _reports;
    private readonly HashSet<int> _dirty = [];
    private StopOrder? _stopOrder;
    private bool _cancelRequested;
    private long _sequence;
    private int _completed;
    private int _failed;
    private int _sealed;
    private (DateTimeOffset At, string? Id) _lastCompleted;
    private (DateTimeOffset At, string? Id) _lastFinal;

    /// <summary>Begins to decide.</summary>
    /// <param name="header">The batch.</param>
    /// <param name="epoch">The epoch of the activation that this decides for, durable.</param>
    /// <param name="deadline">When its duration ends; null if there is none.</param>
    /// <param name="stop">The stop that is durable already; null if it has not stopped.</param>
    /// <param name="fresh">True: this activation created the batch, so no partition has been told anything yet.</param>
    internal Arbiter(BatchHeader header, long epoch, DateTimeOffset? deadline, StopRecord? stop, bool fresh)
    {
        _header = header;
        _deadline = deadline;
        Epoch = epoch;
        int partitions = header.PartitionSizes.Length;
        _admission = new(header.Timeout.QuotaOrNull ?? int.MaxValue, partitions, fresh);
        _windows = new(header.MaxConcurrency, header.PartitionSizes, fresh);
        _reports = new PartitionReport?[partitions];
        IsRecounted = fresh;
        Stop = stop;
        _stopOrder = stop is null ? null : new(stop.Reason, stop.At);
        MarkAll();
    }

    internal long Epoch { get; }

    /// <summary>The stop; null while the strategy is not met. Decided once; it counts for nobody until <see cref="StopIsDurable"/>.</summary>
    internal StopRecord? Stop { get; private set; }

    /// <summary>True once the counts include all that is durable: every partition has spoken to this activation, or it created the batch itself.</summary>
    internal bool IsRecounted { get; private set; }

    /// <summary>True once every outcome of every partition is final.</summary>
    internal bool IsSealed => _sealed == _reports.Length;

    internal int Completed => _completed;

    internal int Failed => _failed;

    internal int Cancelled { get; private set; }

    internal int Running { get; private set; }

    internal PartitionReport? ReportOf(int partition) => _reports[partition];

    /// <summary>Takes in a report.</summary>
    /// <returns>What it means for the one who asked.</returns>
    internal Hearing Hear(int partition, PartitionReport report, DateTimeOffset now)
    {
        if (report.Epoch > Epoch)
        {
            return Hearing.Superseded;
        }

        PartitionReport? last = _reports[partition];
        if (report.Epoch < Epoch || (last is not null && report.Fence == last.Fence && report.Version <= last.Version))
        {
            return Hearing.Outdated;
        }

        bool anew = report.Fence != _admission.FenceOf(partition);
        report = !anew && last is not null ? Cumulative(report, last) : report;
        if (!_admission.Hear(partition, report.Fence, report.Completed, report.Admitted, report.Successes))
        {
            return Hearing.Outdated;
        }

        Count(partition, last, report);
        bool freed = _windows.Hear(partition, report.Window, report.Unfinished, anew);
        MarkAfter(partition, freed || anew);
        Decide(now);
        return Hearing.Taken;
    }

    /// <summary>
    /// Takes in what a partition will say once a write is durable that is about to be made, and that will hold what follows from it as well. Whoever calls this shows nobody
    /// what it changed before the write is durable, and ends when the write fails.
    /// </summary>
    internal void Foresee(int partition, PartitionReport report, DateTimeOffset now)
    {
        // Before the recount, and from an activation that has not spoken, nothing can be decided early: its own report will come.
        if (IsRecounted && report.Epoch == Epoch && report.Fence == _admission.FenceOf(partition))
        {
            PartitionReport? last = _reports[partition];
            _admission.Hear(partition, report.Fence, report.Completed, report.Admitted, report.Successes);
            // The version stays that of the last report: the partition takes it for what the batch has heard.
            Count(partition, last, report with { Version = last?.Version ?? 0 });
            Decide(now);
        }
    }

    /// <summary>Time has passed.</summary>
    internal void Tick(DateTimeOffset now) => Decide(now);

    /// <summary>Someone asks for the batch to stop.</summary>
    internal void RequestCancel(DateTimeOffset now)
    {
        _cancelRequested = true;
        Decide(now);
    }

    /// <summary>The stop is written: from now on every order carries it.</summary>
    internal void StopIsDurable()
    {
        _stopOrder = new(Stop!.Reason, Stop.At);
        MarkAll();
    }

    /// <summary>The partitions for which there is something new to say, each once; they are taken from the list.</summary>
    internal int[] TakeDirty()
    {
        int[] dirty = [.. _dirty];
        _dirty.Clear();
        return dirty;
    }

    /// <summary>What holds for a partition now.</summary>
    internal PartitionOrders OrdersFor(int partition)
    {
        bool wasSpent = _admission.IsSpent;
        int admitted = _admission.Admit(partition);
        if (!wasSpent && _admission.IsSpent)
        {
            MarkAll();
        }

        PartitionOrders orders = OrdersFor(partition, admitted);
        if (_windows.NextHungry() is >= 0 and var hungry && hungry != partition)
        {
            _dirty.Add(hungry);
        }

        return orders;
    }

    /// <summary>What one activation of a partition counts never falls. A report with lower counts was made before a write that was foreseen: the rest of it is news.</summary>
    private static PartitionReport Cumulative(PartitionReport report, PartitionReport last) =>
        report.Completed >= last.Completed && report.Failed >= last.Failed && (report.Sealed || !last.Sealed)
            ? report
            : last with { Version = report.Version, Successes = Math.Max(report.Successes, last.Successes), Window = report.Window };

    private PartitionOrders OrdersFor(int partition, int admitted) => new()
    {
        Epoch = Epoch,
        Fence = _admission.FenceOf(partition),
        Admitted = admitted,
        Known = _reports[partition]?.Version ?? 0,
        Window = _windows.Of(partition),
        Deadline = _deadline,
        // Before the recount no answer to a success that waits is the last one, and a partition that is told to stop takes it for that.
        Stop = _admission.IsRecounted ? _stopOrder : null,
        Quota = _header.Timeout.QuotaOrNull is not null,
        QuotaSpent = _admission.IsSpent,
        Sequence = ++_sequence,
    };

    private void Count(int partition, PartitionReport? last, PartitionReport report)
    {
        _reports[partition] = report;
        _completed += report.Completed - (last?.Completed ?? 0);
        _failed += report.Failed - (last?.Failed ?? 0);
        Cancelled += report.Cancelled - (last?.Cancelled ?? 0);
        Running += report.Running - (last?.Running ?? 0);
        _sealed += (report.Sealed ? 1 : 0) - (last?.Sealed == true ? 1 : 0);
        if (!IsRecounted && Array.TrueForAll(_reports, one => one is not null))
        {
            IsRecounted = true;
            MarkAll();
        }

        if (report.LastFinalAt is { } at)
        {
            _lastFinal = at >= _lastFinal.At ? (at, report.LastFinal) : _lastFinal;
            bool more = report.LastCompleted is not null && report.LastCompleted != last?.LastCompleted;
            _lastCompleted = more && at >= _lastCompleted.At ? (at, report.LastCompleted) : _lastCompleted;
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
            Stop ??= WaitStrategy.Decide(
                _header.Timeout, _header.Total, new(_completed, _failed, _lastCompleted.Id, _lastFinal.Id), _deadline, _cancelRequested, now);
        }
    }
}

/// <summary>What a report means for the one who heard it.</summary>
internal enum Hearing
{
    /// <summary>It was taken in.</summary>
    Taken,

    /// <summary>A later report, or a later activation, has been heard: nothing changed.</summary>
    Outdated,

    /// <summary>The partition obeys a later activation of the batch: this one must end.</summary>
    Superseded,
}
