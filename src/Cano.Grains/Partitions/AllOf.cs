namespace Cano;

/// <summary>Waits for several operations where it was called: <c>Task.WhenAll</c> may go on through the thread pool.</summary>
internal static class AllOf
{
    /// <summary>Waits until all have ended; then the first failure goes through.</summary>
    /// <param name="operations">Each is begun at once.</param>
    internal static async Task RunAsync(IEnumerable<Task> operations)
    {
        Task[] begun = [.. operations];
        foreach (Task one in begun)
        {
            await one.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        foreach (Task one in begun)
        {
            await one;
        }
    }
}
