using Orleans.Storage;

namespace Cano;

/// <summary>
/// The row of a shared store in grain storage: <c>cano.shared</c>. It is there only while its batch is: a write that makes the row makes
/// sure of that, so that a purge leaves none behind, whatever nodes go on though they were cancelled.
/// </summary>
/// <remarks>
/// What decides is the batch's row, and not an activation of the batch, which may be one that has been overtaken. The purge is written
/// there before the shared store is removed. So a row that is made before the removal goes with it, and one that is made after it finds
/// the purge when it looks again: also where Orleans briefly has two activations of the shared store.
/// A store that was given values at its batch's start has no row either until something is changed: until then they are in the batch's row.
/// </remarks>
internal sealed class SharedStoreRow
{
    private const string StateName = "cano.shared";
    private const string Kind = "shared";

    private readonly IGrainStorage _storage;
    private readonly string _key;
    private readonly Row<SharedStoreState> _row;
    private bool _exists;

    /// <param name="storage">The grain storage.</param>
    /// <param name="key">See <see cref="GrainKeys.OfSharedStore"/>.</param>
    internal SharedStoreRow(IGrainStorage storage, string key)
    {
        _storage = storage;
        _key = key;
        _row = new(storage, StateName, Kind, key);
    }

    /// <summary>What the store holds: of the row, or what the batch was started with; null when there is neither.</summary>
    internal async Task<SharedStoreState?> ReadAsync()
    {
        _exists = false;
        if (await _row.ReadAsync() is { } state)
        {
            _exists = true;
            return state;
        }

        return await ReadBatchAsync() is { Header.SharedStore: { } given } ? SharedStoreSeed.ToState(given) : null;
    }

    /// <summary>
    /// Writes the row, after <see cref="ReadAsync"/>. When it throws, the outcome is unknown, and it has to be read again.
    /// </summary>
    /// <exception cref="BatchOverException">There is no row, and the batch is over.</exception>
    internal async Task WriteAsync(SharedStoreState next)
    {
        bool isFirst = !_exists;
        if (isFirst)
        {
            await RequireBatchAsync();
        }

        await _row.WriteAsync(next);
        if (isFirst && await ReadBatchAsync() is null)
        {
            await RemoveAsync();
            throw new BatchOverException(BatchId);
        }

        _exists = true;
    }

    /// <summary>Removes the row, whatever it holds. It has to be read again afterwards.</summary>
    internal Task RemoveAsync()
    {
        _exists = false;
        return RowRemoval.RemoveAsync(_storage, StateName, Kind, _key);
    }

    private string BatchId => GrainKeys.BatchOf(_key);

    private async Task RequireBatchAsync()
    {
        if (await ReadBatchAsync() is null)
        {
            throw new BatchOverException(BatchId);
        }
    }

    /// <summary>The batch that the store belongs to; null if it is over.</summary>
    private async Task<BatchState?> ReadBatchAsync() =>
        await new BatchRow(_storage, BatchId).ReadAsync() is { Purge: null } batch && batch.Incarnation == GrainKeys.IncarnationOfSharedStore(_key)
            ? batch
            : null;
}
