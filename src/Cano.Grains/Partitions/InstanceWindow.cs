namespace Cano;

/// <summary>
/// Which instances of a partition run, have ended, or are next, and since when they run. Pure. Instances start in the order submitted, at
/// most <see cref="Size"/> at once; those that no silo can run are set aside and hold nobody up.
/// </summary>
internal sealed class InstanceWindow
{
    private readonly Phase[] _phases;
    private readonly long[] _startedAt;
    private int _next;
    private int _ended;

    /// <summary>Begins with what is durable.</summary>
    internal InstanceWindow(ResultIndex durable)
    {
        _phases = new Phase[durable.Count];
        _startedAt = new long[durable.Count];
        foreach (int index in durable.Order)
        {
            _phases[index] = Phase.Ended;
        }

        _ended = durable.Order.Count;
        if (durable.Last is { } last)
        {
            for (int place = 0; place < last.Started.Length; place++)
            {
                _startedAt[last.Started[place]] = last.StartedAt[place];
            }
        }
    }

    private enum Phase : byte
    {
        Waiting,
        SetAside,
        Running,
        Ended,
    }

    /// <summary>How many may run at once; 0 before any may.</summary>
    internal int Size { get; set; }

    internal int Running { get; private set; }

    /// <summary>How many wait for a silo that can run them.</summary>
    internal int SetAsideCount { get; private set; }

    /// <summary>How many instances have no outcome, durable or not.</summary>
    internal int Unfinished => _phases.Length - _ended;

    /// <summary>The next instance to start; -1 if none may start now.</summary>
    internal int Next
    {
        get
        {
            if (Running >= Size)
            {
                return -1;
            }

            SkipTaken();
            return _next < _phases.Length ? _next : -1;
        }
    }

    /// <summary>True once no instance is left to start, now or later.</summary>
    internal bool IsAllTaken
    {
        get
        {
            SkipTaken();
            return _next == _phases.Length && SetAsideCount == 0;
        }
    }

    /// <summary>An instance begins, or is asked again by a new activation: then the time of its first start is kept.</summary>
    internal void Start(int index, DateTimeOffset at)
    {
        _phases[index] = Phase.Running;
        Running++;
        if (_startedAt[index] == 0)
        {
            _startedAt[index] = at.UtcTicks;
        }
    }

    /// <summary>An instance has an outcome.</summary>
    internal void End(int index)
    {
        Leave(index, Phase.Ended);
        _ended++;
    }

    /// <summary>An instance waits for a silo that can run it, whether it had been started or not.</summary>
    internal void SetAside(int index)
    {
        Leave(index, Phase.SetAside);
        SetAsideCount++;
    }

    /// <summary>Silos have come: what was set aside is looked at again.</summary>
    internal void Reconsider()
    {
        if (SetAsideCount == 0)
        {
            return;
        }

        for (int index = 0; index < _phases.Length; index++)
        {
            if (_phases[index] is Phase.SetAside)
            {
                _phases[index] = Phase.Waiting;
                _next = Math.Min(_next, index);
            }
        }

        SetAsideCount = 0;
    }

    /// <summary>Nothing runs any more as far as this activation is concerned, and nothing starts.</summary>
    internal void Close()
    {
        Size = 0;
        Running = 0;
    }

    /// <summary>Since when an instance runs; null if it does not.</summary>
    internal DateTimeOffset? RunningSince(int index) => _phases[index] is Phase.Running ? new(_startedAt[index], TimeSpan.Zero) : null;

    /// <summary>Whether an instance runs that began after that time.</summary>
    internal bool HasStartedSince(DateTimeOffset time)
    {
        for (int index = 0; Running > 0 && index < _phases.Length; index++)
        {
            if (_phases[index] is Phase.Running && _startedAt[index] > time.UtcTicks)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// The instances that were ever started, by this activation or as its predecessors have written, have no result and began by a time.
    /// </summary>
    internal IEnumerable<(int Index, long At)> StartedBy(long ticks, ResultIndex durable)
    {
        for (int index = 0; index < _startedAt.Length; index++)
        {
            if (_startedAt[index] > 0 && _startedAt[index] <= ticks && !durable.HasResult(index))
            {
                yield return (index, _startedAt[index]);
            }
        }
    }

    private void SkipTaken()
    {
        while (_next < _phases.Length && _phases[_next] is not Phase.Waiting)
        {
            _next++;
        }
    }

    private void Leave(int index, Phase to)
    {
        if (_phases[index] is Phase.Running && Running > 0)
        {
            Running--;
        }

        _phases[index] = to;
    }
}
