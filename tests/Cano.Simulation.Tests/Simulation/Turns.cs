namespace Cano;

/// <summary>The turns of one activation (or client): what it awaited goes on here, one at a time, in order, when the scheduler picks it. Once dead, nothing goes on.</summary>
internal sealed class Turns(SimulationScheduler scheduler, string name) : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _queue = new();

    internal string Name => name;

    internal bool IsDead { get; private set; }

    public override void Post(SendOrPostCallback d, object? state)
    {
        scheduler.RequireOwnThread();
        if (IsDead)
        {
            return;
        }

        _queue.Enqueue((d, state));
        if (_queue.Count == 1)
        {
            scheduler.Ready(this);
        }
    }

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nothing here blocks.");

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs one turn from outside: a message that arrives.</summary>
    internal void Run(Action turn)
    {
        if (!IsDead)
        {
            Run(static action => ((Action)action!)(), turn);
        }
    }

    internal void RunNext()
    {
        (SendOrPostCallback callback, object? state) = _queue.Dequeue();
        if (_queue.Count > 0)
        {
            scheduler.Ready(this);
        }

        Run(callback, state);
    }

    internal void Kill()
    {
        IsDead = true;
        _queue.Clear();
        scheduler.Forget(this);
    }

    private void Run(SendOrPostCallback callback, object? state)
    {
        SynchronizationContext? before = Current;
        SetSynchronizationContext(this);
        try
        {
            callback(state);
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }
}
