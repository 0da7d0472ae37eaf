using Microsoft.Extensions.Time.Testing;

namespace Cano.Tests.Statistics;

/// <summary>What a silo keeps of the statistics that it has added up, and for how long.</summary>
public sealed class StatisticsReaderTests : IDisposable
{
    private static readonly DateTimeOffset s_created = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new();
    private readonly StatisticsReader _reader;
    private readonly List<BatchView> _added = [];
    private Func<BatchView, Task<BatchStatistics>> _addUp = _ => Task.FromResult(new BatchStatistics());

    public StatisticsReaderTests() => _reader = new(
        view =>
        {
            lock (_added)
            {
                _added.Add(view);
            }

            return _addUp(view);
        },
        _time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _reader.Dispose();

    [Fact]
    public async Task Get_FinishedTwice_IsAddedUpOnce()
    {
        BatchStatistics first = await _reader.GetAsync(View(9, BatchPhase.Finished), Token);
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Same(first, await _reader.GetAsync(View(9, BatchPhase.Finished), Token));
        Assert.Same(first, await _reader.GetAsync(View(7, BatchPhase.Running), Token));
        Assert.Single(_added);
    }

    /// <summary>What was added up of it while it ran was served up to a second after its end.</summary>
    [Fact]
    public async Task Get_FinishedJustAfterItRan_IsAddedUpAnew()
    {
        BatchStatistics running = await _reader.GetAsync(View(7, BatchPhase.Running), Token);
        BatchStatistics finished = await _reader.GetAsync(View(8, BatchPhase.Finished), Token);

        Assert.NotSame(running, finished);
        Assert.Equal([7L, 8L], _added.Select(view => view.Version));
    }

    /// <summary>Whoever asked after the end joined an adding up that had begun before it.</summary>
    [Fact]
    public async Task Get_FinishedWhileTheRunningIsAddedUp_DoesNotJoinThat()
    {
        TaskCompletionSource<BatchStatistics> slow = new();
        _addUp = _ => slow.Task;
        Task<BatchStatistics> running = _reader.GetAsync(View(7, BatchPhase.Running), Token);
        _addUp = _ => Task.FromResult(new BatchStatistics());

        BatchStatistics finished = await _reader.GetAsync(View(8, BatchPhase.Finished), Token);
        slow.SetResult(new());

        Assert.NotSame(finished, await running);
        Assert.Same(finished, await _reader.GetAsync(View(8, BatchPhase.Finished), Token));
    }

    [Fact]
    public async Task Get_ManyAtOnce_JoinOneAddingUp()
    {
        TaskCompletionSource<BatchStatistics> slow = new();
        _addUp = _ => slow.Task;
        Task<BatchStatistics>[] all = [.. Enumerable.Range(1, 50).Select(version => _reader.GetAsync(View(version, BatchPhase.Running), Token))];

        slow.SetResult(new());

        Assert.Single((await Task.WhenAll(all)).Distinct());
        Assert.Single(_added);
    }

    [Fact]
    public async Task Get_RunningAndChanged_IsAddedUpAnewOnceItHasBecomeOld()
    {
        await _reader.GetAsync(View(1, BatchPhase.Running), Token);
        _time.Advance(TimeSpan.FromSeconds(0.9));
        await _reader.GetAsync(View(2, BatchPhase.Running), Token);
        Assert.Single(_added);

        _time.Advance(TimeSpan.FromSeconds(0.2));
        await _reader.GetAsync(View(1, BatchPhase.Running), Token);
        Assert.Single(_added);

        await _reader.GetAsync(View(2, BatchPhase.Running), Token);
        Assert.Equal(2, _added.Count);
    }

    [Fact]
    public async Task Get_RunningAndLarge_IsAddedUpTheMoreSeldomTheLongerItTakes()
    {
        _addUp = _ =>
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            return Task.FromResult(new BatchStatistics());
        };
        await _reader.GetAsync(View(1, BatchPhase.Running), Token);
        _time.Advance(TimeSpan.FromSeconds(39));
        await _reader.GetAsync(View(2, BatchPhase.Running), Token);
        Assert.Single(_added);

        _time.Advance(TimeSpan.FromSeconds(2));
        await _reader.GetAsync(View(2, BatchPhase.Running), Token);
        Assert.Equal(2, _added.Count);
    }

    [Fact]
    public async Task Get_AfterAFailure_AsksAgain()
    {
        _addUp = _ => Task.FromException<BatchStatistics>(new BatchDataLostException("b", "a partition"));
        await Assert.ThrowsAsync<BatchDataLostException>(() => _reader.GetAsync(View(9, BatchPhase.Finished), Token));
        _addUp = _ => Task.FromCanceled<BatchStatistics>(new(canceled: true));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _reader.GetAsync(View(9, BatchPhase.Finished), Token));
        _addUp = _ => Task.FromResult(new BatchStatistics());

        await _reader.GetAsync(View(9, BatchPhase.Finished), Token);

        Assert.Equal(3, _added.Count);
    }

    [Fact]
    public async Task Get_WhoWaitsLeaves_OthersGetTheirs()
    {
        TaskCompletionSource<BatchStatistics> slow = new();
        _addUp = _ => slow.Task;
        using CancellationTokenSource leaves = new();
        Task<BatchStatistics> left = _reader.GetAsync(View(9, BatchPhase.Finished), leaves.Token);
        Task<BatchStatistics> stays = _reader.GetAsync(View(9, BatchPhase.Finished), Token);

        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        slow.SetResult(new());

        Assert.NotNull(await stays);
        Assert.Single(_added);
    }

    /// <summary>An id may come again once it was purged and that was forgotten.</summary>
    [Fact]
    public async Task Get_AnotherBatchOfTheSameId_IsAddedUpAnew()
    {
        await _reader.GetAsync(View(9, BatchPhase.Finished), Token);
        await _reader.GetAsync(View(9, BatchPhase.Finished) with { Digest = "other" }, Token);
        BatchView again = View(9, BatchPhase.Finished);
        await _reader.GetAsync(again with { Status = again.Status with { CreatedAt = s_created.AddDays(1) } }, Token);

        Assert.Equal(3, _added.Count);
    }

    /// <summary>Adding up must not begin on the thread that holds the lock, which everybody who asks for any batch needs.</summary>
    [Fact]
    public async Task Get_AnAddingUpThatBlocks_HoldsUpNobodyElse()
    {
        using ManualResetEventSlim go = new();
        _addUp = view =>
        {
            if (view.Status.Id == "b")
            {
                go.Wait(Token);
            }

            return Task.FromResult(new BatchStatistics());
        };
        Task<BatchStatistics> blocked = _reader.GetAsync(View(9, BatchPhase.Finished), Token);

        await _reader.GetAsync(View(9, BatchPhase.Finished, "other"), Token);

        Assert.False(blocked.IsCompleted);
        go.Set();
        await blocked;
    }

    [Fact]
    public async Task Get_MoreBatchesThanAreKept_AnswersAll()
    {
        for (int batch = 0; batch < 300; batch++)
        {
            await _reader.GetAsync(View(9, BatchPhase.Finished, $"b{batch}"), Token);
        }

        Assert.Equal(300, _added.Count);
    }

    private static BatchView View(long version, BatchPhase phase, string id = "b") =>
        new(version, new() { Id = id, Phase = phase, Total = 3, CreatedAt = s_created }, "digest", [3], [phase is BatchPhase.Finished ? 3 : 1]);
}
