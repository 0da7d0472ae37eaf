namespace Cano.Calls;

/// <summary>A clock on which every wait is over at once, and that remembers for how long was to be waited.</summary>
public sealed class InstantTime : TimeProvider
{
    private readonly List<TimeSpan> _waits = [];

    public IReadOnlyList<TimeSpan> Waits
    {
        get
        {
            lock (_waits)
            {
                return [.. _waits];
            }
        }
    }

    /// <summary>What was waited for has passed.</summary>
    public override long GetTimestamp()
    {
        lock (_waits)
        {
            return base.GetTimestamp() + (long)(_waits.Sum(wait => wait.TotalSeconds) * TimestampFrequency);
        }
    }

    /// <summary>Lets time pass that nobody waits for with a timer.</summary>
    public void Pass(TimeSpan span)
    {
        lock (_waits)
        {
            _waits.Add(span);
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (_waits)
        {
            _waits.Add(dueTime);
        }

        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
