using Orleans.Concurrency;

namespace Cano;

/// <summary>One for each batch; its key is the batch's id. The only one who decides that the strategy is met.</summary>
/// <remarks>
/// A start is: <see cref="PrepareAsync"/>, then every partition's <see cref="IPartitionGrain.PrepareAsync"/>, then <see cref="StartAsync"/>, which is what makes the
/// batch exist. A start that is broken off before that leaves rows that nobody runs. A small batch needs the last call only: its instances are part of it, and its grain
/// has the results (<see cref="BatchView.Hosted"/>); asked for results, the grain of any other batch throws <see cref="CanoConfigurationException"/>.
/// What waits for news does so for 10 seconds at most; a reply that takes much longer was lost with its silo, and a client outside the cluster is not told of such a loss.
/// </remarks>
[Alias("Cano.IBatchGrain")]
public interface IBatchGrain : IResultsGrain
{
    /// <summary>Asks whether a batch may be started; stores nothing.</summary>
    /// <param name="header">The batch without its instances.</param>
    /// <returns>Null: go on. A status: this batch exists already, with the same content.</returns>
    /// <exception cref="BatchConflictException">The id is taken by a batch with other content.</exception>
    /// <exception cref="BatchPurgedException">A batch of this id was purged.</exception>
    /// <exception cref="WorkflowNotRegisteredException">A workflow is unknown.</exception>
    /// <exception cref="CanoConfigurationException">The header is not valid, or params or store are too large.</exception>
    [Alias("Prepare")]
    Task<BatchStatus?> PrepareAsync(BatchHeader header);

    /// <summary>Starts the batch, once its partitions are prepared. When this returns, it survives the loss of every silo.</summary>
    /// <param name="header">The batch without its instances.</param>
    /// <param name="only">The instances of a batch that has a single partition: the grain hosts it, if it is small, or prepares it. Null otherwise.</param>
    /// <returns>The status.</returns>
    /// <exception cref="BatchConflictException">The id is taken by a batch with other content.</exception>
    /// <exception cref="BatchPurgedException">A batch of this id was purged.</exception>
    /// <exception cref="WorkflowNotRegisteredException">A workflow is unknown.</exception>
    /// <exception cref="CanoConfigurationException">The header is not valid, or params or store are too large.</exception>
    [Alias("Start")]
    Task<BatchStatus> StartAsync(BatchHeader header, PartitionSpec? only);

    /// <summary>Reads the status. Never waits behind the work.</summary>
    /// <returns>The status.</returns>
    /// <exception cref="BatchNotFoundException">There is no such batch.</exception>
    [AlwaysInterleave]
    [ResponseTimeout("00:00:15")]
    [Alias("GetStatus")]
    Task<BatchStatus> GetStatusAsync();

    /// <summary>Waits until the view changes, at most some 10 seconds, and reads it.</summary>
    /// <param name="after">The <see cref="BatchView.Version"/> last seen; -1 to read at once. A version of an earlier activation is answered at once.</param>
    /// <returns>The view; its version may be the one given, when nothing changed within the time.</returns>
    /// <exception cref="BatchNotFoundException">There is no such batch.</exception>
    [AlwaysInterleave]
    [ResponseTimeout("00:00:15")]
    [Alias("Watch")]
    Task<BatchView> WatchAsync(long after);

    /// <summary>Asks the batch to stop: what is not final is Cancelled. Changes nothing once it has stopped.</summary>
    /// <returns>The status once the stop is durable.</returns>
    /// <exception cref="BatchNotFoundException">There is no such batch.</exception>
    [AlwaysInterleave]
    [ResponseTimeout("00:00:15")]
    [Alias("Cancel")]
    Task<BatchStatus> CancelAsync();

    /// <summary>Makes sure that the batch is being driven: called by recovery.</summary>
    /// <returns>True while the batch needs driving; false when it is finished or does not exist.</returns>
    [AlwaysInterleave]
    [Alias("Resume")]
    Task<bool> ResumeAsync();
}
