using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>
/// Stops what runs on this silo: all runs of a batch, or one. A stop takes effect at once, however much work waits for a thread: it is a
/// flag that every run reads before each attempt, and the runs' tokens are signalled on threads that run no nodes. Safe for concurrent use.
/// </summary>
/// <remarks>
/// A batch that was stopped is remembered for a while, so that a request to run which was overtaken by the stop begins nothing. An
/// incarnation never runs again once it has stopped, so this can't hold up a later batch of the same id.
/// </remarks>
internal sealed class RunControls : IDisposable
{
    /// <summary>
    /// For how long a stopped batch without runs is remembered. A request to run is answered, or has timed out, long before.
    /// </summary>
    internal static readonly TimeSpan MemoryOfStops = TimeSpan.FromMinutes(10);

    /// <summary>How many stopped batches are remembered at most, some 200 bytes each; beyond it the oldest are forgotten.</summary>
    internal const int MaxRememberedStops = 10_000;

    private readonly ConcurrentDictionary<BatchKey, BatchControl> _batches = new();
    private readonly ConcurrentQueue<RememberedStop> _stops = new();
    private readonly InstanceSlots _slots;
    private readonly NodeScheduler _signals;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    /// <summary>Makes it, with its threads.</summary>
    /// <param name="options">Each run is signalled once, so there are never more callbacks that block than runs which the silo
    /// allows.</param>
    /// <param name="slots">Where stopped runs are counted that have not ended yet: their slots are free again.</param>
    /// <param name="clock">What deadlines, and the memory of stops, go by.</param>
    /// <param name="logger">Told of callbacks that throw.</param>
    public RunControls(
        IOptions<CanoOptions> options, InstanceSlots slots, [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider clock, ILogger<WorkflowGrain> logger)
    {
        _signals = NodeScheduler.ForSignals(options.Value.MaxRunningInstances + options.Value.MaxGivenUpRuns);
        _slots = slots;
        _clock = clock;
        _logger = logger;
    }

    /// <summary>How many batches are known: those with runs, and those remembered as stopped.</summary>
    internal int BatchCount => _batches.Count;

    /// <summary>How many runs have begun and not ended.</summary>
    internal int RunCount => _batches.Sum(static batch => batch.Value.RunCount);

    public void Dispose() => _signals.Dispose();

    /// <summary>A run begins; <see cref="End"/> follows.</summary>
    /// <param name="batchId">Its batch.</param>
    /// <param name="run">What is asked for.</param>
    /// <returns>What the run is to ask before each attempt; it may be stopped already.</returns>
    internal RunControl Begin(string batchId, InstanceRun run)
    {
        BatchKey key = new(batchId, run.Incarnation);
        RunControl control = new(run.Instance.Id, run.Deadline, _clock);
        BatchControl batch;
        while (!(batch = Of(key)).TryAdd(control))
        {
            Remove(batch);
        }

        return control;
    }

    /// <summary>A run has ended.</summary>
    internal void End(RunControl control)
    {
        if (control.End())
        {
            _slots.GivenUpRunEnded();
        }

        if (control.Batch.Remove(control))
        {
            Remove(control.Batch);
        }
    }

    /// <summary>
    /// Stops a batch on this silo: when this returns no attempt of it begins any more, and its tokens are being signalled.
    /// </summary>
    /// <param name="batchId">The batch.</param>
    /// <param name="incarnation">Which of the batches that bore the id; null for a batch without one.</param>
    /// <param name="keepsPaths">Whether <see cref="TakePath"/> is going to be asked for the runs.</param>
    internal void Stop(string batchId, string? incarnation, bool keepsPaths = false)
    {
        BatchKey key = new(batchId, incarnation);
        BatchControl batch;
        bool isFirst;
        while (!(batch = Of(key)).TryStop(keepsPaths, out isFirst))
        {
            Remove(batch);
        }

        if (isFirst)
        {
            _stops.Enqueue(new(batch, _clock.GetUtcNow()));
            _signals.Post(() => SignalRest(new SignalPass(batch.Runs())));
        }

        ForgetOldStops();
    }

    /// <summary>How far a run of a stopped batch had come at the stop, told once; null: that is not known.</summary>
    internal InstancePath? TakePath(string batchId, string? incarnation, string instanceId) =>
        _batches.TryGetValue(new(batchId, incarnation), out BatchControl? batch) ? batch.TakePath(instanceId) : null;

    /// <summary>Counts a stopped run that goes on, until it ends.</summary>
    internal void GiveUp(RunControl control)
    {
        if (control.TryGiveUp())
        {
            _slots.RunGivenUp();
        }
    }

    /// <summary>Stops one run: when this returns it begins no attempt any more, and its token is being signalled.</summary>
    internal void Stop(RunControl control)
    {
        control.Stop();
        _signals.Post(() => SignalToken(control));
    }

    private BatchControl Of(BatchKey key) => _batches.GetOrAdd(key, static key => new(key));

    private void Remove(BatchControl batch) => _batches.TryRemove(new(batch.Key, batch));

    private void ForgetOldStops()
    {
        DateTimeOffset limit = _clock.GetUtcNow() - MemoryOfStops;
        while (_stops.TryPeek(out RememberedStop oldest)
            && (oldest.At < limit || _stops.Count > MaxRememberedStops)
            && _stops.TryDequeue(out oldest))
        {
            if (oldest.Batch.Forget())
            {
                Remove(oldest.Batch);
            }
        }
    }

    /// <summary>
    /// Signals tokens one after the other, which takes a tenth of a microsecond each where callbacks don't block. A task that does the same
    /// is queued before: another thread takes it, and goes on with the tokens behind the one whose callback blocks this thread.
    /// </summary>
    private void SignalRest(SignalPass pass)
    {
        if (pass.IsDone)
        {
            return;
        }

        _signals.Post(() => SignalRest(pass));
        while (pass.TakeNext() is { } control)
        {
            GiveUp(control);
            SignalToken(control);
        }
    }

    private void SignalToken(RunControl control)
    {
        try
        {
            control.SignalToken();
        }
        catch (AggregateException exception)
        {
            _logger.CancelCallbackThrew(exception, control.InstanceId, control.Batch.Key.BatchId);
        }

        // The next token's callbacks are another instance's.
        NodeThread.CleanUp();
    }

    private readonly record struct RememberedStop(BatchControl Batch, DateTimeOffset At);
}

/// <summary>A batch as its runs on a silo know it.</summary>
/// <param name="BatchId">Its id.</param>
/// <param name="Incarnation">Which of the batches that bore the id; null for those without one.</param>
internal readonly record struct BatchKey(string BatchId, string? Incarnation);
