namespace Cano;

/// <summary>
/// When a partition's next write or report is worth making: what comes in quick succession shares one. Pure; all times are since one fixed
/// moment.
/// </summary>
internal sealed class CommitPace
{
    /// <summary>This many results are worth a write at once.</summary>
    internal const int GroupSize = 200;

    /// <summary>
    /// An instance that has run this long without a result is written down as started, so that the time is kept when the silo is lost.
    /// </summary>
    internal static readonly TimeSpan StartsDurableAfter = TimeSpan.FromSeconds(1);

    /// <summary>A result waits at least this long for others that run, unless something is urgent.</summary>
    private static readonly TimeSpan s_gather = TimeSpan.FromMilliseconds(2);

    /// <summary>Results that come this soon after a write wait for others to share the next one, unless something is urgent.</summary>
    private static readonly TimeSpan s_linger = TimeSpan.FromMilliseconds(15);

    /// <summary>
    /// The same while more than <see cref="GroupSize"/> instances of the partition have not ended: many more results are to come.
    /// </summary>
    private static readonly TimeSpan s_longLinger = TimeSpan.FromMilliseconds(100);

    /// <summary>How often at most a partition reports mere progress (instances that began).</summary>
    private static readonly TimeSpan s_progress = TimeSpan.FromMilliseconds(100);

    private TimeSpan? _lastWrite;
    private TimeSpan _readySince;
    private TimeSpan? _startsSince;
    private TimeSpan? _lastProgress;
    private bool _hasProgress;

    /// <summary>An instance has begun.</summary>
    internal void Started(TimeSpan elapsed)
    {
        _startsSince ??= elapsed;
        _hasProgress = true;
    }

    /// <summary>A result is ready.</summary>
    internal void Ready(bool isFirst, TimeSpan elapsed)
    {
        if (isFirst)
        {
            _readySince = elapsed;
        }
    }

    /// <summary>A write is durable.</summary>
    internal void Written(TimeSpan elapsed, bool startsLeft)
    {
        _lastWrite = elapsed;
        _startsSince = startsLeft ? elapsed : null;
    }

    /// <summary>How long results that are ready still wait for others.</summary>
    internal TimeSpan UntilGroupDue(int unfinished, TimeSpan elapsed)
    {
        TimeSpan due = _readySince + s_gather;
        TimeSpan linger = unfinished > GroupSize ? s_longLinger : s_linger;
        if (_lastWrite is { } written && written + linger > due)
        {
            due = written + linger;
        }

        return Left(due, elapsed);
    }

    /// <summary>How long until the times of starts are to be written; null: there are none to write.</summary>
    internal TimeSpan? UntilStartsDue(TimeSpan elapsed) =>
        _startsSince is { } since ? Left(since + StartsDurableAfter, elapsed) : null;

    /// <summary>How long until progress is to be reported; null: there is none.</summary>
    internal TimeSpan? UntilProgress(TimeSpan elapsed) =>
        !_hasProgress ? null : _lastProgress is { } reported ? Left(reported + s_progress, elapsed) : TimeSpan.Zero;

    /// <summary>True, once: progress is to be reported now.</summary>
    internal bool TakeProgress(TimeSpan elapsed)
    {
        if (UntilProgress(elapsed) != TimeSpan.Zero)
        {
            return false;
        }

        _hasProgress = false;
        _lastProgress = elapsed;
        return true;
    }

    private static TimeSpan Left(TimeSpan due, TimeSpan elapsed) => due > elapsed ? due - elapsed : TimeSpan.Zero;
}
