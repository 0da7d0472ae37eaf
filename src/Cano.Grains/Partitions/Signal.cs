namespace Cano;

/// <summary>
/// Wakes one waiter, once. Whoever raises it goes on first, and the waiter goes on where it waited (a grain's scheduler): nothing passes
/// through the thread pool, which a combination of <c>Task.WhenAny</c> and <c>Task.Delay</c> would do, and no timer outlives the wait.
/// </summary>
internal sealed class Signal
{
    private readonly TaskCompletionSource _raised = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal void Raise() => _raised.TrySetResult();

    internal Task WaitAsync() => _raised.Task;

    /// <summary>Waits for the signal, or until <paramref name="longest"/> has passed; it counts as raised then.</summary>
    internal async Task WaitAsync(TimeSpan longest, TimeProvider time)
    {
        using ITimer timer = time.CreateTimer(static signal => ((Signal)signal!).Raise(), this, longest, Timeout.InfiniteTimeSpan);
        await _raised.Task;
    }
}
