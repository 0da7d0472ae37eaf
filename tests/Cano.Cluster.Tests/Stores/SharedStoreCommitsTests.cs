using Microsoft.Extensions.Time.Testing;

namespace Cano.Stores;

/// <summary>Changes of a shared store are written in groups, and each is answered once what it tells of is durable.</summary>
public sealed class SharedStoreCommitsTests : IDisposable
{
    private readonly WatchedStorage _storage = new();
    private readonly TaskScheduler _activation = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
    private readonly SharedStoreRow _row;
    private readonly SharedStoreCommits _commits;
    private int _writes;

    public SharedStoreCommitsTests()
    {
        _row = new(_storage, "b/first");
        _commits = new(_row, "of batch 'b'", TimeProvider.System);
        _storage.Wrote = _ =>
        {
            _writes++;
            return Task.CompletedTask;
        };
    }

    public void Dispose() => _storage.Dispose();

    [Fact]
    public async Task ChangeAsync_WhileAWriteIsUnderWay_SharesTheNextOne()
    {
        await BeginBatchAsync();
        Hold hold = HoldWrite();
        Task<long?> first = IncrementAsync();
        await hold.ReachedAsync();
        Task<long?>[] others = [.. Enumerable.Range(0, 500).Select(_ => IncrementAsync())];
        hold.LetGo();

        Assert.Equal(1, await first);
        long?[] answers = await Task.WhenAll(others);
        Assert.Equal(Enumerable.Range(2, 500).Select(n => (long?)n), answers);
        Assert.Equal(2, _writes);
        Assert.Equal(501, (await new SharedStoreRow(_storage, "b/first").ReadAsync())!.LastVersion);
    }

    [Fact]
    public async Task ReadAsync_WhileAWriteIsUnderWay_SeesWhatIsDurableAtOnce()
    {
        await BeginBatchAsync();
        await IncrementAsync();
        Hold hold = HoldWrite();
        Task<long?> second = IncrementAsync();
        await hold.ReachedAsync();

        Assert.Equal(1, (await OnActivation(async () => await _commits.ReadAsync())).LastVersion);
        hold.LetGo();
        await second;
        Assert.Equal(2, (await OnActivation(async () => await _commits.ReadAsync())).LastVersion);
    }

    /// <summary>"It is there already" is only true once that is durable.</summary>
    [Fact]
    public async Task ChangeAsync_RefusedForAChangeBeforeIt_IsAnsweredWithThat()
    {
        await BeginBatchAsync();
        Hold hold = HoldWrite();
        Task<bool> first = OnActivation(() => _commits.ChangeAsync(values => values.Put("a", "1"u8.ToArray(), ifVersion: 0)));
        await hold.ReachedAsync();
        Task<bool> second = OnActivation(() => _commits.ChangeAsync(values => values.Put("a", "2"u8.ToArray(), ifVersion: 0)));
        await OnActivation(() => Task.FromResult(true));
        Assert.False(second.IsCompleted);
        hold.LetGo();

        Assert.True(await first);
        Assert.False(await second);
        Assert.Equal(1, _writes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ChangeAsync_WriteFails_ItsGroupIsToldAndTheNextGoesOnFromTheRow(bool wasMade)
    {
        await BeginBatchAsync();
        Hold hold = new();
        async Task FailAsync(string state)
        {
            await hold.WaitAsync();
            _storage.Writing = _storage.Wrote = _ => Task.CompletedTask;
            throw new IOException("The storage is away here.");
        }

        if (wasMade)
        {
            _storage.Wrote = FailAsync;
        }
        else
        {
            _storage.Writing = FailAsync;
        }

        Task<long?> first = IncrementAsync();
        await hold.ReachedAsync();
        Task<long?> second = IncrementAsync();
        hold.LetGo();

        await Assert.ThrowsAsync<IOException>(() => first);
        Assert.Equal(wasMade ? 2 : 1, await second);
    }

    [Fact]
    public async Task ChangeAsync_OneOfAGroupIsTooLarge_TheOthersAreMade()
    {
        await BeginBatchAsync();
        Hold hold = HoldWrite();
        Task<long?> first = IncrementAsync();
        await hold.ReachedAsync();
        byte[] large = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new string('x', SharedStoreValues.MaxBytes));
        Task<bool> refused = OnActivation(() => _commits.ChangeAsync(values => values.Put("large", large, ifVersion: null)));
        Task<long?> last = IncrementAsync();
        hold.LetGo();

        await first;
        CanoConfigurationException thrown = await Assert.ThrowsAsync<CanoConfigurationException>(() => refused);
        Assert.Equal(ErrorCodes.StoreTooLarge, thrown.Code);
        Assert.StartsWith("With 'large' the shared store of batch 'b' would hold 1000023 bytes; at most 1000000 are allowed.", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(2, await last);
    }

    [Fact]
    public async Task ChangeAsync_NothingChanges_NothingIsWritten()
    {
        await BeginBatchAsync();

        Assert.False(await OnActivation(() => _commits.ChangeAsync(values => values.Remove("a", ifVersion: null))));

        Assert.Equal(0, _writes);
        Assert.Equal(["cano.batch batch/b"], _storage.Rows);
    }

    [Fact]
    public async Task RemoveAsync_WhileAWriteIsUnderWay_ComesAfterIt_AndWhatComesLaterIsRefused()
    {
        await BeginBatchAsync();
        await IncrementAsync();
        Hold hold = HoldWrite();
        Task<long?> second = IncrementAsync();
        await hold.ReachedAsync();
        _storage.Writing = _ => Task.CompletedTask;
        BatchRow batch = new(_storage, "b");
        await batch.WriteAsync((await batch.ReadAsync())! with { Purge = new(DateTimeOffset.UnixEpoch, 1, BrokenOff: false) });
        Task<bool> removed = OnActivation(async () =>
        {
            await _commits.RemoveAsync();
            return true;
        });
        Task<long?> third = IncrementAsync();
        hold.LetGo();

        Assert.Equal(2, await second);
        await removed;
        await Assert.ThrowsAsync<BatchOverException>(() => third);
        Assert.Equal(["cano.batch batch/b"], _storage.Rows);
    }

    /// <summary>One that comes alone does not wait for others: this clock stands.</summary>
    [Fact]
    public async Task ChangeAsync_Alone_IsNotKeptWaiting()
    {
        await BeginBatchAsync();
        SharedStoreCommits commits = new(_row, "of batch 'b'", new FakeTimeProvider());
        for (int count = 1; count <= 20; count++)
        {
            Assert.Equal(count, await OnActivation(() => commits.ChangeAsync(values => values.Increment("count", 1))));
        }
    }

    /// <summary>The loop that nothing awaits had no last handler: its changes, and all later ones, would have waited for ever.</summary>
    [Fact]
    public async Task ChangeAsync_TheLoopFails_AnswersWhatWaitsAndGoesOnWithTheNext()
    {
        await BeginBatchAsync();
        FailingClock clock = new() { Fails = true };
        SharedStoreCommits commits = new(_row, "of batch 'b'", clock);

        InvalidOperationException failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => OnActivation(() => commits.ChangeAsync(values => values.Increment("count", 1))));
        Assert.Equal("no clock", failure.Message);

        clock.Fails = false;
        Assert.Equal(1, await OnActivation(() => commits.ChangeAsync(values => values.Increment("count", 1))));
    }

    private Task<long?> IncrementAsync() => OnActivation(() => _commits.ChangeAsync(values => values.Increment("count", 1)));

    private Task<T> OnActivation<T>(Func<Task<T>> call) =>
        Task.Factory.StartNew(call, TestContext.Current.CancellationToken, TaskCreationOptions.None, _activation).Unwrap();

    private Hold HoldWrite()
    {
        Hold hold = new();
        _storage.Writing = state => state == "cano.shared" ? hold.WaitAsync() : Task.CompletedTask;
        return hold;
    }

    private async Task BeginBatchAsync()
    {
        await new BatchRow(_storage, "b").WriteAsync(new()
        {
            Header = new() { Timeout = new ConcurrentTimeout.WaitForever(), PartitionSizes = [1], Digest = "0123456789abcdef", Workflows = [] },
            Incarnation = "first",
        });
        _writes = 0;
    }

    private sealed class FailingClock : TimeProvider
    {
        internal bool Fails { get; set; }

        public override long GetTimestamp() => Fails ? throw new InvalidOperationException("no clock") : base.GetTimestamp();
    }
}
