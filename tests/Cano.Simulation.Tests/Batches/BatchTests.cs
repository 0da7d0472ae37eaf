namespace Cano;

/// <summary>What a batch once did wrong; found by the simulation, or while it was built.</summary>
public sealed class BatchTests
{
    private readonly World _world = new(seed: 1, Breach.None, traced: false);

    /// <summary>It answered with counts that had fallen to nothing, because its partitions had not been heard yet.</summary>
    [Fact]
    public async Task Start_BatchThatWasJustTakenOver_DoesNotAnswerBeforeItHasRecounted()
    {
        Batch batch = await TakenOverAsync();

        await Assert.ThrowsAsync<TimeoutException>(() => Ask(() => batch.StartAsync(_world.Scenario.Header, only: null)));
    }

    /// <summary>The wish was only noted once the partitions had been heard: a call that gave up before had done nothing.</summary>
    [Fact]
    public async Task Cancel_BatchThatWasJustTakenOver_IsHeededOnceItHasRecounted()
    {
        SilentPartitions partitions = new();
        Batch batch = await TakenOverAsync(partitions);
        await Assert.ThrowsAsync<TimeoutException>(() => Ask(batch.CancelAsync));

        partitions.Speak();
        _world.Scheduler.RunReady();

        Assert.Equal(StopReason.Cancelled, (await Ask(batch.GetStatusAsync)).StopReason);
    }

    /// <summary>A reader that came while a start was under way made the grain leave right after it: the batch had to be taken over before it did anything.</summary>
    [Fact]
    public async Task Exists_WhileAStartIsUnderWay_IsTrue()
    {
        Batch batch = new("b", new MemoryBatchRow(), Services(new SilentPartitions()));
        PartitionSpec tooLargeToHost = MemoryPartitionRows.Spec(1) with { FirstOrdinal = 0, Store = new byte[17 * 1024] };
        Task start = batch.StartAsync(_world.Scenario.Header with { Total = 1, PartitionSizes = [1] }, tooLargeToHost);

        Assert.True(batch.Exists);
        Assert.False(start.IsCompleted);
        await Assert.ThrowsAsync<BatchNotFoundException>(batch.GetStatusAsync);
    }

    /// <summary>
    /// The entry of a takeover was overtaken by the one that says "finished": a catalog which forgets finished batches took the batch in again, and nobody ever took it out.
    /// And it counted as driven by nobody as soon as it was finished, which the catalog had not been told: recovery of a busy silo resumed it, in vain.
    /// </summary>
    [Fact]
    public async Task Finish_CatalogHasNotTakenTheTakeoverYet_IsToldAfterIt()
    {
        SlowCatalog catalog = new();
        SilentPartitions partitions = new();
        Batch batch = await TakenOverAsync(partitions, catalog);
        bool finished = false;
        batch.Finished = () => finished = true;

        partitions.Speak(new() { Epoch = 2, Fence = 1, Version = long.MaxValue, Completed = _world.Scenario.Header.Total, Successes = 1, Sealed = true });
        BatchStatus status = await Ask(batch.GetStatusAsync);
        while (status.Phase != BatchPhase.Finished)
        {
            status = (await Ask(() => batch.WatchAsync(0))).Status;
        }

        Assert.False(finished);
        Assert.Equal([BatchPhase.Pending], catalog.Asked.Select(entry => entry.Status.Phase));
        catalog.Answer.SetResult();
        Assert.False(await Ask(batch.ResumeAsync));
        Assert.True(finished);
        Assert.Equal([BatchPhase.Pending, BatchPhase.Finished, BatchPhase.Finished], catalog.Asked.Select(entry => entry.Status.Phase));
    }

    /// <summary>While the catalog did not answer, as when the database is away, the next word to it stayed due: every unfinished batch ticked as often as it may.</summary>
    [Fact]
    public async Task Tick_CatalogHasNotTakenTheLastWord_IsDueLaterAndTellsOnceItHas()
    {
        SlowCatalog catalog = new();
        Batch batch = await TakenOverAsync(catalog: catalog, interval: () => TimeSpan.FromSeconds(2));

        await TickAfterAsync(batch, TimeSpan.FromSeconds(3));
        Assert.Single(catalog.Asked);
        Assert.InRange(batch.NextTick!.Value - _world.Scheduler.Time.GetUtcNow(), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));

        catalog.Answer.SetResult();
        await TickAfterAsync(batch, TimeSpan.FromSeconds(3));
        Assert.Equal(2, catalog.Asked.Count);
    }

    private Task<bool> TickAfterAsync(Batch batch, TimeSpan time) => Ask(async () =>
    {
        await Task.Delay(time, _world.Scheduler.Time);
        batch.Tick();
        return true;
    });

    private async Task<Batch> TakenOverAsync(IPartitions? partitions = null, IBatchCatalog? catalog = null, Func<TimeSpan>? interval = null)
    {
        MemoryBatchRow row = new() { State = new() { Header = _world.Scenario.Header, StartedAt = _world.Scheduler.Time.GetUtcNow() } };
        Batch batch = new("b", row, Services(partitions ?? new SilentPartitions(), catalog) with { CatalogInterval = interval });
        await Ask(async () =>
        {
            await batch.LoadAsync();
            return true;
        });
        return batch;
    }

    private BatchServices Services(IPartitions partitions, IBatchCatalog? catalog = null) =>
        new(
            partitions,
            new Silo(0, _world).Partitions,
            catalog ?? new SimulatedCatalog(_world),
            _world.Rules,
            new NoParts(),
            "silo",
            _world.Scheduler.Time,
            _world.Scheduler.Time,
            Silo.UnheardMetrics,
            _world.Logger,
            TimeSpan.FromDays(30),
            _world.NewIncarnation);

    private Task<T> Ask<T>(Func<Task<T>> ask)
    {
        Task<T>? answer = null;
        new Turns(_world.Scheduler, "test").Run(() => answer = ask());
        while (!answer!.IsCompleted)
        {
            Assert.True(_world.Scheduler.Step(), "There is no answer, and nothing can happen any more.");
        }

        return answer;
    }

    /// <summary>Nothing is counted or removed in these tests.</summary>
    private sealed class NoParts : IBatchParts
    {
        public Task<int> CountAsync(string key) => throw new NotSupportedException();

        public Task RemoveAsync(string key) => throw new NotSupportedException();

        public Task RemoveHostedAsync(string key, PartitionSpec hosted, Segment? results, string? incarnation) => throw new NotSupportedException();

        public Task RemoveSharedStoreAsync(string batchId, string? incarnation) => throw new NotSupportedException();
    }

    /// <summary>Partitions that do not answer before they are told to.</summary>
    private sealed class SilentPartitions : IPartitions
    {
        private readonly TaskCompletionSource<PartitionReport> _report = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task PrepareAsync(string key, PartitionSpec spec) => _report.Task;

        public async Task<PartitionReport> ExchangeAsync(string key, PartitionOrders orders) =>
            orders.Known > 0 ? await new TaskCompletionSource<PartitionReport>().Task : await _report.Task;

        internal void Speak(PartitionReport? report = null) => _report.SetResult(report ?? new() { Epoch = 2, Fence = 1, Version = 1, Unfinished = 1 });
    }

    /// <summary>A catalog that answers nobody before it is told to.</summary>
    private sealed class SlowCatalog : IBatchCatalog
    {
        internal TaskCompletionSource Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal List<BatchEntry> Asked { get; } = [];

        public Task PutAsync(BatchEntry entry, CancellationToken cancellationToken = default)
        {
            Asked.Add(entry);
            return Answer.Task;
        }

        public Task<IReadOnlyList<BatchEntry>> GetUnfinishedAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<IReadOnlyList<BatchEntry>> GetUnfinishedAsync(
            IReadOnlyCollection<string> exceptOwners, Predicate<string> isDriven, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<IReadOnlyList<BatchEntry>> GetExpiredAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task RemoveAsync(BatchEntry entry, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
