using Orleans.Storage;

namespace Cano;

/// <summary>A batch's row in grain storage: <c>cano.batch</c>.</summary>
internal sealed class BatchRow(IGrainStorage storage, string id, TimeProvider? clock = null) : IBatchRow
{
    private readonly Row<BatchState> _row = new(storage, "cano.batch", "batch", id, clock);

    public Task<BatchState?> ReadAsync() => _row.ReadAsync();

    public Task WriteAsync(BatchState state) => _row.WriteAsync(state);

    public Task ClearAsync() => _row.ClearAsync();
}
