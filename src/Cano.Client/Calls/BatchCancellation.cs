namespace Cano;

/// <summary>Cancels the batch of an orchestration whose token was cancelled, wherever the orchestration stands.</summary>
internal sealed class BatchCancellation(BatchStart start, BatchRun run)
{
    /// <summary>
    /// How long the caller waits for the stop to be durable. A cluster that works takes milliseconds; the caller of one that does not is
    /// let go.
    /// </summary>
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long the batch is asked to stop, in the background once the caller was let go: this bridges the loss of a silo.
    /// </summary>
    private static readonly TimeSpan s_longestAsking = TimeSpan.FromSeconds(30);

    /// <summary>Asks the batch to stop.</summary>
    /// <param name="cancelled">The caller's token.</param>
    /// <returns>How the orchestration is to end; its inner exception is null if the stop is durable.</returns>
    internal async Task<OperationCanceledException> CancelAsync(CancellationToken cancelled)
    {
        Task asking = RequestStopAsync();
        asking.Ignore();
        try
        {
            await asking.WaitAsync(s_longestWait, TimeProvider.System, CancellationToken.None).ConfigureAwait(false);
            return new OperationCanceledException($"The batch '{run.Id}' was cancelled.", cancelled);
        }
        catch (TimeoutException exception) when (!asking.IsCompleted)
        {
            return new OperationCanceledException(
                $"The batch '{run.Id}' was asked to stop and has not confirmed it within {s_longestWait.TotalSeconds} s. It is still asked, for {s_longestAsking.TotalSeconds} s in all, while this process runs; its status says whether it has stopped.",
                exception,
                cancelled);
        }
        catch (Exception exception)
        {
            return new OperationCanceledException(
                $"Waiting for the batch '{run.Id}' was cancelled, but the batch could not be told and may still be running.", exception, cancelled);
        }
    }

    /// <summary>
    /// Finishes a start that has no answer yet first: its call may reach the grain after a cancel, which then finds no batch to stop.
    /// </summary>
    private async Task RequestStopAsync()
    {
        using CancellationTokenSource bound = new(s_longestAsking, TimeProvider.System);
        if (!start.IsAnswered)
        {
            await start.RunAsync(bound.Token).ConfigureAwait(false);
        }

        await run.CancelAsync(bound.Token).ConfigureAwait(false);
    }
}
