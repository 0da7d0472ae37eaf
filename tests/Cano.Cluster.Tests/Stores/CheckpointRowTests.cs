namespace Cano.Stores;

/// <summary>What a cancelled run leaves in storage: nothing, since its batch may be purged already.</summary>
public sealed class CheckpointRowTests : IDisposable
{
    private const string Key = "batch/i0";

    private static readonly Checkpoint s_checkpoint = new() { State = "Work", Steps = 1 };

    private readonly WatchedStorage _storage = new();
    private readonly CancellationTokenSource _cancellation = new();
    private readonly CheckpointRow _row;

    public CheckpointRowTests() => _row = new(_storage, Key);

    public void Dispose()
    {
        _cancellation.Dispose();
        _storage.Dispose();
    }

    [Fact]
    public async Task SaveAsync_RunIsCancelledBefore_WritesNothing()
    {
        await _cancellation.CancelAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(async () => await _row.SaveAsync(s_checkpoint, _cancellation.Token));

        Assert.Empty(_storage.Rows);
    }

    /// <summary>
    /// The purge looked for checkpoints while the write was under way; the row stayed for ever, and a later batch of the same id went on
    /// from it.
    /// </summary>
    [Fact]
    public async Task SaveAsync_RunIsCancelledWhileItWrites_LeavesNoRow()
    {
        Hold hold = new();
        _storage.Writing = _ => hold.WaitAsync();
        Task save = _row.SaveAsync(s_checkpoint, _cancellation.Token).AsTask();
        await hold.ReachedAsync();
        await _cancellation.CancelAsync();
        hold.LetGo();

        await Assert.ThrowsAsync<OperationCanceledException>(() => save);

        Assert.Empty(_storage.Rows);
        Assert.False(_row.Exists);
    }

    [Fact]
    public async Task SaveAsync_RunIsCancelledWhileItWritesAgain_TakesTheEarlierRowAway()
    {
        await _row.SaveAsync(s_checkpoint, _cancellation.Token);
        _storage.Wrote = _ => _cancellation.CancelAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(async () => await _row.SaveAsync(s_checkpoint with { Steps = 2 }, _cancellation.Token));

        Assert.Empty(_storage.Rows);
    }

    [Fact]
    public async Task SaveAsync_PurgeRemovedTheRowMeanwhile_IsNoFault()
    {
        await _row.SaveAsync(s_checkpoint, _cancellation.Token);
        _storage.Wrote = async _ =>
        {
            await CheckpointRow.RemoveAsync(_storage, Key);
            await _cancellation.CancelAsync();
        };

        await Assert.ThrowsAsync<OperationCanceledException>(async () => await _row.SaveAsync(s_checkpoint with { Steps = 2 }, _cancellation.Token));

        Assert.Empty(_storage.Rows);
    }

    [Fact]
    public async Task SaveAsync_CancelledAndFailsThoughItWasWritten_LeavesNoRow()
    {
        _storage.Wrote = async _ =>
        {
            await _cancellation.CancelAsync();
            throw new IOException("The answer is lost here.");
        };

        await Assert.ThrowsAsync<IOException>(async () => await _row.SaveAsync(s_checkpoint, _cancellation.Token));

        Assert.Empty(_storage.Rows);
    }

    [Fact]
    public async Task SaveAsync_RunIsSignalledBecauseItIsHandedOver_KeepsItsProgress()
    {
        _row.HandOver();
        _storage.Wrote = _ => _cancellation.CancelAsync();

        await _row.SaveAsync(s_checkpoint, _cancellation.Token);

        Assert.Equal(s_checkpoint, await new CheckpointRow(_storage, Key).ReadAsync());
    }
}
