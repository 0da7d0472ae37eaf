namespace Cano;

/// <summary>
/// The list of all batches: what recovery reads (and, where the catalog keeps finished ones, what retention reads, and lists and dashboards
/// query). A batch is entered before its first row is written and updated after its last.
/// </summary>
/// <remarks>
/// One entry for each id and digest (<see cref="BatchEntry.Digest"/>), because starts of one id with different contents have different rows
/// until one of them has become the batch. Two entries with the same <see cref="BatchStatus.CreatedAt"/> are of the same start: then the
/// higher <see cref="BatchEntry.Version"/> stays, so that a stale owner can't overwrite a newer entry; with equal versions a catalog may
/// take the later entry of the same owner, whose counts are newer. An entry of another start of the same content is replaced, whichever is
/// older: what that one has left, this one has too.
/// </remarks>
public interface IBatchCatalog
{
    /// <summary>Enters a batch or updates its entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Completes when the entry is durable, or is known to be outdated.</returns>
    Task PutAsync(BatchEntry entry, CancellationToken cancellationToken = default);

    /// <summary>The batches that somebody has to drive (<see cref="BatchEntry.IsUnfinished"/>).</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Their entries, in no particular order.</returns>
    Task<IReadOnlyList<BatchEntry>> GetUnfinishedAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// As <see cref="GetUnfinishedAsync(CancellationToken)"/>, for recovery, which asks often: without those that somebody is known to
    /// drive.
    /// </summary>
    /// <param name="exceptOwners">The owners (<see cref="BatchEntry.Owner"/>) that look after their batches themselves.</param>
    /// <param name="isDriven">Says of a batch's id whether it is driven here; may be called on any thread.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Entries, in no particular order; their workflows, labels and counts may be missing.</returns>
    Task<IReadOnlyList<BatchEntry>> GetUnfinishedAsync(IReadOnlyCollection<string> exceptOwners, Predicate<string> isDriven, CancellationToken cancellationToken = default);

    /// <summary>Batches that were finished, and tombstones of batches that were purged, before a moment: the first of them.</summary>
    /// <param name="before">The moment.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Entries, the oldest first; their workflows, labels and counts may be missing. None where the catalog does not keep finished
    /// batches.</returns>
    Task<IReadOnlyList<BatchEntry>> GetExpiredAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken = default) =>
        GetExpiredAsync(before, after: null, limit, cancellationToken);

    /// <summary>The same, page by page, so that entries which can't go yet do not stand in the way of those behind them.</summary>
    /// <param name="before">The moment.</param>
    /// <param name="after">The last entry of the page before; null: the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Entries, the oldest first; none: there was no page left.</returns>
    Task<IReadOnlyList<BatchEntry>> GetExpiredAsync(
        DateTimeOffset before, BatchEntry? after, int limit, CancellationToken cancellationToken = default) =>
        Task.FromResult<IReadOnlyList<BatchEntry>>([]);

    /// <summary>
    /// Takes away the entry of a batch that does not exist (its start was broken off, or it is forgotten), if it still is of that start and
    /// version.
    /// </summary>
    /// <param name="entry">The entry as it was read.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Completes when it is gone, durably, or is another.</returns>
    Task RemoveAsync(BatchEntry entry, CancellationToken cancellationToken = default);
}
