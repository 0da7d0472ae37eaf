using System.Diagnostics;

namespace Cano;

/// <summary>Batches with partitions that say nothing, or have lost their rows.</summary>
public sealed class BatchFaultTests
{
    private const string Digest = "0123456789abcdef";

    private readonly World _world = new(seed: 1, Breach.None, traced: false);
    private readonly MemoryBatchRow _row = new();

    /// <summary>
    /// It ticked every 2 ms for as long as a partition did not answer: its deadline had passed, and nothing could be decided.
    /// </summary>
    [Fact]
    public async Task NextTick_OverdueBatchThatHasNotHeardFromAllPartitions_HasNothingToDo()
    {
        ScriptedPartitions partitions = new(static (_, _) => Never());
        Batch batch = await TakenOverAsync(partitions, new ConcurrentTimeout.WaitDuration(TimeSpan.FromSeconds(1)), 2, TimeSpan.FromHours(1));
        Assert.Null(batch.NextTick);

        batch.Tick();
        Assert.Null(batch.NextTick);
    }

    /// <summary>
    /// After a take-over the timer is armed before the partitions are heard: it was set to its longest, and the deadline came and went.
    /// </summary>
    [Fact]
    public async Task NextTick_JustTakenOverAndNothingHeardYet_IsItsDeadline()
    {
        ScriptedPartitions partitions = new(static (_, _) => Never());
        Batch batch = await TakenOverAsync(partitions, new ConcurrentTimeout.WaitDuration(TimeSpan.FromHours(2)), 2, TimeSpan.FromHours(1));

        Assert.Equal(_row.State!.StartedAt.AddHours(2), batch.NextTick);
    }

    [Fact]
    public async Task NextTick_BatchThatHasHeardFromAll_IsItsDeadline()
    {
        ScriptedPartitions partitions = new(static (_, orders) => orders.Known > 0 ? Never() : Task.FromResult(Open(orders)));
        Batch batch = await TakenOverAsync(partitions, new ConcurrentTimeout.WaitDuration(TimeSpan.FromHours(2)), 2, TimeSpan.FromHours(1));
        await UntilAsync(() => batch.NextTick is not null);

        Assert.Equal(_row.State!.StartedAt.AddHours(2), batch.NextTick);
    }

    /// <summary>
    /// It took 199 exchanges where 100 do: what was told to one partition led to the next, and that one was told again by the loop.
    /// </summary>
    [Fact]
    public async Task Start_HundredPartitionsThatShareALimit_EachIsToldOnce()
    {
        ScriptedPartitions partitions = new(static (_, _) => Never());
        await StartAsync(partitions, 100);

        Assert.InRange(partitions.Calls.Count, 100, 110);
        Assert.Equal(100, partitions.Calls.Distinct().Count());
    }

    /// <summary>Telling one partition told the next one from within: the stack grew with the number of partitions.</summary>
    [Fact]
    public async Task Start_TwentyThousandPartitions_TheStackIsAsDeepForTheLastAsForTheFirst()
    {
        ScriptedPartitions few = new(static (_, _) => Never()) { MeasuresDepth = true };
        await StartAsync(few, 2);
        ScriptedPartitions many = new(static (_, _) => Never()) { MeasuresDepth = true };
        await StartAsync(many, 20_000);

        Assert.Equal(20_000, many.Calls.Count);
        Assert.Equal(few.Deepest, many.Deepest);
    }

    /// <summary>Status and cancel timed out for ever, a purge was refused, and the message said "purge".</summary>
    [Fact]
    public async Task Cancel_OnePartitionIsLost_ItsInstancesAreFailedTheRestCancelledAndItCanBePurged()
    {
        ScriptedPartitions partitions = new(static (key, orders) =>
            key.EndsWith("/0", StringComparison.Ordinal) ? Task.FromException<PartitionReport>(new BatchDataLostException("b", "a partition"))
            : orders.Stop is not null ? Task.FromResult(Open(orders) with { Version = long.MaxValue, Cancelled = 1, Sealed = true, Unfinished = 0 })
            : orders.Known > 0 ? Never()
            : Task.FromResult(Open(orders)));
        Batch batch = await TakenOverAsync(partitions, new ConcurrentTimeout.WaitForever(), 2, TimeSpan.Zero);

        BatchStatus running = await Ask(batch.GetStatusAsync);
        Assert.Equal((null, 0, 2), (running.StopReason, running.Failed, running.Total));
        await Assert.ThrowsAsync<BatchNotFinishedException>(() => Ask(batch.PurgeAsync));

        Assert.Equal(StopReason.Cancelled, (await Ask(batch.CancelAsync)).StopReason);
        await UntilAsync(() => _row.State!.FinishedAt is not null);
        BatchStatus ended = await Ask(batch.GetStatusAsync);
        Assert.Equal((BatchPhase.Finished, 0, 1, 1), (ended.Phase, ended.Completed, ended.Failed, ended.Cancelled));
        Assert.Equal([0], _row.State!.Lost);

        Parts parts = _parts;
        Assert.True(await Ask(batch.PurgeAsync));
        Assert.Equal(2, parts.Removed.Count);
        Assert.Equal(0, _row.State!.Purge!.Left);
    }

    /// <summary>The same where every partition is lost, and by the deadline.</summary>
    [Fact]
    public async Task Deadline_EveryPartitionIsLost_EndsTheBatch()
    {
        ScriptedPartitions partitions = new(static (_, _) => Task.FromException<PartitionReport>(new BatchDataLostException("b", "a partition")));
        Batch batch = await TakenOverAsync(partitions, new ConcurrentTimeout.WaitDuration(TimeSpan.FromSeconds(1)), 2, TimeSpan.FromHours(1));
        await UntilAsync(() => _row.State!.FinishedAt is not null);

        BatchStatus ended = await Ask(batch.GetStatusAsync);
        Assert.Equal((StopReason.DurationElapsed, 0, 2, 0), (ended.StopReason, ended.Completed, ended.Failed, ended.Cancelled));
    }

    private readonly Parts _parts = new();

    private static Task<PartitionReport> Never() => new TaskCompletionSource<PartitionReport>().Task;

    private static PartitionReport Open(PartitionOrders orders) => new() { Epoch = orders.Epoch, Fence = 1, Version = 1, Unfinished = 1 };

    private async Task<Batch> TakenOverAsync(IPartitions partitions, ConcurrentTimeout timeout, int count, TimeSpan startedBefore)
    {
        _row.State = new() { Header = Header(count) with { Timeout = timeout }, StartedAt = _world.Scheduler.Time.GetUtcNow() - startedBefore };
        Batch batch = new("b", _row, Services(partitions));
        await Ask(async () =>
        {
            await batch.LoadAsync();
            return true;
        });
        return batch;
    }

    private async Task StartAsync(ScriptedPartitions partitions, int count)
    {
        _row.State = null;
        Batch batch = new("b", _row, Services(partitions));
        BatchHeader header = Header(count) with { MaxConcurrency = count };
        await Ask(async () =>
        {
            await batch.PrepareAsync(header);
            return await batch.StartAsync(header, only: null);
        });
        _world.Scheduler.RunReady();
    }

    private BatchServices Services(IPartitions partitions) => new(
        partitions,
        new Silo(0, _world).Partitions,
        new SimulatedCatalog(_world),
        _world.Rules,
        _parts,
        "silo",
        _world.Scheduler.Time,
        _world.Scheduler.Time,
        Silo.UnheardMetrics,
        _world.Logger,
        TimeSpan.FromDays(30),
        _world.NewIncarnation);

    private static BatchHeader Header(int partitions) => new()
    {
        Timeout = new ConcurrentTimeout.WaitForever(),
        Total = partitions,
        PartitionSizes = [.. Enumerable.Repeat(1, partitions)],
        Digest = Digest,
        Workflows = [],
    };

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

    private Task UntilAsync(Func<bool> holds)
    {
        while (!holds())
        {
            Assert.True(_world.Scheduler.Step(), "Nothing can happen any more.");
        }

        return Task.CompletedTask;
    }

    /// <summary>Partitions that answer as a test says.</summary>
    private sealed class ScriptedPartitions(Func<string, PartitionOrders, Task<PartitionReport>> answer) : IPartitions
    {
        internal List<string> Calls { get; } = [];

        internal bool MeasuresDepth { get; init; }

        internal int Deepest { get; private set; }

        public Task PrepareAsync(string key, PartitionSpec spec) => Task.CompletedTask;

        public Task<PartitionReport> ExchangeAsync(string key, PartitionOrders orders)
        {
            Calls.Add(key);
            if (MeasuresDepth && (Calls.Count < 10 || Calls.Count % 1_000 == 0))
            {
                Deepest = Math.Max(Deepest, new StackTrace().FrameCount);
            }

            return answer(key, orders);
        }
    }

    /// <summary>Counts and removes what a batch has elsewhere.</summary>
    private sealed class Parts : IBatchParts
    {
        internal HashSet<string> Removed { get; } = [];

        public Task<int> CountAsync(string key) => Task.FromResult(1);

        public Task RemoveAsync(string key)
        {
            Removed.Add(key);
            return Task.CompletedTask;
        }

        public Task RemoveHostedAsync(string key, PartitionSpec hosted, Segment? results, string? incarnation) => throw new NotSupportedException();

        public Task RemoveSharedStoreAsync(string batchId, string? incarnation) => Task.CompletedTask;
    }
}
