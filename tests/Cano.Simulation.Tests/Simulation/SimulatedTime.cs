namespace Cano;

/// <summary>A clock that moves only when the scheduler says so, from one timer to the next. Unlike <c>FakeTimeProvider</c> it can be asked whether there is a next.</summary>
internal sealed class SimulatedTime : TimeProvider
{
    internal static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly PriorityQueue<(Timer Timer, int Version), (long Due, long Number)> _timers = new();
    private long _now = TimeSpan.FromHours(1).Ticks;
    private long _number;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    internal long Ticks => _now;

    public override long GetTimestamp() => _now;

    public override DateTimeOffset GetUtcNow() => Start + TimeSpan.FromTicks(_now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Timer timer = new(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves to the next timer and lets it fire.</summary>
    /// <returns>False: there is none.</returns>
    internal bool AdvanceToNext()
    {
        while (_timers.TryDequeue(out (Timer Timer, int Version) next, out (long Due, long Number) at))
        {
            if (next.Timer.IsArmed(next.Version))
            {
                _now = Math.Max(_now, at.Due);
                next.Timer.Fire();
                return true;
            }
        }

        return false;
    }

    /// <summary>The time goes by at once, as for a machine that slept: whatever was due in it fires afterwards.</summary>
    internal void Jump(TimeSpan by) => _now += by.Ticks;

    private sealed class Timer(SimulatedTime time, TimerCallback callback, object? state) : ITimer
    {
        private int _version;
        private bool _armed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (period != Timeout.InfiniteTimeSpan && period != TimeSpan.Zero)
            {
                throw new NotSupportedException("Nothing here ticks by itself.");
            }

            _version++;
            _armed = dueTime != Timeout.InfiniteTimeSpan;
            if (_armed)
            {
                time._timers.Enqueue((this, _version), (time._now + dueTime.Ticks, time._number++));
            }

            return true;
        }

        public void Dispose() => _armed = false;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        internal bool IsArmed(int version) => _armed && version == _version;

        internal void Fire()
        {
            _armed = false;
            callback(state);
        }
    }
}
