namespace Cano;

/// <summary>
/// Where idle workers wait. The last to come is the first to be woken, so that those below it stay idle long enough to end.
/// </summary>
internal sealed class WorkerPark
{
    private readonly Lock _gate = new();
    private Place? _last;
    private volatile bool _hasPlaces;

    /// <summary>Whether no worker is parked.</summary>
    internal bool IsEmpty => !_hasPlaces;

    /// <summary>How many workers are parked. Counts them, so it is for tests.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
            {
                int count = 0;
                for (Place? place = _last; place is not null; place = place.Below)
                {
                    count++;
                }

                return count;
            }
        }
    }

    internal void Enter(Place place) => Uninterrupted.Do((Park: this, Place: place), static step => step.Park.Add(step.Place));

    /// <summary>Leaves of its own accord.</summary>
    /// <returns>False: someone was quicker and has woken it, or is about to.</returns>
    internal bool TryLeave(Place place) =>
        Uninterrupted.Do((Park: this, Place: place), static step => step.Park.RemoveIfParked(step.Place));

    /// <summary>Wakes the worker that came last.</summary>
    /// <returns>False: there was none.</returns>
    internal bool WakeLast()
    {
        if (Uninterrupted.Do(this, static park => park.RemoveLast()) is not { } place)
        {
            return false;
        }

        place.Signal();
        return true;
    }

    internal void WakeAll()
    {
        while (WakeLast())
        {
        }
    }

    private bool Add(Place place)
    {
        lock (_gate)
        {
            place.Below = _last;
            if (_last is not null)
            {
                _last.Above = place;
            }

            place.IsParked = true;
            _last = place;
            _hasPlaces = true;
            return true;
        }
    }

    private bool RemoveIfParked(Place place)
    {
        lock (_gate)
        {
            return place.IsParked && Remove(place);
        }
    }

    private Place? RemoveLast()
    {
        lock (_gate)
        {
            Place? last = _last;
            if (last is not null)
            {
                Remove(last);
            }

            return last;
        }
    }

    private bool Remove(Place place)
    {
        if (place.Above is null)
        {
            _last = place.Below;
        }
        else
        {
            place.Above.Below = place.Below;
        }

        if (place.Below is not null)
        {
            place.Below.Above = place.Above;
        }

        place.Above = null;
        place.Below = null;
        place.IsParked = false;
        _hasPlaces = _last is not null;
        return true;
    }

    /// <summary>The place of one worker.</summary>
    internal sealed class Place
    {
        private readonly object _monitor = new();
        private bool _isSignalled;

        internal Place? Above { get; set; }

        internal Place? Below { get; set; }

        internal bool IsParked { get; set; }

        /// <summary>Waits for a signal, and leaves it to be taken.</summary>
        /// <returns>False: the time went by first, or <see cref="Thread.Interrupt"/> cut it short.</returns>
        internal bool Wait(TimeSpan limit)
        {
            try
            {
                lock (_monitor)
                {
                    return _isSignalled || Monitor.Wait(_monitor, limit);
                }
            }
            catch (ThreadInterruptedException)
            {
                // Meant for a node that has ended; the thread has gone on to wait for work.
                return false;
            }
        }

        /// <summary>Takes the signal of a wake-up that is known to have come or to be coming.</summary>
        internal void TakeSignal()
        {
            while (!TryTakeSignal())
            {
                Wait(Timeout.InfiniteTimeSpan);
            }
        }

        internal void Signal() => Uninterrupted.Do(this, static place => place.SetSignal());

        private bool SetSignal()
        {
            lock (_monitor)
            {
                _isSignalled = true;
                Monitor.Pulse(_monitor);
                return true;
            }
        }

        private bool TryTakeSignal() => Uninterrupted.Do(this, static place => place.ResetSignal());

        private bool ResetSignal()
        {
            lock (_monitor)
            {
                bool isSignalled = _isSignalled;
                _isSignalled = false;
                return isSignalled;
            }
        }
    }
}
