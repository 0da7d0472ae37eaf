using Cano;

namespace TextStatistics;

/// <summary>Shows on standard error how far a batch is: one line that is written over on a terminal, lines a second apart in a file.</summary>
internal static class ProgressLine
{
    private static readonly TimeSpan s_betweenLines = TimeSpan.FromSeconds(1);

    /// <summary>Follows a batch to its end.</summary>
    /// <returns>Its last status.</returns>
    internal static async Task<BatchStatus> FollowAsync(ConcurrentWorkflowRun<TextState> run)
    {
        BatchStatus? last = null;
        long writtenAt = 0;
        await foreach (BatchStatus status in run.WatchAsync())
        {
            bool isDue = last is null || status.Phase is BatchPhase.Finished || !Console.IsErrorRedirected || TimeProvider.System.GetElapsedTime(writtenAt) >= s_betweenLines;
            if (isDue)
            {
                writtenAt = TimeProvider.System.GetTimestamp();
                string line = $"{status.Completed + status.Failed + status.Cancelled} of {status.Total} files, {status.Running} running, {status.Failed} failed";
                await Console.Error.WriteAsync(Console.IsErrorRedirected ? line + Environment.NewLine : $"\r{line}   ");
            }

            last = status;
        }

        if (!Console.IsErrorRedirected)
        {
            await Console.Error.WriteLineAsync();
        }

        return last!;
    }
}
