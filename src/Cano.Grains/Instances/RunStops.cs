using Microsoft.Extensions.Logging;
using Orleans.Runtime.Services;

namespace Cano;

/// <summary>Stops a batch's runs on one silo at the request of another. Every silo has one.</summary>
[Alias("Cano.IRunStops")]
internal interface IRunStops : Orleans.Services.IGrainService
{
    /// <summary>Stops the runs; doing so again changes nothing.</summary>
    /// <param name="batchId">The batch.</param>
    /// <param name="incarnation">Which of the batches that bore the id; null for a batch without one.</param>
    /// <returns>Completes when no attempt begins here any more.</returns>
    [ResponseTimeout("00:00:05")]
    [Alias("Stop")]
    Task StopAsync(string batchId, string? incarnation);
}

/// <summary>Answers for its silo.</summary>
internal sealed class RunStops(GrainId id, Silo silo, ILoggerFactory loggers, RunControls controls) : GrainService(id, silo, loggers), IRunStops
{
    public Task StopAsync(string batchId, string? incarnation)
    {
        controls.Stop(batchId, incarnation);
        return Task.CompletedTask;
    }
}

/// <summary>Asks the silos of the cluster to stop a batch's runs.</summary>
internal sealed class RunStopsClient(IServiceProvider services, IClusterMembershipService membership, ILogger<RunStopsClient> logger)
    : GrainServiceClient<IRunStops>(services)
{
    /// <summary>
    /// For how long a silo is asked that does not answer, or answers with errors, though it is there: one of a build without this service
    /// never answers otherwise.
    /// </summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    /// <summary>Stops the runs on every silo: each is asked again until it has answered or is gone, for a minute at most.</summary>
    internal Task StopEverywhereAsync(string batchId, string? incarnation) => Task.WhenAll(
        membership.CurrentSnapshot.Members.Values
            .Where(member => !IsGone(member.SiloAddress))
            .Select(member => StopOnAsync(member.SiloAddress, batchId, incarnation)));

    private async Task StopOnAsync(SiloAddress silo, string batchId, string? incarnation)
    {
        long begun = TimeProvider.System.GetTimestamp();
        for (int attempt = 0; !IsGone(silo) && TimeProvider.System.GetElapsedTime(begun) < s_patience; attempt++)
        {
            try
            {
                await GetGrainService(silo).StopAsync(batchId, incarnation);
                return;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                LogLevel level = PartitionLog.LevelOf(attempt);
                logger.RunsNotStopped(level, exception, batchId, silo, attempt + 1);
                await Task.Delay(RetryBackoff.Default.PauseBefore(attempt), TimeProvider.System);
            }
        }
    }

    private bool IsGone(SiloAddress silo) =>
        !membership.CurrentSnapshot.Members.TryGetValue(silo, out ClusterMember? member) || member.Status is SiloStatus.Dead or SiloStatus.None;
}
