namespace Cano;

/// <summary>A batch's row, without faults, and at once.</summary>
internal sealed class MemoryBatchRow : IBatchRow
{
    internal BatchState? State { get; set; }

    public Task<BatchState?> ReadAsync() => Task.FromResult(State);

    public Task WriteAsync(BatchState state)
    {
        State = state;
        return Task.CompletedTask;
    }

    public Task ClearAsync()
    {
        State = null;
        return Task.CompletedTask;
    }
}
