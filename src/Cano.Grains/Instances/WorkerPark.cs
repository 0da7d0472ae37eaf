namespace Cano;

/// <summary>Where idle workers wait. The last to come is the first to be woken, so that those below it stay idle long enough to end.</summary>
internal sealed class WorkerPark
{
    private readonly Lock _gate = new();
    private Place? _last;
    private volatile bool _hasPlaces;

    /// <summary>Whether no worker is parked.</summary>
    internal bool IsEmpty => !_hasPlaces;

    internal void Enter(Place place)
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
        }
    }

    /// <summary>Leaves of its own accord.</summary>
    /// <returns>False: someone was quicker and has woken it, or is about to.</returns>
    internal bool TryLeave(Place place)
    {
        lock (_gate)
        {
            return place.IsParked && Remove(place);
        }
    }

    /// <summary>Wakes the worker that came last.</summary>
    /// <returns>False: there was none.</returns>
    internal bool WakeLast()
    {
        Place place;
        lock (_gate)
        {
            if (_last is null)
            {
                return false;
            }

            place = _last;
            Remove(place);
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
        /// <returns>False: the time went by first.</returns>
        internal bool Wait(TimeSpan limit)
        {
            lock (_monitor)
            {
                return _isSignalled || Monitor.Wait(_monitor, limit);
            }
        }

        /// <summary>Takes the signal of a wake-up that is known to have come or to be coming.</summary>
        internal void TakeSignal()
        {
            lock (_monitor)
            {
                while (!_isSignalled)
                {
                    Monitor.Wait(_monitor);
                }

                _isSignalled = false;
            }
        }

        internal void Signal()
        {
            lock (_monitor)
            {
                _isSignalled = true;
                Monitor.Pulse(_monitor);
            }
        }
    }
}
