using Microsoft.Extensions.Logging;

namespace Cano;

/// <summary>
/// The runs of a partition's instances: starts as many as its window and the silo's slots allow, in the order submitted, asks each until it has an outcome, and cancels them.
/// </summary>
internal sealed class PartitionRuns(
    PartitionLedger ledger, IInstances instances, InstanceSlots slots, TimeProvider clock, TimeProvider pacing, ILogger logger)
{
    /// <summary>So many instances are started in one turn of the grain; then others get theirs.</summary>
    private const int StartsPerTurn = 64;

    /// <summary>So many cancels are under way at once.</summary>
    private const int CancelsAtOnce = 64;

    /// <summary>How often a cancel is repeated when the call fails; a run that never hears of it is dropped all the same.</summary>
    private const int CancelAttempts = 6;

    private readonly Dictionary<int, Run> _running = [];
    private readonly Signal _closed = new();
    private readonly KeptPaths _paths = new(ledger);
    private DateTimeOffset[] _startedAt = [];
    private int _next;
    private int _outcomes;
    private int _initiallyFinal = -1;
    private bool _starting;
    private bool _stopped;
    private long _lastProgress;
    private bool _progressDue;
    private string? _traceParent;

    internal required Action<ReadyOutcome> OutcomeCame { get; init; }

    internal required Action ProgressMade { get; init; }

    internal int Running => _running.Count;

    /// <summary>How many may run at once; 0 before anything may.</summary>
    internal int Window { get; private set; }

    /// <summary>How many instances have no outcome, durable or not.</summary>
    internal int Unfinished => ledger.Count - (_initiallyFinal < 0 ? ledger.Order.Count : _initiallyFinal + _outcomes);

    /// <summary>True when no further outcome can come at present.</summary>
    internal bool IsIdle => _running.Count == 0 && (_stopped || Unfinished == 0);

    /// <summary>Which instances this activation has started, and when.</summary>
    internal IEnumerable<(int Index, DateTimeOffset At)> Started => _startedAt.Index().Where(one => one.Item != default);

    /// <summary>Since when an instance runs; null if it does not.</summary>
    internal DateTimeOffset? RunningSince(int index) => _running.ContainsKey(index) ? _startedAt[index] : null;

    /// <summary>Starts instances, as many as may run at once.</summary>
    /// <param name="window">How many.</param>
    /// <param name="traceParent">The span that theirs hang below; null: they have none.</param>
    internal void Go(int window, string? traceParent = null)
    {
        if (_initiallyFinal < 0)
        {
            _initiallyFinal = ledger.Order.Count;
            _startedAt = new DateTimeOffset[ledger.Count];
        }

        Window = window;
        _traceParent = traceParent;
        StartMore();
    }

    /// <summary>
    /// Starts nothing more, drops what is still to come, gives the slots back, and signals every run's token: once the partition is <see cref="Closed"/>, or a moment later in any case.
    /// </summary>
    internal void Stop()
    {
        if (_stopped)
        {
            return;
        }

        Run[] given = [.. _running.Values];
        Abandon();
        _ = CancelAsync(given);
    }

    /// <summary>Starts nothing more, drops what is still to come and gives the slots back; the runs go on.</summary>
    internal void Abandon()
    {
        _stopped = true;
        foreach (Run run in _running.Values)
        {
            run.Slot.Dispose();
        }

        _running.Clear();
    }

    /// <summary>The end of the partition is durable: what comes now is in nobody's way.</summary>
    internal void Closed() => _closed.Raise();

    /// <summary>Outcomes are durable: what was saved of their runs can go.</summary>
    internal void Committed(List<ReadyOutcome> outcomes)
    {
        foreach (ReadyOutcome outcome in outcomes.Where(one => one.Checkpointed))
        {
            _ = ForgetAsync(ledger.Spec!.Instances[outcome.Index].Id);
        }
    }

    private void StartMore()
    {
        if (!_starting && MayStart)
        {
            _starting = true;
            _ = StartAsync();
        }
    }

    /// <summary>Nothing more is asked: the partition has stopped, or the silo stops and the next activation asks, elsewhere or later.</summary>
    private bool IsOver => _stopped || slots.IsClosed;

    private bool MayStart => !_stopped && _running.Count < Window && SkipEnded() < ledger.Count;

    /// <summary>The place in the batch of the next instance to start.</summary>
    private int NextPlace => ledger.Spec!.FirstOrdinal + _next;

    private int SkipEnded()
    {
        while (_next < ledger.Count && ledger.ResultOf(_next) is not null)
        {
            _next++;
        }

        return _next;
    }

    private async Task StartAsync()
    {
        for (int started = 1; MayStart; started++)
        {
            InstanceSlots.Slot slot = await slots.AcquireAsync(ledger.Spec!.BatchId, NextPlace);
            if (!MayStart)
            {
                slot.Dispose();
                break;
            }

            Start(slot);
            if (started % StartsPerTurn == 0)
            {
                await Task.Yield();
            }
        }

        _starting = false;
    }

    private void Start(InstanceSlots.Slot slot)
    {
        int index = _next++;
        Run run = new(ledger.Spec!.Instances[index], slot);
        _running[index] = run;
        _startedAt[index] = clock.GetUtcNow();
        _ = RunAsync(index, run);
        NoteProgress();
    }

    private async Task RunAsync(int index, Run run)
    {
        InstanceRun request = new(run.Instance, ledger.Spec!.Store, ledger.MayHaveRun) { TraceParent = _traceParent, KeepPath = _paths.IsSampled(run.Instance) };
        InstanceReply? reply = null;
        for (int attempt = 0; reply?.Outcome is null && !IsOver;)
        {
            try
            {
                reply = await instances.RunAsync(ledger.Spec.BatchId, request);
                attempt = 0;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException && !IsOver)
            {
                // The answer did not come, whatever the reason: the silo is gone, the call timed out. The instance is asked again; it may have run.
                LogLevel level = PartitionLog.LevelOf(attempt);
                logger.InstanceDidNotAnswer(level, exception, ledger.Spec.BatchId, run.Instance.Id, attempt + 1);
                await Task.Delay(Pace.Backoff(attempt++), pacing);
            }
            catch (Exception) when (IsOver)
            {
                return;
            }

            if (reply?.Outcome is null)
            {
                request = request with { MayHaveCheckpoint = true };
            }
        }

        if (_stopped || reply?.Outcome is null)
        {
            return;
        }

        _running.Remove(index);
        _outcomes++;
        OutcomeCame(new(index, _paths.Kept(run.Instance, reply.Outcome), reply.Checkpointed));
        if (MayStart && run.Slot.MayPassTo(NextPlace))
        {
            Start(run.Slot);
            return;
        }

        run.Slot.Dispose();
        StartMore();
    }

    /// <summary>Tells that instances began, at once or, if it was just told, a little later.</summary>
    private void NoteProgress()
    {
        if (_progressDue)
        {
            return;
        }

        TimeSpan since = _lastProgress == 0 ? Pace.Progress : pacing.GetElapsedTime(_lastProgress);
        _progressDue = true;
        _ = ReportProgressAsync(Pace.Progress - since);
    }

    private async Task ReportProgressAsync(TimeSpan left)
    {
        if (left > TimeSpan.Zero)
        {
            await Task.Delay(left, pacing);
        }
        else
        {
            await Task.Yield();
        }

        _progressDue = false;
        _lastProgress = pacing.GetTimestamp();
        if (!_stopped)
        {
            ProgressMade();
        }
    }

    /// <summary>
    /// Cancelling costs as much as running, and nobody waits for it: the batch's end and its readers must not stand behind thousands of cancels. So the seal comes first; where
    /// they are many, a moment passes in which other partitions are sealed and the batch ends; and then it is a few at a time.
    /// </summary>
    private async Task CancelAsync(Run[] runs)
    {
        await _closed.WaitAsync(Pace.BeforeCancels, pacing);
        if (runs.Length > CancelsAtOnce)
        {
            await Task.Delay(Pace.BeforeCancels, pacing);
        }

        foreach (Run[] some in runs.Chunk(CancelsAtOnce))
        {
            // One that does not answer keeps the others waiting no longer than this.
            await Task.WhenAny(Task.WhenAll(some.Select(CancelAsync)), Task.Delay(Pace.LongLinger, pacing));
        }
    }

    private async Task CancelAsync(Run run)
    {
        for (int attempt = 0; attempt < CancelAttempts; attempt++)
        {
            try
            {
                await instances.CancelAsync(ledger.Spec!.BatchId, incarnation: null, run.Instance.Id);
                return;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                if (slots.IsClosed)
                {
                    return;
                }

                LogLevel level = PartitionLog.LevelOf(attempt);
                logger.InstanceNotCancelled(level, exception, ledger.Spec!.BatchId, run.Instance.Id, attempt + 1);
                await Task.Delay(Pace.Backoff(attempt), pacing);
            }
        }
    }

    private async Task ForgetAsync(string instanceId)
    {
        try
        {
            await instances.ForgetAsync(ledger.Spec!.BatchId, incarnation: null, instanceId);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // A checkpoint that stays costs its bytes and nothing else: nobody reads it any more.
            logger.CheckpointNotRemoved(exception, ledger.Spec!.BatchId, instanceId);
        }
    }

    private sealed class Run(InstanceSpec instance, InstanceSlots.Slot slot)
    {
        internal InstanceSpec Instance => instance;

        internal InstanceSlots.Slot Slot => slot;
    }
}
