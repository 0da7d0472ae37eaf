using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Cano;

/// <summary>
/// One activation of a partition: takes orders, runs instances, commits their outcomes in groups, and answers the batch. It knows nothing of Orleans;
/// whoever holds it calls it from one scheduler, one turn at a time.
/// </summary>
/// <remarks>
/// It ends (<see cref="Failure"/>) with the first write that fails, because then its outcome is unknown, and when it learns that a later activation is at work.
/// Everybody who waits for it is told, and a new activation reads what is durable.
/// </remarks>
internal sealed class Partition
{
    private readonly string _batchId;
    private readonly Func<IPartitionRows> _openRows;
    private readonly PartitionLedger _ledger;
    private readonly PartitionRuns _runs;
    private readonly TimeProvider _clock;
    private readonly TimeProvider _pacing;
    private readonly CanoMetrics _metrics;
    private readonly List<Waiter> _waiters = [];
    private readonly ReadyOutcomes _ready = new();
    private PartitionOrders? _orders;
    private long _obey;
    private int _admitted;
    private long _version;
    private bool _writing;
    private bool _leaving;
    private Task _writes = Task.CompletedTask;
    private long _lastWrite;
    private long _readySince;
    private Signal _stir = new();
    private Signal? _obeyed;
    private LastingSpan? _span;

    internal Partition(
        string batchId,
        Func<IPartitionRows> openRows,
        IInstances instances,
        InstanceSlots slots,
        TimeProvider clock,
        TimeProvider pacing,
        CanoMetrics metrics,
        ILogger logger)
    {
        _batchId = batchId;
        _openRows = openRows;
        _ledger = new(openRows());
        _clock = clock;
        _pacing = pacing;
        _metrics = metrics;
        _runs = new(_ledger, instances, slots, clock, pacing, logger) { OutcomeCame = OutcomeCame, ProgressMade = News };
        _lastWrite = pacing.GetTimestamp() - (long)(2 * Pace.LongLinger.TotalSeconds * pacing.TimestampFrequency);
    }

    /// <summary>Why this activation has ended; null while it lives.</summary>
    internal Exception? Failure { get; private set; }

    /// <summary>Called once, when this activation ends by itself.</summary>
    internal Action? Ended { get; set; }

    /// <summary>Called after each write, once readers may see what it holds.</summary>
    internal Action? Committed { get; set; }

    internal PartitionLedger Ledger => _ledger;

    internal Task LoadAsync() => _ledger.LoadAsync();

    /// <summary>What <see cref="ExchangeAsync"/> will answer once a segment is durable that holds all results there are.</summary>
    internal PartitionReport ReportWith(Segment all)
    {
        int completed = all.Results.Count(result => result.IsSuccess);
        bool final = all.Seal is not null || all.Results.Length == _ledger.Count;
        return Report() with
        {
            Epoch = all.Epoch,
            Fence = all.Fence,
            Completed = completed,
            Failed = all.Results.Length - completed,
            Cancelled = final ? _ledger.Count - all.Results.Length : 0,
            Successes = completed + _ready.Successes,
            Admitted = Math.Max(_admitted, completed),
            Running = final ? 0 : _runs.Running,
            Unfinished = final ? 0 : _runs.Unfinished,
            Sealed = final,
            LastCompleted = all.Results.LastOrDefault(result => result.IsSuccess) is { } success ? _ledger.Spec!.Instances[success.Index].Id : null,
            LastFinal = all.Results is [.., var last] ? _ledger.Spec!.Instances[last.Index].Id : null,
            LastFinalAt = all.Results is [.., var latest] ? new(latest.FinalAt, TimeSpan.Zero) : null,
        };
    }

    /// <summary>
    /// What readers may be shown. An activation that has not written may have loaded before the last write of another one, and once the batch has finished nobody would
    /// tell it: it reads the rows anew.
    /// </summary>
    internal async Task<PartitionLedger> ReadAsync()
    {
        if (_ledger.IsOwner || _ledger.IsFinal)
        {
            return _ledger;
        }

        PartitionLedger present = new(_openRows());
        await present.LoadAsync();
        return present;
    }

    /// <summary>Since when an instance runs; null if it does not, or not by this activation.</summary>
    internal DateTimeOffset? RunningSince(int index) => _runs.RunningSince(index);

    internal async Task PrepareAsync(PartitionSpec spec)
    {
        ThrowIfEnded();
        if (_ledger.Spec is not null)
        {
            return;
        }

        try
        {
            await _ledger.PrepareAsync(spec);
        }
        catch (Exception exception)
        {
            End(exception);
            throw;
        }
    }

    /// <summary>See <see cref="IPartitionGrain.ExchangeAsync"/>.</summary>
    internal async Task<PartitionReport> ExchangeAsync(PartitionOrders orders)
    {
        ThrowIfEnded();
        if (_ledger.Spec is null)
        {
            throw new BatchDataLostException(_batchId, "a partition");
        }

        if (orders.Fence > _ledger.Fence)
        {
            End(new SupersededException($"A partition of batch '{_batchId}' has a later activation."));
            ThrowIfEnded();
        }

        await ObeyAsync(orders.Epoch);
        if (orders.Epoch < _ledger.Epoch)
        {
            return Report();
        }

        Take(orders);
        foreach (Waiter older in _waiters)
        {
            older.Answer.Raise();
        }

        long known = orders.Fence == _ledger.Fence ? orders.Known : -1;
        if (Version <= known && Failure is null)
        {
            await WaitForNewsAsync(known);
        }

        ThrowIfEnded();
        return Report();
    }

    /// <summary>
    /// The holder must go away: what is ready is written at once, so that it need not run again elsewhere; then <see cref="Leave"/>. One that has nothing to commit writes
    /// nothing: it may have come up for a reader only, and its rows may be gone.
    /// </summary>
    internal async Task LeaveAsync()
    {
        if (_ledger.IsOwner && _ready.Committable(AdmittedLeft) > 0)
        {
            _leaving = true;
            Stir();
            await _writes;
        }

        Leave();
    }

    /// <summary>The holder goes away (a silo shuts down): nothing is started or written any more, what runs is left running.</summary>
    internal void Leave() => End(new SupersededException("The activation has left."));

    private long Version => _ledger.IsFinal ? long.MaxValue : _version;

    private bool IsStopped => _orders?.Stop is not null;

    private PartitionReport Report() => new()
    {
        Epoch = _ledger.Epoch,
        Fence = _ledger.Fence,
        Version = Version,
        Completed = _ledger.Completed,
        Failed = _ledger.Failed,
        Cancelled = _ledger.IsFinal ? _ledger.Count - _ledger.Order.Count : 0,
        Successes = _ledger.Completed + _ready.Successes,
        Admitted = Math.Max(_admitted, _ledger.Completed),
        Running = _ledger.IsFinal ? 0 : _runs.Running,
        Unfinished = _ledger.IsFinal ? 0 : _runs.Unfinished,
        Sealed = _ledger.IsFinal,
        LastCompleted = _ledger.LastCompleted,
        LastFinal = _ledger.Order is [.., var last] ? _ledger.Spec!.Instances[last].Id : null,
        LastFinalAt = _ledger.Order is [.., var place] ? new(_ledger.ResultOf(place)!.FinalAt, TimeSpan.Zero) : null,
        Window = _runs.Window,
    };

    /// <summary>Writes down the epoch before anything is answered under it; the first time, this is also the write that fences older activations.</summary>
    private async Task ObeyAsync(long epoch)
    {
        if (_ledger.IsFinal)
        {
            _ledger.ObeyAsFinal(epoch);
            return;
        }

        _obey = Math.Max(_obey, epoch);
        while (MustObey)
        {
            _obeyed ??= new();
            Task obeyed = _obeyed.WaitAsync();
            Stir();
            await obeyed;
            ThrowIfEnded();
        }
    }

    private bool MustObey => !_ledger.IsFinal && (!_ledger.IsOwner || _obey > _ledger.Epoch);

    private void Take(PartitionOrders orders)
    {
        if (_orders is { } present && (orders.Epoch < present.Epoch || (orders.Epoch == present.Epoch && orders.Sequence <= present.Sequence)))
        {
            return;
        }

        if (orders.Fence == _ledger.Fence)
        {
            _admitted = Math.Max(_admitted, orders.Admitted);
        }

        bool stops = orders.Stop is not null && !IsStopped;
        _orders = orders;
        if (_ledger.IsFinal)
        {
            return;
        }

        if (stops)
        {
            _runs.Stop();
        }
        else if (!IsStopped && orders.Fence == _ledger.Fence && !(orders.Deadline <= _clock.GetUtcNow()))
        {
            _span ??= LastingSpan.Begin(Spans.Partition, ActivityKind.Internal, _batchId, orders.TraceParent)?.With(TelemetryNames.FirstInstance, _ledger.Spec!.FirstOrdinal);
            _runs.Go(orders.Window, _span?.TraceParent);
        }

        Stir();
    }

    private void OutcomeCame(ReadyOutcome outcome)
    {
        // What ended after the deadline does not count, even where nobody has noticed yet that it is past.
        if (_orders?.Deadline is { } deadline && outcome.Outcome.FinishedAt > deadline)
        {
            return;
        }

        if (_ready.Count == 0)
        {
            _readySince = _pacing.GetTimestamp();
        }

        _ready.Add(outcome);
        if (_orders is { Quota: true } && outcome.Outcome.IsSuccess)
        {
            News();
        }

        Stir();
    }

    private void News()
    {
        _version++;
        foreach (Waiter waiter in _waiters)
        {
            if (Version > waiter.Known)
            {
                waiter.Answer.Raise();
            }
        }
    }

    private async Task WaitForNewsAsync(long known)
    {
        Waiter waiter = new(known, new());
        _waiters.Add(waiter);
        await waiter.Answer.WaitAsync(Pace.LongestWait, _pacing);
        _waiters.Remove(waiter);
    }

    /// <summary>Something happened that may call for a write.</summary>
    private void Stir()
    {
        if (Failure is not null)
        {
            return;
        }

        if (_writing)
        {
            if (IsUrgent)
            {
                _stir.Raise();
            }
        }
        else if (NeedsWrite)
        {
            _writing = true;
            _writes = WriteWhileNeededAsync();
        }
    }

    private int AdmittedLeft => _orders is { Quota: false } ? int.MaxValue : _admitted - _ledger.Completed;

    private bool NeedsWrite => !_ledger.IsFinal && (MustObey || MaySeal || (_ledger.IsOwner && _ready.Committable(AdmittedLeft) > 0));

    /// <summary>
    /// A stopped partition is closed once it has nothing that may still be admitted: after a quota was reached nothing can; after another stop, once the batch has answered
    /// to all the successes that wait.
    /// </summary>
    private bool MaySeal => MaySealWith(AdmittedLeft);

    private bool MaySealWith(int admittedLeft) => IsStopped && !_ledger.IsFinal
        && (_orders!.Stop!.Reason == StopReason.QuotaReached || _ready.Successes <= admittedLeft || (_orders.Known >= _version && _orders.Fence == _ledger.Fence));

    /// <summary>Whether a write is worth making now, or soon: results that come in quick succession share one.</summary>
    private bool IsUrgent => _leaving || MustObey || MaySeal || _runs.IsIdle || _ready.Count >= Pace.GroupSize
        || _orders is { QuotaSpent: true }
        || LingerLeft <= TimeSpan.Zero;

    /// <summary>How long what is ready may still wait for others: a while since the last write, and a moment in any case, since instances that began together often end together.</summary>
    private TimeSpan LingerLeft
    {
        get
        {
            TimeSpan sinceWrite = (_runs.Unfinished > Pace.GroupSize ? Pace.LongLinger : Pace.Linger) - _pacing.GetElapsedTime(_lastWrite);
            TimeSpan sinceReady = Pace.Gather - _pacing.GetElapsedTime(_readySince);
            return sinceWrite > sinceReady ? sinceWrite : sinceReady;
        }
    }

    private async Task WriteWhileNeededAsync()
    {
        try
        {
            while (NeedsWrite && Failure is null)
            {
                if (IsUrgent)
                {
                    await WriteAsync();
                }
                else
                {
                    await LingerAsync();
                }
            }
        }
        catch (Exception exception)
        {
            End(exception);
        }
        finally
        {
            _writing = false;
        }
    }

    private async Task LingerAsync()
    {
        _stir = new();
        TimeSpan left = LingerLeft;
        await _stir.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, _pacing);
    }

    private async Task WriteAsync()
    {
        DateTimeOffset now = _clock.GetUtcNow();
        // A write that only has to be obeyed takes along what is ready.
        List<ReadyOutcome> taken = _ready.Take(AdmittedLeft, _ledger.MaxAddedBytes);
        int left = AdmittedLeft - taken.Count(one => one.Outcome.IsSuccess);
        bool seals = MaySealWith(left) && _ready.Committable(left) == 0;
        Seal? seal = seals ? MakeSeal(taken, now) : null;
        long epoch = _obey;
        long begun = _pacing.GetTimestamp();

        await _ledger.CommitAsync(epoch, [.. taken.Select(one => one.ToStored(now))], seal);

        _lastWrite = _pacing.GetTimestamp();
        Witness(taken, seal, _pacing.GetElapsedTime(begun, _lastWrite));
        _obeyed?.Raise();
        _obeyed = null;
        News();
        _runs.Committed(taken);
        if (seal is not null)
        {
            _runs.Closed();
        }

        Committed?.Invoke();
    }

    /// <summary>Counts what has become durable, before anyone is told of it: who has seen a result finds it counted.</summary>
    private void Witness(List<ReadyOutcome> taken, Seal? seal, TimeSpan took)
    {
        _metrics.Committed(_ledger.Spec!, taken, took);
        if (seal is not null)
        {
            _metrics.Closed(_ledger);
        }

        if (_ledger.IsFinal)
        {
            _span?.End();
        }
    }

    private Seal MakeSeal(List<ReadyOutcome> taken, DateTimeOffset now)
    {
        HashSet<int> kept = [.. taken.Select(one => one.Index)];
        (int Index, DateTimeOffset At)[] started =
            [.. _runs.Started.Where(one => _ledger.ResultOf(one.Index) is null && !kept.Contains(one.Index))];
        StopOrder stop = _orders!.Stop!;
        return new()
        {
            Reason = stop.Reason,
            StoppedAt = stop.At.UtcTicks,
            SealedAt = now.UtcTicks,
            Surplus = [.. _ready.RemainingSuccesses],
            Started = [.. started.Select(one => one.Index)],
            StartedAt = [.. started.Select(one => one.At.UtcTicks)],
        };
    }

    private void End(Exception exception)
    {
        if (Failure is not null)
        {
            return;
        }

        Failure = exception;
        _runs.Abandon();
        _span?.End();
        foreach (Waiter waiter in _waiters)
        {
            waiter.Answer.Raise();
        }

        _obeyed?.Raise();
        _stir.Raise();
        Ended?.Invoke();
    }

    private void ThrowIfEnded()
    {
        if (Failure is not null)
        {
            throw new SupersededException(Failure.Message, Failure);
        }
    }

    private sealed record Waiter(long Known, Signal Answer);
}
