namespace Cano;

/// <summary>
/// Calls that wait until there is news for them, at most <see cref="Longest"/>. One for each activation; used from its scheduler only.
/// </summary>
internal sealed class NewsBoard(TimeProvider pacing)
{
    /// <summary>
    /// The longest that a call waits for news before it answers "nothing new": well below the time-out of a grain call (30 s).
    /// </summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    private readonly List<(long Known, Signal Answer)> _waiting = [];
    private Signal? _write;
    private bool _ended;

    /// <summary>Waits until there is a later version than the one known.</summary>
    internal async Task WaitForAsync(long known)
    {
        (long, Signal) waiter = (known, new());
        _waiting.Add(waiter);
        await waiter.Item2.WaitAsync(Longest, pacing);
        _waiting.Remove(waiter);
    }

    /// <summary>Waits for the end of the next write.</summary>
    internal Task WaitForWriteAsync() => _ended ? Task.CompletedTask : (_write ??= new()).WaitAsync();

    /// <summary>Something has become known under a version.</summary>
    internal void Raise(long version)
    {
        foreach ((long known, Signal answer) in _waiting)
        {
            if (version > known)
            {
                answer.Raise();
            }
        }
    }

    /// <summary>A write has ended.</summary>
    internal void Written(long version)
    {
        Interlocked.Exchange(ref _write, null)?.Raise();
        Raise(version);
    }

    /// <summary>Answers all that wait: there is a newer call.</summary>
    internal void AnswerAll()
    {
        foreach ((_, Signal answer) in _waiting)
        {
            answer.Raise();
        }
    }

    /// <summary>Nothing more comes.</summary>
    internal void End()
    {
        _ended = true;
        Interlocked.Exchange(ref _write, null)?.Raise();
        AnswerAll();
    }
}
