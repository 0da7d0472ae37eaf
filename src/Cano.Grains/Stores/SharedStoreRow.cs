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
/// </remarks>
internal sealed class SharedStoreRow
{
    private const string StateName = "cano.shared";
    private const string Kind = "shared";

    private readonly IGrainStorage _storage;
    private readonly string _key;
    private readonly Row<SharedStoreState> _row;
    private SharedStoreState? _state;
    private bool _isKnown;

    /// <param name="storage">The grain storage.</param>
    /// <param name="key">See <see cref="GrainKeys.OfSharedStore"/>.</param>
    internal SharedStoreRow(IGrainStorage storage, string key)
    {
        _storage = storage;
        _key = key;
        _row = new(storage, StateName, Kind, key);
    }

    /// <summary>What the row holds; null when there is none.</summary>
    internal async ValueTask<SharedStoreState?> ReadAsync()
    {
        if (!_isKnown)
        {
            _state = await _row.ReadAsync();
            _isKnown = true;
        }

        return _state;
    }

    /// <summary>Writes the row, after <see cref="ReadAsync"/>.</summary>
    /// <exception cref="BatchOverException">There is no row, and the batch is over.</exception>
    internal async Task WriteAsync(SharedStoreState next)
    {
        bool isFirst = _state is null;
        if (isFirst)
        {
            await RequireBatchAsync();
        }

        // The outcome of a write that fails is unknown: what is there is read again.
        _isKnown = false;
        await _row.WriteAsync(next);
        if (isFirst && !await IsBatchThereAsync())
        {
            await RemoveAsync();
            throw new BatchOverException(BatchId);
        }

        _state = next;
        _isKnown = true;
    }

    /// <summary>Removes the row, whatever it holds.</summary>
    internal Task RemoveAsync()
    {
        _isKnown = false;
        return RowRemoval.RemoveAsync(_storage, StateName, Kind, _key);
    }

    private string BatchId => GrainKeys.BatchOf(_key);

    private async Task RequireBatchAsync()
    {
        if (!await IsBatchThereAsync())
        {
            throw new BatchOverException(BatchId);
        }
    }

    private async Task<bool> IsBatchThereAsync() =>
        await new BatchRow(_storage, BatchId).ReadAsync() is { Purge: null } batch
        && batch.Incarnation == GrainKeys.IncarnationOfSharedStore(_key);
}
