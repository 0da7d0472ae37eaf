namespace Cano;

/// <summary>
/// What one run goes by: whether it may begin another attempt, and the token that its nodes see. Safe for concurrent use.
/// </summary>
/// <param name="instanceId">The instance.</param>
/// <param name="deadline">When the batch's duration ends: no attempt begins then or later. Null: there is no such time.</param>
/// <param name="clock">What the deadline is compared with.</param>
#pragma warning disable CA1001 // The token source has no timer, and nodes may use its token after the run: no need to dispose of it.
internal sealed class RunControl(string instanceId, DateTimeOffset? deadline, TimeProvider clock)
#pragma warning restore CA1001
{
    private const int Running = 0;
    private const int GivenUp = 1;
    private const int Ended = 2;

    private readonly CancellationTokenSource _source = new();
    private int _phase;
    private volatile bool _isStopped;
    private volatile RunPath? _path;

    internal string InstanceId => instanceId;

    /// <summary>The batch that it is a run of; set when the run is added to it.</summary>
    internal BatchControl Batch { get; set; } = null!;

    /// <summary>The run's path, where it is kept if the run is cancelled; null for others, and before the run's first node.</summary>
    internal RunPath? Path
    {
        get => _path;
        set => _path = value;
    }

    /// <summary>The neighbours in the batch's list of runs, which its lock guards.</summary>
    internal RunControl? Next { get; set; }

    /// <inheritdoc cref="Next"/>
    internal RunControl? Previous { get; set; }

    /// <summary>
    /// Signalled a moment after the stop, for what has begun; whether something may begin is what <see cref="IsOver"/> says.
    /// </summary>
    internal CancellationToken Token => _source.Token;

    /// <summary>True: the run, or its batch, was stopped.</summary>
    internal bool IsStopped => _isStopped || Batch.IsStopped;

    /// <summary>True: no attempt begins any more.</summary>
    internal bool IsOver => IsStopped || (deadline is { } end && clock.GetUtcNow() >= end);

    /// <exception cref="RunStoppedException">No attempt begins any more.</exception>
    internal void ThrowIfOver()
    {
        if (IsOver)
        {
            throw new RunStoppedException();
        }
    }

    /// <summary>The run was stopped and goes on.</summary>
    /// <returns>False: it has ended, or that was said before.</returns>
    internal bool TryGiveUp() => Interlocked.CompareExchange(ref _phase, GivenUp, Running) == Running;

    /// <summary>The run has ended.</summary>
    /// <returns>True: it had been given up.</returns>
    internal bool End() => Interlocked.Exchange(ref _phase, Ended) == GivenUp;

    /// <summary>Sets the flag; <see cref="RunControls"/> has the token signalled.</summary>
    internal void Stop() => _isStopped = true;

    /// <summary>Signals the token; nodes' callbacks run within.</summary>
    /// <exception cref="AggregateException">Callbacks threw.</exception>
    internal void SignalToken() => _source.Cancel();
}
