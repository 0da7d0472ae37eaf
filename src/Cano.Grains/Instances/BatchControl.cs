namespace Cano;

/// <summary>
/// The runs of one batch on this silo, and whether it has stopped. It exists while there are runs, or while the stop is remembered. Safe
/// for concurrent use.
/// </summary>
internal sealed class BatchControl(BatchKey key)
{
    private readonly Lock _gate = new();
    private RunControl? _first;
    private Dictionary<string, InstancePath>? _paths;
    private int _count;
    private bool _isRemembered;
    private bool _isRetired;
    private volatile bool _isStopped;

    internal BatchKey Key => key;

    /// <summary>True: no attempt of this batch begins any more.</summary>
    internal bool IsStopped => _isStopped;

    internal int RunCount => Volatile.Read(ref _count);

    /// <summary>Adds a run.</summary>
    /// <returns>False: it was retired in the meantime. A new one has to be made.</returns>
    internal bool TryAdd(RunControl run)
    {
        lock (_gate)
        {
            if (_isRetired)
            {
                return false;
            }

            run.Batch = this;
            run.Next = _first;
            if (_first is not null)
            {
                _first.Previous = run;
            }

            _first = run;
            _count++;
            return true;
        }
    }

    /// <summary>Takes a run off, once it has ended.</summary>
    /// <returns>True: it is retired, since there is nothing left to control.</returns>
    internal bool Remove(RunControl run)
    {
        lock (_gate)
        {
            if (run.Previous is null)
            {
                _first = run.Next;
            }
            else
            {
                run.Previous.Next = run.Next;
            }

            if (run.Next is not null)
            {
                run.Next.Previous = run.Previous;
            }

            run.Next = null;
            run.Previous = null;
            _count--;
            return Retire();
        }
    }

    /// <summary>Stops the batch, and has that remembered until <see cref="Forget"/>.</summary>
    /// <param name="keepsPaths">Whether <see cref="TakePath"/> is going to be asked.</param>
    /// <param name="isFirst">True: it was not stopped before.</param>
    /// <returns>False: it was retired in the meantime. A new one has to be made.</returns>
    internal bool TryStop(bool keepsPaths, out bool isFirst)
    {
        isFirst = false;
        lock (_gate)
        {
            if (_isRetired)
            {
                return false;
            }

            if (keepsPaths)
            {
                // Now, all of them: once it is stopped, the runs end and are taken off, and each partition asks in its turn.
                _paths ??= PathsSoFar();
            }

            isFirst = !_isStopped;
            _isRemembered |= isFirst;
            _isStopped = true;
            return true;
        }
    }

    /// <summary>The stop need not be remembered any longer than the runs that there are.</summary>
    /// <returns>True: it is retired, since there is nothing left to control.</returns>
    internal bool Forget()
    {
        lock (_gate)
        {
            _isRemembered = false;
            return Retire();
        }
    }

    /// <summary>The runs that there are now.</summary>
    internal RunControl[] Runs()
    {
        lock (_gate)
        {
            RunControl[] runs = new RunControl[_count];
            int place = 0;
            for (RunControl? run = _first; run is not null; run = run.Next)
            {
                runs[place++] = run;
            }

            return runs;
        }
    }

    /// <summary>How far a run had come at the stop, told once; null: it had not begun, or its path is not kept.</summary>
    internal InstancePath? TakePath(string instanceId)
    {
        lock (_gate)
        {
            return _paths is not null && _paths.Remove(instanceId, out InstancePath? path) ? path : null;
        }
    }

    private Dictionary<string, InstancePath> PathsSoFar()
    {
        Dictionary<string, InstancePath> paths = new(StringComparer.Ordinal);
        for (RunControl? run = _first; run is not null; run = run.Next)
        {
            if (run.Path?.SoFar() is { } path)
            {
                paths[run.InstanceId] = path;
            }
        }

        return paths;
    }

    private bool Retire()
    {
        bool retires = _count == 0 && !_isRemembered && !_isRetired;
        _isRetired |= retires;
        return retires;
    }
}
