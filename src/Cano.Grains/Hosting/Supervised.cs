namespace Cano;

/// <summary>
/// Work of an activation that no caller awaits. It always has a last handler, so an unexpected exception ends the activation in place of
/// leaving it hanging.
/// </summary>
internal static class Supervised
{
    /// <summary>Runs work to its end.</summary>
    /// <param name="work">The work.</param>
    /// <param name="failed">What is done about an exception that the work did not handle itself.</param>
    /// <returns>A task that completes when the work has ended, and never fails.</returns>
    internal static async Task RunAsync(Func<Task> work, Action<Exception> failed)
    {
        try
        {
            await work();
        }
        catch (Exception exception)
        {
            failed(exception);
        }
    }
}
