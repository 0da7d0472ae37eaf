namespace Cano;

/// <summary>
/// The list of all batches: what recovery reads (and, where the catalog keeps finished ones, what lists and dashboards query). A batch is entered before its first
/// state is written and updated after its last; each update is guarded by its version, so that a stale owner can't overwrite a newer entry.
/// </summary>
public interface IBatchCatalog
{
    /// <summary>Enters a batch or updates its entry, unless an entry of the same or a higher version is there.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Completes when the entry is durable, or is known to be outdated.</returns>
    Task PutAsync(BatchEntry entry, CancellationToken cancellationToken = default);

    /// <summary>The batches that are not finished.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Their entries, in no particular order.</returns>
    Task<IReadOnlyList<BatchEntry>> GetUnfinishedAsync(CancellationToken cancellationToken = default);

    /// <summary>Takes away the entry of a batch that never came to be (its start was broken off), if it still has this version.</summary>
    /// <param name="entry">The entry as it was read.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Completes when it is gone.</returns>
    Task RemoveAsync(BatchEntry entry, CancellationToken cancellationToken = default);
}
