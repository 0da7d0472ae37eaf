using static Cano.Calls.Scripts;

namespace Cano.Calls;

public class BatchRunTests
{
    private readonly FakeCluster _cluster = new();

    [Fact]
    public async Task Purge_OfALargeBatch_AsksUntilAllIsGone()
    {
        FakeCluster cluster = new();
        FakeBatch batch = cluster.Batch("b");
        batch.Status = new() { Id = "b", Phase = BatchPhase.Finished };
        batch.PurgeAnswers = 3;

        await new BatchClient(cluster.Factory).Open("b").PurgeAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["purge", "purge", "purge"], cluster.Calls);
    }

    [Fact]
    public async Task Watch_OfABatch_BeginsWithItsStateAndEndsWithTheFinished()
    {
        _cluster.Batch("batch").Script(
            View(3, BatchPhase.Running, 0), View(4, BatchPhase.Running, 2), View(7, BatchPhase.Stopping, 9), View(8, BatchPhase.Finished, 10));

        List<BatchView> views = await _cluster.Run().WatchAsync().ToListAsync();

        Assert.Equal([3, 4, 7, 8], views.Select(v => v.Version));
        Assert.Equal(["watch -1", "watch 3", "watch 4", "watch 7"], _cluster.Calls);
    }

    [Fact]
    public async Task Watch_OfAFinishedBatch_YieldsOnce()
    {
        _cluster.Batch("batch").Script(View(8, BatchPhase.Finished, 10));

        Assert.Single(await _cluster.Run().WatchAsync().ToListAsync());
    }

    [Fact]
    public async Task Watch_NothingChangedInTime_AsksAgainWithoutYielding()
    {
        _cluster.Batch("batch").Script(
            View(3, BatchPhase.Running, 1), View(3, BatchPhase.Running, 1), View(3, BatchPhase.Running, 1), View(4, BatchPhase.Finished, 10));

        Assert.Equal([3, 4], await _cluster.Run().WatchAsync().Select(v => v.Version).ToListAsync());
        Assert.Equal(["watch -1", "watch 3", "watch 3", "watch 3"], _cluster.Calls);
    }

    [Fact]
    public async Task Watch_ActivationMoved_GoesOnWithoutFallingBehind()
    {
        _cluster.Batch("batch").Script(
            View(40, BatchPhase.Running, 5, 5),
            View(1, BatchPhase.Running, 0, 0),
            View(2, BatchPhase.Running, 5, 0),
            View(3, BatchPhase.Running, 5, 5),
            View(3, BatchPhase.Running, 6, 5),
            View(3, BatchPhase.Finished, 10, 10));

        List<BatchView> views = await _cluster.Run().WatchAsync().ToListAsync();

        Assert.Equal([10, 10, 11, 20], views.Select(v => v.Final.Sum()));
        Assert.Equal(["watch -1", "watch 40", "watch 1", "watch 2", "watch 3", "watch 3"], _cluster.Calls);
    }

    [Fact]
    public async Task Watch_SiloIsLost_AsksAgainFromWhereItWas()
    {
        int fails = 3;
        _cluster.Before = call => call == "watch 3" && fails-- > 0 ? Task.FromException(SiloLost()) : Task.CompletedTask;
        _cluster.Batch("batch").Script(View(3, BatchPhase.Running, 0), View(4, BatchPhase.Finished, 10));

        Assert.Equal([3, 4], await _cluster.Run().WatchAsync().Select(v => v.Version).ToListAsync());
        Assert.Equal(["watch -1", "watch 3", "watch 3", "watch 3", "watch 3"], _cluster.Calls);
    }

    [Fact]
    public async Task AnyCall_StorageIsAwayForAWhile_AsksAgain()
    {
        int fails = 3;
        _cluster.Before = _ => fails-- > 0 ? Task.FromException(new StorageException(ErrorCodes.StorageUnavailable, "The database is away.")) : Task.CompletedTask;
        _cluster.Batch("batch").Script(View(4, BatchPhase.Finished, 10));

        Assert.Equal([4], await _cluster.Run().WatchAsync().Select(v => v.Version).ToListAsync());
        Assert.Equal(4, _cluster.Calls.Count);
    }

    [Fact]
    public async Task AnyCall_StorageStaysAway_IsAskedAgainForAMinute()
    {
        InstantTime time = new();
        _cluster.Before = _ => Task.FromException(new StorageException(ErrorCodes.StorageUnavailable, "The database is away."));

        StorageException away = await Assert.ThrowsAsync<StorageException>(() => _cluster.Run(time).GetStatusAsync());

        Assert.Equal("The database is away.", away.Message);
        Assert.InRange(time.Waits.Sum(wait => wait.TotalSeconds), 59, 63);
        Assert.InRange(_cluster.Calls.Count, 25, 60);
    }

    [Theory]
    [InlineData(15, 6)]
    [InlineData(30, 6)]
    public async Task AnyCall_NobodyAnswersIt_FailsAfterSixTriesThoughAMinuteIsOver(int timeout, int tries)
    {
        InstantTime time = new();
        _cluster.Before = _ =>
        {
            time.Pass(TimeSpan.FromSeconds(timeout));
            return Task.FromException(new TimeoutException("No answer."));
        };

        await Assert.ThrowsAsync<TimeoutException>(() => _cluster.Run(time).GetStatusAsync());

        Assert.Equal(tries, _cluster.Calls.Count);
    }

    [Fact]
    public async Task AnyCall_StorageFailed_IsNotAskedAgain()
    {
        _cluster.Before = _ => Task.FromException(new StorageException(ErrorCodes.StorageFailed, "Permission denied."));

        await Assert.ThrowsAsync<StorageException>(() => _cluster.Run().GetStatusAsync());

        Assert.Single(_cluster.Calls);
    }

    [Fact]
    public async Task Watch_TokenCancelled_EndsTheWaitingAlone()
    {
        using CancellationTokenSource source = new();
        FakeBatch batch = _cluster.Batch("batch");
        batch.Script(View(3, BatchPhase.Running, 0));
        batch.NothingNew = new TaskCompletionSource().Task;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (BatchView view in _cluster.Run().WatchAsync(source.Token))
            {
                await source.CancelAsync();
            }
        });

        Assert.DoesNotContain("cancel", _cluster.Calls);
    }

    [Fact]
    public async Task AnyCall_NoSuchBatch_SaysSo()
    {
        BatchRun run = _cluster.Run();

        Assert.Equal("batch", (await Assert.ThrowsAsync<BatchNotFoundException>(() => run.GetStatusAsync())).BatchId);
        await Assert.ThrowsAsync<BatchNotFoundException>(() => run.CancelAsync());
        await Assert.ThrowsAsync<BatchNotFoundException>(() => run.WaitAsync());
        await Assert.ThrowsAsync<BatchNotFoundException>(async () => await run.WatchAsync().ToListAsync());
        await Assert.ThrowsAsync<BatchNotFoundException>(async () => await run.StreamAsync().ToListAsync());
    }

    [Fact]
    public async Task ReadAll_OfSeveralPartitionsInPages_IsInTheOrderSubmitted()
    {
        FillInOrder(0, 0, 10);
        FillInOrder(1, 10, 3);
        FillInOrder(2, 13, 7);
        _cluster.Partition("batch", Digest, 0).PageSize = 3;
        _cluster.Partition("batch", Digest, 2).PageSize = 2;
        _cluster.Batch("batch").Script(Finished(1, 10, 3, 7));
        BatchRun run = _cluster.Run();

        InstanceResult[] all = await run.ReadAllAsync(await run.WaitAsync());

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"i{i}"), all.Select(r => r.Id));
    }

    [Fact]
    public async Task ReadAll_ResultsAreMissing_FailsLoudly()
    {
        FillInOrder(0, 0, 9);
        _cluster.Batch("batch").Script(Finished(1, 10));
        BatchRun run = _cluster.Run();
        BatchView view = await run.WaitAsync();

        BatchDataLostException exception = await Assert.ThrowsAsync<BatchDataLostException>(() => run.ReadAllAsync(view));

        Assert.Contains("a result of partition 0 (among places 0 to 9)", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadPage_AcrossPartitions_GoesOnWhereItEnded()
    {
        FillInOrder(0, 0, 4);
        FillInOrder(1, 4, 2);
        _cluster.Batch("batch").Script(Finished(1, 4, 2));
        BatchRun run = _cluster.Run();
        BatchView view = await run.GetViewAsync();

        ResultPage first = await run.ReadPageAsync(view, 1, 2);
        ResultPage second = await run.ReadPageAsync(view, first.Next, 100);
        ResultPage third = await run.ReadPageAsync(view, second.Next, 100);
        ResultPage none = await run.ReadPageAsync(view, third.Next, 100);

        Assert.Equal(("i1 i2", 3), Shown(first));
        Assert.Equal(("i3", 4), Shown(second));
        Assert.Equal(("i4 i5", 6), Shown(third));
        Assert.Equal(("", 6), Shown(none));

        static (string Ids, int Next) Shown(ResultPage page) => (string.Join(' ', page.Results.Select(r => r.Id)), page.Next);
    }

    /// <summary>It used to be left out of the page, and a partition that was gone was asked for ever.</summary>
    [Fact]
    public async Task ReadPage_OfAFinishedBatchWithAResultMissing_IsDataLost()
    {
        FillInOrder(0, 0, 3);
        _cluster.Batch("batch").Script(Finished(1, 4));
        BatchRun run = _cluster.Run();
        BatchView view = await run.GetViewAsync();

        Assert.Equal(
            "The batch 'batch' exists, but a result of partition 0 (among places 0 to 3) is missing in storage. Restore it from a backup; or cancel the batch, which then ends without it, and purge it.",
            (await Assert.ThrowsAsync<BatchDataLostException>(() => run.ReadPageAsync(view, 0, 100))).Message);
    }

    [Fact]
    public async Task ReadPage_OfARunningBatchWithAPartitionMissing_IsDataLost()
    {
        _cluster.Batch("batch").Script(View(1, BatchPhase.Running, 0));
        _cluster.Partition("batch", Digest, 0).IsLost = true;
        BatchRun run = _cluster.Run();
        BatchView view = await run.GetViewAsync();

        Assert.Contains("partition 0 is missing in storage", (await Assert.ThrowsAsync<BatchDataLostException>(() => run.ReadPageAsync(view, 0, 100))).Message, StringComparison.Ordinal);
    }

    /// <summary>An activation that has been superseded, or has not read all of its rows, would have made the numbers of a finished batch too small, and they are kept.</summary>
    [Fact]
    public async Task ReadStatistics_PartitionThatIsBehind_IsAskedAgain()
    {
        FillInOrder(0, 0, 4);
        FillInOrder(1, 4, 1);
        _cluster.Before = call =>
        {
            if (_cluster.Calls.Count(one => one == "statistics 1") == 3)
            {
                _cluster.Before = _ => Task.CompletedTask;
                FillInOrder(1, 5, 1);
            }

            return Task.CompletedTask;
        };
        _cluster.Batch("batch").Script(Finished(1, 4, 2));
        BatchRun run = _cluster.Run();

        List<BatchStatistics> parts = await run.ReadStatisticsAsync(await run.GetViewAsync(), 1).ToListAsync();

        Assert.Equal([4, 2], parts.Select(part => part.Variants.Single().Completed));
        Assert.Equal(["watch -1", "statistics 0", "statistics 1", "statistics 1", "statistics 1"], _cluster.Calls);
    }

    [Fact]
    public async Task ReadStatistics_PartitionThatIsGone_IsDataLost()
    {
        _cluster.Batch("batch").Script(View(1, BatchPhase.Running, 0));
        _cluster.Partition("batch", Digest, 0).IsLost = true;
        BatchRun run = _cluster.Run();
        BatchView view = await run.GetViewAsync();

        Assert.Contains("a result of partition 0 is missing in storage", (await Assert.ThrowsAsync<BatchDataLostException>(async () => await run.ReadStatisticsAsync(view, 1).ToListAsync())).Message, StringComparison.Ordinal);
    }

    private void FillInOrder(int partition, int first, int count) =>
        _cluster.Fill(partition, Enumerable.Range(first, count).Reverse().Select(i => Result($"i{i}", finalAt: -i, ordinal: i)));
}
