using System.Collections.Concurrent;

namespace Cano;

/// <summary>
/// Where a silo runs nodes: on threads of its own, so that nodes which block starve neither Orleans nor the thread pool. What a node awaits
/// without <c>ConfigureAwait(false)</c> continues here too. There is a worker for each processor; <see cref="StarvationWatch"/> adds more
/// when all of them are blocked, and those end again when they have been idle for a while.
/// </summary>
/// <remarks>
/// Once it is disposed of, what waits and what still comes runs on the thread pool: a continuation that nobody runs would never end.
/// </remarks>
internal sealed class NodeScheduler : TaskScheduler, IDisposable
{
    /// <summary>One, and another for when a callback blocks the first.</summary>
    private const int SignalWorkers = 2;

    private static readonly TimeSpan s_defaultIdleLimit = TimeSpan.FromSeconds(10);

    private readonly ConcurrentQueue<Task> _queue = new();
    private readonly WorkerPark _park = new();
    private readonly StarvationWatch _watch;
    private readonly TimeSpan _idleLimit;
    private readonly string _threadName;
    private readonly int _coreWorkers;
    private readonly int _maxWorkers;
    private int _workers;
    private long _taken;
    private int _waking;
    private volatile bool _disposed;

    /// <summary>Makes the scheduler and starts its first workers.</summary>
    /// <param name="maxWorkers">How many threads there may be; never fewer than one for each processor.</param>
    /// <param name="idleLimit">After which time without work a worker beyond the first ones ends; 10 seconds if left out.</param>
    internal NodeScheduler(int maxWorkers, TimeSpan? idleLimit = null)
        : this("Cano node", Environment.ProcessorCount, maxWorkers, idleLimit, growsWhileBusy: false)
    {
    }

    private NodeScheduler(string threadName, int coreWorkers, int maxWorkers, TimeSpan? idleLimit, bool growsWhileBusy)
    {
        _threadName = threadName;
        _coreWorkers = coreWorkers;
        _maxWorkers = Math.Max(maxWorkers, _coreWorkers);
        _idleLimit = idleLimit ?? s_defaultIdleLimit;
        _watch = new(this, growsWhileBusy);
        AddWorkers(_coreWorkers);
    }

    /// <summary>
    /// Makes threads that run no nodes, for short tasks which must not wait behind nodes. There are two; more are added within milliseconds
    /// when both block, also while nodes keep all processors busy.
    /// </summary>
    /// <param name="maxWorkers">How many tasks may block at once.</param>
    internal static NodeScheduler ForSignals(int maxWorkers) =>
        new("Cano signal", SignalWorkers, maxWorkers, idleLimit: null, growsWhileBusy: true);

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel => _maxWorkers;

    /// <summary>How many threads there are.</summary>
    internal int WorkerCount => Volatile.Read(ref _workers);

    /// <summary>How many threads run a task, or are about to begin or to end. Counts the others, so it is for tests.</summary>
    internal int BusyWorkerCount => WorkerCount - _park.Count;

    /// <summary>How many tasks wait for a thread.</summary>
    internal int QueueLength => _queue.Count;

    /// <summary>Whether tasks wait for a thread.</summary>
    internal bool HasWork => !_queue.IsEmpty;

    /// <summary>How many tasks were taken from the queue since the start.</summary>
    internal long Taken => Interlocked.Read(ref _taken);

    public void Dispose()
    {
        _disposed = true;
        _watch.Dispose();
        _park.WakeAll();
        HandOver();
    }

    /// <summary>
    /// Runs work here, from its first line on; what it awaits continues here. What flows with the caller (its request context, culture)
    /// does not reach it.
    /// </summary>
    /// <param name="work">The work; its beginning may block.</param>
    /// <returns>What came of it. It completes when the work has; an await of it continues where the caller belongs.</returns>
    internal Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        using (ExecutionContext.SuppressFlow())
        {
            return Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();
        }
    }

    /// <summary>Runs an action here, without what flows with the caller. It must not throw.</summary>
    internal void Post(Action action)
    {
        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this);
        }
    }

    /// <summary>Adds workers, as far as the limit and the operating system allow.</summary>
    /// <returns>How many were added.</returns>
    internal int AddWorkers(int count)
    {
        for (int added = 0; added < count; added++)
        {
            if (Interlocked.Increment(ref _workers) > _maxWorkers || !TryStartWorker())
            {
                Interlocked.Decrement(ref _workers);
                return added;
            }
        }

        return count;
    }

    /// <inheritdoc/>
    protected override void QueueTask(Task task)
    {
        Uninterrupted.Do((_queue, task), static state =>
        {
            state._queue.Enqueue(state.task);
            return true;
        });

        // The task must be in the queue before the flag and the park are read: a worker about to park looks the other way round.
        Interlocked.MemoryBarrier();
        if (_disposed)
        {
            HandOver();
        }
        else
        {
            WakeOne();
        }
    }

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued)
    {
        if (NodeThread.CurrentScheduler != this)
        {
            return false;
        }

        bool isExecuted = TryExecuteTask(task);
        NodeThread.NoteUserCode();
        return isExecuted;
    }

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => [.. _queue];

    /// <summary>
    /// Wakes a parked worker, or sets the watch going when there is none. One wake-up is under way at a time: the woken worker wakes the
    /// next if there is more to do, so that a burst of small tasks does not cost a wake-up each.
    /// </summary>
    private void WakeOne()
    {
        while (!_park.IsEmpty)
        {
            if (Volatile.Read(ref _waking) != 0 || Interlocked.Exchange(ref _waking, 1) != 0 || _park.WakeLast())
            {
                return;
            }

            // The worker seen there left of its own accord; another may have come while our flag kept others from waking it.
            Interlocked.Exchange(ref _waking, 0);
        }

        _watch.Arm();
    }

    private bool TryStartWorker()
    {
        try
        {
            new Thread(Work) { IsBackground = true, Name = _threadName }.UnsafeStart();
            return true;
        }
        catch (OutOfMemoryException)
        {
            // The operating system has no more threads for us: those that there are have to do.
            return false;
        }
    }

    private void Work()
    {
        using NodeThread thread = NodeThread.Enter(this, _threadName);
        WorkerPark.Place place = new();
        do
        {
            while (TryTake(out Task task))
            {
                Interlocked.Increment(ref _taken);
                thread.BeginTask();
                try
                {
                    TryExecuteTask(task);
                }
                catch (ThreadInterruptedException)
                {
                    // What the task's code throws is kept in the task. This was thrown after it, by an interrupt from another thread, and
                    // must not end the process.
                }

                thread.EndTask();
            }
        }
        while (WaitForWork(place));
    }

    private bool TryTake(out Task task)
    {
        (bool isTaken, Task? taken) = Uninterrupted.Do(_queue, static queue => (queue.TryDequeue(out Task? next), next));
        task = taken!;
        return isTaken;
    }

    /// <summary>False: this worker is to end.</summary>
    private bool WaitForWork(WorkerPark.Place place)
    {
        _park.Enter(place);
        if (_disposed || HasWork)
        {
            // Something came in between; whoever brought it may have woken this very worker.
            if (!_park.TryLeave(place))
            {
                Awake(place);
            }

            return !_disposed;
        }

        if (!place.Wait(_idleLimit) && _park.TryLeave(place))
        {
            return !TryEnd();
        }

        // Woken, perhaps at the last moment.
        Awake(place);
        return !_disposed;
    }

    private void Awake(WorkerPark.Place place)
    {
        place.TakeSignal();
        Interlocked.Exchange(ref _waking, 0);
        if (Uninterrupted.Do(_queue, static queue => queue.Count) > 1)
        {
            WakeOne();
        }
    }

    private bool TryEnd()
    {
        int workers = Volatile.Read(ref _workers);
        while (workers > _coreWorkers)
        {
            int seen = Interlocked.CompareExchange(ref _workers, workers - 1, workers);
            if (seen == workers)
            {
                return true;
            }

            workers = seen;
        }

        return false;
    }

    private void HandOver()
    {
        while (TryTake(out Task task))
        {
            ThreadPool.UnsafeQueueUserWorkItem(static work => work.Scheduler.TryExecuteTask(work.Task), (Scheduler: this, Task: task), preferLocal: false);
        }
    }
}
