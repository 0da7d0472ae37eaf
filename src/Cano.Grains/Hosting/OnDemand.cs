namespace Cano;

/// <summary>
/// Work that is done in the first call that needs it, once, however many ask. A passing fault is tried again with growing pauses; what
/// lasts goes to those who wait, and the next
/// call tries anew. Not safe for concurrent use: it belongs to one activation.
/// </summary>
internal sealed class OnDemand(Func<Task> work, Func<int, TimeSpan> pauseBefore, TimeProvider pacing)
{
    /// <summary>Attempts before those who wait are told: some two seconds.</summary>
    private const int Attempts = 7;

    private Task? _done;

    /// <summary>Sees to it that the work is done.</summary>
    internal Task RunAsync()
    {
        if (_done is null or { IsFaulted: true } or { IsCanceled: true })
        {
            _done = TryAsync();
        }

        return _done;
    }

    private async Task TryAsync()
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                await work();
                return;
            }
            catch (Exception exception) when (exception is not (OutOfMemoryException or SupersededException) && attempt + 1 < Attempts)
            {
                await Task.Delay(pauseBefore(attempt), pacing);
            }
        }
    }
}
