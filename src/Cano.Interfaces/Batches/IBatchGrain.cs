using System.ComponentModel;
using Orleans.Concurrency;

namespace Cano.Protocol;

/// <summary>One for each batch; its key is the batch's id. The only one who decides that the strategy is met.</summary>
/// <remarks>
/// A start is: <see cref="PrepareAsync"/>, then every partition's <see cref="IPartitionGrain.PrepareAsync"/>, then
/// <see cref="StartAsync"/>, which is what makes the batch exist. A start that is broken off before that leaves rows that nobody runs; they
/// are cleaned up an hour later, and a start that comes after that is refused. A small batch needs the last call only: its instances are
/// part of it, and its grain has the results (<see cref="BatchView.Hosted"/>); asked for results, the grain of any other batch throws
/// <see cref="CanoConfigurationException"/>. What waits for news does so for 10 seconds at most; a reply that takes much longer was lost
/// with its silo, and a client outside the cluster is not told of such a loss.
/// </remarks>
[Alias("Cano.IBatchGrain")]
[EditorBrowsable(EditorBrowsableState.Never)]
[GrainInterfaceType("Cano.IBatchGrain")]
public interface IBatchGrain : IResultsGrain
{
    /// <summary>
    /// Asks whether a batch may be started. One of several partitions is entered in the catalog, so that what is prepared from here on is
    /// found should the start be broken off.
    /// </summary>
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
    /// <param name="only">The instances of a batch that has a single partition: the grain hosts it, if it is small, or prepares it. Null
    /// otherwise.</param>
    /// <returns>The status.</returns>
    /// <exception cref="BatchConflictException">The id is taken by a batch with other content.</exception>
    /// <exception cref="BatchPurgedException">A batch of this id was purged.</exception>
    /// <exception cref="WorkflowNotRegisteredException">A workflow is unknown.</exception>
    /// <exception cref="CanoConfigurationException">
    /// The header is not valid, params or store are too large, params do not fit their workflow (code <c>invalid-params</c>), or a
    /// partition is not prepared (code
    /// <c>not-prepared</c>).
    /// </exception>
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
    /// <param name="after">The <see cref="BatchView.Version"/> last seen; -1 to read at once. A version of an earlier activation is
    /// answered at once.</param>
    /// <returns>The view; its version may be the one given, when nothing changed within the time.</returns>
    /// <exception cref="BatchNotFoundException">There is no such batch.</exception>
    [AlwaysInterleave]
    [ResponseTimeout("00:00:15")]
    [Alias("Watch")]
    Task<BatchView> WatchAsync(long after);

    /// <summary>Says which partitions may have an instance, so that a look-up need not ask all of them.</summary>
    /// <param name="instanceId">The instance's id.</param>
    /// <returns>Their indexes, mostly one; none: the batch has no such instance. Null: it is not known, ask all of them.</returns>
    /// <exception cref="BatchNotFoundException">There is no such batch.</exception>
    [AlwaysInterleave]
    [ResponseTimeout("00:00:15")]
    [Alias("Locate")]
    Task<int[]?> LocateAsync(string instanceId);

    /// <summary>Asks the batch to stop: what is not final is Cancelled. Changes nothing once it has stopped.</summary>
    /// <returns>The status once the stop is durable.</returns>
    /// <exception cref="BatchNotFoundException">There is no such batch.</exception>
    [AlwaysInterleave]
    [ResponseTimeout("00:00:15")]
    [Alias("Cancel")]
    Task<BatchStatus> CancelAsync();

    /// <summary>Makes sure that the batch, or its purge, is being driven: called by recovery.</summary>
    /// <returns>True while it needs driving; false when there is nothing left to do, or no such batch.</returns>
    [AlwaysInterleave]
    [Alias("Resume")]
    Task<bool> ResumeAsync();

    /// <summary>
    /// Removes a finished batch: its instances, results, checkpoints and shared store. What is left is a tombstone, by which the id stays
    /// refused for as long as finished batches are kept. Decided durably before anything is removed, and from then on driven to its end,
    /// whoever asks. Purging again changes nothing.
    /// </summary>
    /// <returns>True: all is gone. False: it is being removed; ask again.</returns>
    /// <exception cref="BatchNotFinishedException">Outcomes of it are still to come; cancel it first.</exception>
    /// <exception cref="BatchNotFoundException">There is no such batch.</exception>
    [Alias("Purge")]
    Task<bool> PurgeAsync();

    /// <summary>
    /// Purges the batch if it has been finished, or forgets its tombstone if it has been purged, for as long as the silo keeps them. Called
    /// by retention.
    /// </summary>
    /// <returns>True: nothing of that is left to do. False: it is too early, or still being removed.</returns>
    [Alias("Expire")]
    Task<bool> ExpireAsync();

    /// <summary>Removes what a start that was broken off has prepared; never harms a batch that exists. Called by recovery.</summary>
    /// <param name="digest">The <see cref="BatchHeader.Digest"/> of that start.</param>
    /// <param name="partitions">How many partitions it was to have.</param>
    /// <returns>True: nothing of it is left. False: it is being removed, or it is the batch that exists.</returns>
    [Alias("CleanUp")]
    Task<bool> CleanUpAsync(string digest, int partitions);

    /// <summary>
    /// Takes a start back whose partitions were refused: removes what it has prepared, as <see cref="CleanUpAsync"/> does, and its entry in
    /// the catalog.
    /// </summary>
    /// <param name="digest">The <see cref="BatchHeader.Digest"/> of that start.</param>
    /// <param name="partitions">How many partitions it was to have.</param>
    /// <returns>True: nothing of it is left. False: it is being removed, or it is the batch that exists.</returns>
    [Alias("Withdraw")]
    Task<bool> WithdrawAsync(string digest, int partitions);
}
