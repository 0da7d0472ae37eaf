namespace Cano.Stores;

/// <summary>
/// The row of a shared store is there only while its batch is, whatever runs at the same time. Two of these objects are two activations.
/// </summary>
public sealed class SharedStoreRowTests : IDisposable
{
    private const string Shared = "cano.shared";

    private static readonly SharedStoreState s_one = new() { Values = new() { ["a"] = new([(byte)'1'], 1) }, LastVersion = 1 };

    private readonly WatchedStorage _storage = new();
    private readonly BatchRow _batch;

    public SharedStoreRowTests() => _batch = new(_storage, "b");

    public void Dispose() => _storage.Dispose();

    [Fact]
    public async Task WriteAsync_NoSuchBatch_IsRefused()
    {
        BatchOverException refused = await Assert.ThrowsAsync<BatchOverException>(() => WriteAsync(Row("first")));

        Assert.Equal(
            ("b", ErrorCodes.BatchOver, "The batch 'b' is over and was purged; nothing can be written into its shared store any more."), (refused.BatchId, refused.Code, refused.Message));
        Assert.Empty(_storage.Rows);
    }

    [Fact]
    public async Task WriteAsync_IdBelongsToALaterBatch_IsRefusedAndTheLaterOneHasItsOwn()
    {
        await _batch.WriteAsync(Batch("second"));

        await Assert.ThrowsAsync<BatchOverException>(() => WriteAsync(Row("first")));
        await Assert.ThrowsAsync<BatchOverException>(() => WriteAsync(Row(null)));
        await WriteAsync(Row("second"));

        Assert.Equal(["cano.batch batch/b", "cano.shared shared/b/second"], _storage.Rows);
    }

    [Fact]
    public async Task WriteAsync_BatchOfAnEarlierBuild_KeepsItsKey()
    {
        await _batch.WriteAsync(Batch(null));

        await WriteAsync(Row(null));

        Assert.Equal(["cano.batch batch/b", "cano.shared shared/b"], _storage.Rows);
    }

    [Fact]
    public async Task WriteAsync_AfterThePurge_IsRefusedByTheSameActivationAndByTheNext()
    {
        await _batch.WriteAsync(Batch("first"));
        SharedStoreRow row = Row("first");
        await WriteAsync(row);
        await _batch.WriteAsync(Purged("first"));
        await row.RemoveAsync();

        await Assert.ThrowsAsync<BatchOverException>(() => WriteAsync(row));
        await Assert.ThrowsAsync<BatchOverException>(() => WriteAsync(Row("first")));

        Assert.Equal(["cano.batch batch/b"], _storage.Rows);
    }

    /// <summary>
    /// The first write had found the batch; before it reached the storage, another activation had removed the shared store.
    /// </summary>
    [Fact]
    public async Task WriteAsync_PurgedByAnotherActivationWhileItWrites_LeavesNoRow()
    {
        await _batch.WriteAsync(Batch("first"));
        Hold hold = new();
        _storage.Writing = state => state == Shared ? hold.WaitAsync() : Task.CompletedTask;
        Task write = WriteAsync(Row("first"));
        await hold.ReachedAsync();
        await _batch.WriteAsync(Purged("first"));
        await Row("first").RemoveAsync();
        hold.LetGo();

        await Assert.ThrowsAsync<BatchOverException>(() => write);

        Assert.Equal(["cano.batch batch/b"], _storage.Rows);
    }

    /// <summary>An activation that had the row still believes in it after another one has removed it.</summary>
    [Fact]
    public async Task WriteAsync_RowRemovedByAnotherActivation_BringsNothingBack()
    {
        await _batch.WriteAsync(Batch("first"));
        SharedStoreRow stale = Row("first");
        await WriteAsync(stale);
        await _batch.WriteAsync(Purged("first"));
        await Row("first").RemoveAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => WriteAsync(stale));
        await Assert.ThrowsAsync<BatchOverException>(() => WriteAsync(stale));

        Assert.Equal(["cano.batch batch/b"], _storage.Rows);
    }

    [Fact]
    public async Task WriteAsync_FailsThoughItWasMade_IsReadAgain()
    {
        await _batch.WriteAsync(Batch("first"));
        SharedStoreRow row = Row("first");
        _storage.Wrote = _ => throw new IOException("The answer is lost here.");
        await Assert.ThrowsAsync<IOException>(() => WriteAsync(row));
        _storage.Wrote = _ => Task.CompletedTask;

        Assert.Equal(1, (await row.ReadAsync())!.LastVersion);
        await row.WriteAsync(s_one with { LastVersion = 2 });

        Assert.Equal(2, (await Row("first").ReadAsync())!.LastVersion);
    }

    /// <summary>Two names that are one once they are written make a row that can't be read: an earlier build wrote such rows.</summary>
    [Fact]
    public async Task RemoveAsync_RowThatCannotBeRead_IsRemoved()
    {
        await new Row<SharedStoreState>(_storage, Shared, "shared", "b/first").WriteAsync(Twins());
        SharedStoreRow row = Row("first");
        await Assert.ThrowsAnyAsync<Exception>(async () => await row.ReadAsync());

        await row.RemoveAsync();

        Assert.Empty(_storage.Rows);
        Assert.Null(await row.ReadAsync());
    }

    internal static SharedStoreState Twins() => new() { Values = new() { ["\ud83d"] = new([(byte)'1'], 1), ["\ud840"] = new([(byte)'2'], 2) }, LastVersion = 2 };

    private static async Task WriteAsync(SharedStoreRow row)
    {
        await row.ReadAsync();
        await row.WriteAsync(s_one);
    }

    private SharedStoreRow Row(string? incarnation) => new(_storage, GrainKeys.OfSharedStore("b", incarnation));

    [Fact]
    public async Task ReadAsync_BatchWasGivenValues_BeginsWithThem_UntilItIsOver()
    {
        BatchState batch = Batch("first");
        await _batch.WriteAsync(batch with { Header = batch.Header with { SharedStore = """{"a":1,"b":[2]}"""u8.ToArray() } });
        SharedStoreRow row = Row("first");
        SharedStoreState given = (await row.ReadAsync())!;
        Assert.Equal(["a=1 v1", "b=[2] v1"], given.Values.Select(pair => $"{pair.Key}={System.Text.Encoding.UTF8.GetString(pair.Value.Json)} v{pair.Value.Version}"));
        Assert.Null(await Row("second").ReadAsync());
        Assert.Equal(["cano.batch batch/b"], _storage.Rows);

        await row.WriteAsync(given with { Values = [], LastVersion = 2 });

        Assert.Empty((await Row("first").ReadAsync())!.Values);
        await _batch.WriteAsync(Purged("first"));
        await row.RemoveAsync();
        Assert.Null(await row.ReadAsync());
    }

    private static BatchState Batch(string? incarnation) => new()
    {
        Header = new() { Timeout = new ConcurrentTimeout.WaitForever(), PartitionSizes = [1], Digest = "0123456789abcdef", Workflows = [] },
        Incarnation = incarnation,
    };

    private static BatchState Purged(string incarnation) => Batch(incarnation) with { Purge = new(DateTimeOffset.UnixEpoch, 1, BrokenOff: false) };
}
