using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Cano.Engine.Tests;

/// <summary>A clock that stands still until it is told, and says which timers were set on it: so a test moves it exactly when the code waits.</summary>
internal sealed class WatchedClock : FakeTimeProvider
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly Channel<TimeSpan> _timers = Channel.CreateUnbounded<TimeSpan>();

    internal WatchedClock()
        : base(new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero))
    {
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = base.CreateTimer(callback, state, dueTime, period);
        _timers.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>Waits until a timer is set and says for how long.</summary>
    internal async Task<TimeSpan> NextTimerAsync()
    {
        try
        {
            return await _timers.Reader.ReadAsync().AsTask().WaitAsync(s_patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"No timer was set within {s_patience}.");
        }
    }

    /// <summary>Waits until a timer is set and lets its time go by.</summary>
    internal async Task<TimeSpan> PassNextTimerAsync()
    {
        TimeSpan due = await NextTimerAsync();
        Advance(due);
        return due;
    }
}
