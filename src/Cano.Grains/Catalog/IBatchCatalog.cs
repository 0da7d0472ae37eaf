namespace Cano;

/// <summary>
/// The list of all batches: what recovery reads (and, where the catalog keeps finished ones, what retention reads, and lists and dashboards query). A batch is entered before
/// its first row is written and updated after its last.
/// </summary>
/// <remarks>
/// One entry for each id. Two entries are of the same start when their <see cref="BatchStatus.CreatedAt"/> are equal; then the higher <see cref="BatchEntry.Version"/> stays,
/// so that a stale owner can't overwrite a newer entry. An entry of another start with the same digest is replaced: that one was broken off, and has left nothing that this one
/// does not have too. An entry with another digest stays, because its partitions are other rows and it alone leads to them.
/// </remarks>
public interface IBatchCatalog
{
    /// <summary>Enters a batch or updates its entry.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Null: the entry is durable, or is outdated. Otherwise nothing was changed, and this is the entry with another digest that is there.</returns>
    Task<BatchEntry?> PutAsync(BatchEntry entry, CancellationToken cancellationToken = default);

    /// <summary>The batches that somebody has to drive (<see cref="BatchEntry.IsUnfinished"/>).</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Their entries, in no particular order.</returns>
    Task<IReadOnlyList<BatchEntry>> GetUnfinishedAsync(CancellationToken cancellationToken = default);

    /// <summary>As <see cref="GetUnfinishedAsync(CancellationToken)"/>, for those who ask often: without the batches of some owners, and of the others only what recovery needs.</summary>
    /// <param name="exceptOwners">The owners (<see cref="BatchEntry.Owner"/>) whose batches are of no interest.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Entries, in no particular order; their workflows, labels and counts may be missing.</returns>
    Task<IReadOnlyList<BatchEntry>> GetUnfinishedAsync(IReadOnlyCollection<string> exceptOwners, CancellationToken cancellationToken = default);

    /// <summary>Batches that were finished, and tombstones of batches that were purged, before a moment.</summary>
    /// <param name="before">The moment.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Entries, the oldest first; their workflows, labels and counts may be missing. None where the catalog does not keep finished batches.</returns>
    Task<IReadOnlyList<BatchEntry>> GetExpiredAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken = default);

    /// <summary>Takes away the entry of a batch that does not exist (its start was broken off, or it is forgotten), if it still is of that start and version.</summary>
    /// <param name="entry">The entry as it was read.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Completes when it is gone, durably, or is another.</returns>
    Task RemoveAsync(BatchEntry entry, CancellationToken cancellationToken = default);
}
