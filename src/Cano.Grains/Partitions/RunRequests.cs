using Microsoft.Extensions.Logging;

namespace Cano;

/// <summary>Asks instances to run until they have an outcome, however often a call is lost on the way.</summary>
/// <param name="batchId">Their batch.</param>
/// <param name="services">What all partitions of a silo use.</param>
/// <param name="isOver">Whether no more is asked: the partition has stopped, or its silo stops.</param>
internal sealed class RunRequests(string batchId, PartitionServices services, Func<bool> isOver)
{
    /// <summary>Asks an instance until it has an outcome.</summary>
    /// <returns>Null: no more is asked, or no silo has its workflow any longer.</returns>
    internal async Task<InstanceReply?> RunAsync(InstanceRun run)
    {
        for (int attempt = 0; !isOver();)
        {
            try
            {
                InstanceReply reply = await services.Instances.RunAsync(batchId, run);
                if (reply.Outcome is not null)
                {
                    return reply;
                }

                attempt = 0;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                if (isOver() || !services.Instances.CanRun(run.Instance.Workflow))
                {
                    return null;
                }

                // The answer did not come, whatever the reason: the silo is gone, the call timed out. The instance is asked again; it may
                // have run.
                LogLevel level = PartitionLog.LevelOf(attempt);
                services.Logger.InstanceDidNotAnswer(level, exception, batchId, run.Instance.Id, attempt + 1);
                await Task.Delay(services.PauseBefore(attempt++), services.Pacing);
            }

            run = run with { MayHaveCheckpoint = true };
        }

        return null;
    }
}
