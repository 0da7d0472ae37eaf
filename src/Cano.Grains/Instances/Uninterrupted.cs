namespace Cano;

/// <summary>
/// Steps of the node threads' own bookkeeping that <see cref="Thread.Interrupt"/> must not break off: a node may have interrupted the
/// thread on which a task is queued, and whatever waits for a lock there would throw, with the task lost or the process ended.
/// </summary>
internal static class Uninterrupted
{
    /// <summary>
    /// Does a step, again if it was broken off. An interrupt that came meanwhile is put off: it reaches the caller's own code.
    /// </summary>
    /// <param name="state">What the step is done with.</param>
    /// <param name="step">The step. It must wait for nothing but a lock, before it has changed anything.</param>
    /// <returns>What the step returned.</returns>
    internal static TResult Do<TState, TResult>(TState state, Func<TState, TResult> step)
    {
        bool isPutOff = false;
        while (true)
        {
            try
            {
                TResult result = step(state);
                if (isPutOff)
                {
                    NodeThread.PutOffInterrupt();
                }

                return result;
            }
            catch (ThreadInterruptedException)
            {
                isPutOff = true;
            }
        }
    }
}
