namespace Cano;

/// <summary>
/// A thread of a <see cref="NodeScheduler"/>: takes away what a task leaves on it, so that the next task, of another instance, finds the
/// thread as new. That is an interrupt that has not been delivered, name, priority, being a background thread, and what flows with the
/// execution context (culture, <c>AsyncLocal</c>).
/// </summary>
/// <remarks>
/// What cannot be known stays, as it does on the thread pool: values in thread statics, and locks that a node has not left. An interrupt
/// that another thread sends after the node has ended reaches the node that runs there by then.
/// </remarks>
internal sealed class NodeThread : IDisposable
{
    [ThreadStatic]
    private static NodeThread? s_current;

    /// <summary>
    /// A wait for it never blocks, and throws when an interrupt is pending. It costs 0.15 microseconds; each thread has its own, so that
    /// they don't contend for it.
    /// </summary>
    private readonly ManualResetEvent _alwaysSet = new(initialState: true);
    private readonly Thread _thread = Thread.CurrentThread;
    private readonly string _name;
    private readonly ExecutionContext _context;
    private bool _mayBeInterrupted;

    private NodeThread(NodeScheduler scheduler, string name)
    {
        Scheduler = scheduler;
        _name = name;

        // Not null: the thread is new and was started without the context of whoever started it.
        _context = ExecutionContext.Capture()!;
    }

    /// <summary>The scheduler whose worker the present thread is; null: it is no worker.</summary>
    internal static NodeScheduler? CurrentScheduler => s_current?.Scheduler;

    private NodeScheduler Scheduler { get; }

    /// <summary>Makes the present, new thread a worker.</summary>
    internal static NodeThread Enter(NodeScheduler scheduler, string name) => s_current = new(scheduler, name);

    /// <summary>The thread ends.</summary>
    public void Dispose()
    {
        s_current = null;
        _alwaysSet.Dispose();
    }

    /// <summary>
    /// Drops an interrupt that a node has left, before it breaks off what the engine does next. Does nothing on threads that are no
    /// workers.
    /// </summary>
    internal static void DropInterrupt() => s_current?.TakeInterrupt();

    /// <summary>The same, where the task has no more code of a node to run: the next task need not look again.</summary>
    internal static void DropLastInterrupt()
    {
        if (s_current is { } current)
        {
            current.TakeInterrupt();
            current._mayBeInterrupted = false;
        }
    }

    /// <summary>
    /// Does all that is done between two tasks, within a task that runs code of several instances. Does nothing on threads that are no
    /// workers.
    /// </summary>
    internal static void CleanUp()
    {
        if (s_current is { } current)
        {
            current.EndTask();
            current.TakeInterrupt();
        }
    }

    /// <summary>Interrupts the present thread again, for what it is about to do.</summary>
    internal static void PutOffInterrupt()
    {
        NoteUserCode();
        Thread.CurrentThread.Interrupt();
    }

    /// <summary>Code of another task has run within the present one.</summary>
    internal static void NoteUserCode()
    {
        if (s_current is { } current)
        {
            current._mayBeInterrupted = true;
        }
    }

    /// <summary>To be called before each task.</summary>
    internal void BeginTask()
    {
        if (_mayBeInterrupted)
        {
            TakeInterrupt();
        }

        _mayBeInterrupted = true;
    }

    /// <summary>To be called after each task.</summary>
    internal void EndTask()
    {
        if (!ReferenceEquals(_thread.Name, _name))
        {
            _thread.Name = _name;
        }

        if (_thread.Priority != ThreadPriority.Normal)
        {
            _thread.Priority = ThreadPriority.Normal;
        }

        if (!_thread.IsBackground)
        {
            _thread.IsBackground = true;
        }

        if (SynchronizationContext.Current is not null)
        {
            SynchronizationContext.SetSynchronizationContext(null);
        }

        ExecutionContext.Restore(_context);
    }

    private void TakeInterrupt()
    {
        try
        {
            _alwaysSet.WaitOne(0);
        }
        catch (ThreadInterruptedException)
        {
            // This is how a pending interrupt is taken off a thread. It was meant for the code that ran here before.
        }
    }
}
