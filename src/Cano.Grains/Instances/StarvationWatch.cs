using System.Diagnostics;

namespace Cano;

/// <summary>
/// Adds workers when tasks wait and nobody takes any, which means that the nodes block their threads: one at first, twice as many each time
/// while it goes on. It sleeps while there is a worker for all work.
/// </summary>
/// <remarks>
/// When the process already uses nearly all of its processors, nodes compute rather than block; more threads would only take time from
/// Orleans, so then one is added in a while, for the case that a few nodes compute for ever.
/// </remarks>
internal sealed class StarvationWatch : IDisposable
{
    private const int MaxGrowth = 512;

    /// <summary>Making a thread takes some 100 microseconds of a processor: these take a fifth of one at most.</summary>
    private const int MaxGrowthWhileBusy = 8;

    private const int CalmTicks = 4;
    private const int TicksBeforeGrowthOfBusyProcess = 20;
    private const double BusyShare = 0.9;

    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(5);

    private readonly NodeScheduler _scheduler;
    private readonly bool _growsWhileBusy;
    private readonly SemaphoreSlim _signal = new(0);
    private int _armed;
    private volatile bool _disposed;

    private long _added;
    private long _movedTo;
    private int _growth;
    private int _calm;
    private int _starved;
    private long _measuredAt;
    private TimeSpan _processorTime;

    /// <summary>Makes the watch and starts its thread.</summary>
    /// <param name="scheduler">What it watches.</param>
    /// <param name="growsWhileBusy">True: its tasks are short and urgent, so workers are added at each tick while the process uses its
    /// processors, too.</param>
    internal StarvationWatch(NodeScheduler scheduler, bool growsWhileBusy)
    {
        _scheduler = scheduler;
        _growsWhileBusy = growsWhileBusy;
        new Thread(Watch) { IsBackground = true, Name = "Cano node watch" }.UnsafeStart();
    }

    /// <summary>Says that there is work and no idle worker. Costs next to nothing when that has been said before.</summary>
    internal void Arm()
    {
        if (Volatile.Read(ref _armed) == 0 && Interlocked.Exchange(ref _armed, 1) == 0)
        {
            Uninterrupted.Do(_signal, static signal => signal.Release());
        }
    }

    public void Dispose()
    {
        _disposed = true;
        _signal.Release();
    }

    private void Watch()
    {
        while (true)
        {
            _signal.Wait();
            if (_disposed)
            {
                return;
            }

            Begin();
            do
            {
                // Signalled while armed only to end.
                if (_signal.Wait(s_tick))
                {
                    return;
                }

                Tick();
            }
            while (_scheduler.HasWork);

            Interlocked.Exchange(ref _armed, 0);
            if (_scheduler.HasWork)
            {
                // It came after the last look and found the watch armed.
                Arm();
            }
        }
    }

    private void Begin()
    {
        _added = 0;
        _movedTo = _scheduler.Taken;
        _growth = 1;
        _calm = 0;
        _starved = 0;
        IsProcessBusy();
    }

    private void Tick()
    {
        // Each worker that was added takes a task, sooner or later, which is no sign that the others are not blocked.
        long moved = _scheduler.Taken - _added;
        bool busy = IsProcessBusy();
        if (moved > _movedTo || !_scheduler.HasWork)
        {
            _movedTo = moved;
            _starved = 0;
            _growth = ++_calm >= CalmTicks ? 1 : _growth;
            return;
        }

        _calm = 0;
        _starved++;
        if (!busy || _growsWhileBusy)
        {
            _growth = Math.Min(_growth, busy ? MaxGrowthWhileBusy : MaxGrowth);
            _added += _scheduler.AddWorkers(_growth);
            _growth *= 2;
        }
        else if (_starved % TicksBeforeGrowthOfBusyProcess == 0)
        {
            _added += _scheduler.AddWorkers(1);
        }
    }

    /// <summary>Whether the process used nearly all processors since the last call.</summary>
    private bool IsProcessBusy()
    {
        long now = Stopwatch.GetTimestamp();
        TimeSpan used = Environment.CpuUsage.TotalTime;
        TimeSpan available = Stopwatch.GetElapsedTime(_measuredAt, now) * Environment.ProcessorCount;
        bool busy = used - _processorTime >= available * BusyShare;
        _measuredAt = now;
        _processorTime = used;
        return busy;
    }
}
