using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>What a partition once did wrong; found by the simulation.</summary>
public sealed class PartitionTests
{
    private readonly SimulationScheduler _scheduler = new(seed: 0, traced: false);
    private readonly MemoryPartitionRows _rows = new();

    /// <summary>It wrote again, without its seal, and a Cancelled outcome became Completed.</summary>
    [Fact]
    public async Task Exchange_AdmissionThatComesWhileTheSealIsWritten_ChangesNothing()
    {
        Partition partition = Open();
        await partition.PrepareAsync(MemoryPartitionRows.Spec(2));
        PartitionReport report = await RunAsync(partition, successes: 1);
        TaskCompletionSource written = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _rows.Gate = written.Task;
        PartitionOrders orders = new() { Fence = 1, Sequence = 20, Window = 2, Quota = true, Stop = new(StopReason.DurationElapsed, SimulatedTime.Start), Known = report.Version };
        Task<PartitionReport> told = Begin(partition, orders);
        while (_rows.Segments.Count == 0)
        {
            Assert.True(_scheduler.Step());
        }

        Segment closed = _rows.Segments[^1];
        Task<PartitionReport> admitted = Begin(partition, orders with { Sequence = 21, Admitted = 1 });
        _rows.Gate = Task.CompletedTask;
        written.SetResult();
        await EndAsync(told);
        report = await EndAsync(admitted);

        Assert.Same(closed, Assert.Single(_rows.Segments));
        Assert.True(report is { Sealed: true, Completed: 0, Cancelled: 2 });
    }

    /// <summary>It was called cancelled by the deadline, though it had ended before it and only the quota was given out.</summary>
    [Fact]
    public async Task Seal_SuccessThatWasRefusedBeforeTheDeadline_IsSurplus()
    {
        await SealedWithASurplusAsync(StopReason.DurationElapsed);

        Assert.Equal([0], _rows.Segments[^1].Seal!.Surplus);
    }

    /// <summary>It sealed together with the first of two successes that ended in time, though the batch had not answered to the second, and the quota had room for it.</summary>
    [Fact]
    public async Task Seal_BatchHasNotAnsweredToEverySuccess_WaitsForIt()
    {
        Partition partition = Open(succeeding: 2);
        await partition.PrepareAsync(MemoryPartitionRows.Spec(3));
        PartitionReport report = await RunAsync(partition, successes: 2);
        StopOrder stop = new(StopReason.DurationElapsed, SimulatedTime.Start);
        PartitionOrders orders = new() { Fence = 1, Sequence = 20, Window = 3, Quota = true, Stop = stop };

        PartitionReport before = await ExchangeAsync(partition, orders with { Admitted = 1, Known = report.Version - 1 });
        while (before.Completed == 0)
        {
            Assert.True(_scheduler.Step(), "Nothing can happen any more.");
            before = await ExchangeAsync(partition, orders with { Sequence = 21, Admitted = 1, Known = report.Version - 1 });
        }

        PartitionReport after = await ExchangeAsync(partition, orders with { Sequence = 22, Admitted = 2, Known = before.Version });
        Assert.False(before.Sealed);
        Assert.True(after is { Sealed: true, Completed: 2, Cancelled: 1 });
    }

    /// <summary>It made the write that fences others as it left, though it had come up for a reader only: a purged partition had a segment again.</summary>
    [Fact]
    public async Task Leave_WithNothingToCommit_WritesNothing()
    {
        Partition absent = Open();
        await absent.LoadAsync();
        await absent.LeaveAsync();
        await _rows.WriteSpecAsync(MemoryPartitionRows.Spec(1));
        Partition reader = Open();
        await reader.LoadAsync();
        await reader.LeaveAsync();

        Assert.Empty(_rows.Segments);
    }

    /// <summary>Readers of a finished batch got what this activation had loaded, for ever: nothing would tell it any more.</summary>
    [Fact]
    public async Task OpenLog_ActivationThatLoadedBeforeAnothersWrite_ShowsThatWrite()
    {
        await _rows.WriteSpecAsync(MemoryPartitionRows.Spec(1));
        Partition partition = Open();
        await partition.LoadAsync();
        _rows.Commit(null, seal: null, new StoredResult { Index = 0, FinalState = "Done" });

        Assert.Equal(1, (await partition.OpenLogAsync())!.Index.FinalCount);
    }

    /// <summary>
    /// It waited for news of the activation that had just ended, for the longest time that a call waits: the write that the exchange had begun failed before the exchange went on.
    /// Connections that a database has broken off do fail like that. Found while all of them were broken off every second.
    /// </summary>
    [Fact]
    public async Task Exchange_TheWriteThatItBeginsFailsAtOnce_AnswersAtOnce()
    {
        Partition partition = Open();
        await partition.PrepareAsync(MemoryPartitionRows.Spec(2));
        PartitionReport report = await RunAsync(partition, successes: 1);
        _rows.Gate = Task.FromException(new IOException("broken off"));
        long started = _scheduler.Time.GetTimestamp();

        SupersededException ended = await Assert.ThrowsAsync<SupersededException>(() => ExchangeAsync(
            partition,
            new() { Fence = 1, Sequence = 20, Known = report.Version, Window = 2, Quota = true, Admitted = 1, Stop = new(StopReason.QuotaReached, SimulatedTime.Start) }));

        Assert.Equal("broken off", ended.Message);
        Assert.InRange(_scheduler.Time.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    /// <summary>The runs were told only after the seal was durable, or 100 ms later, behind the work that they were to stop.</summary>
    [Fact]
    public async Task Stop_SealIsHeldUp_RunsHereHaveStoppedAlready()
    {
        FirstSucceed instances = new(0);
        Partition partition = Open(instances);
        await partition.PrepareAsync(MemoryPartitionRows.Spec(3));
        await ExchangeAsync(partition, new() { Fence = 1, Sequence = 1, Window = 3 });
        _rows.Gate = new TaskCompletionSource().Task;

        _ = Begin(partition, Stopped);

        Assert.True(instances.IsStoppedHere);
        Assert.False(instances.IsStoppedEverywhere);
    }

    /// <summary>
    /// The runs of an activation that was lost before the stop were neither cancelled nor counted: the partition sealed, and they ran on.
    /// </summary>
    [Fact]
    public async Task Stop_RunsOfAnEarlierActivation_AreStoppedOnEverySiloBeforeTheSeal()
    {
        FirstSucceed instances = new(0);
        Partition lost = Open(instances);
        await lost.PrepareAsync(MemoryPartitionRows.Spec(3));
        await ExchangeAsync(lost, new() { Fence = 1, Sequence = 1, Window = 3 });
        await lost.LeaveAsync();
        instances.Everywhere = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Partition next = Open(instances);
        PartitionReport report = await ExchangeAsync(next, Stopped with { Fence = 0 });
        Task<PartitionReport> told = Begin(next, Stopped with { Fence = report.Fence, Sequence = 21, Known = report.Version });
        Until(() => instances.IsStoppedEverywhere);

        Assert.DoesNotContain(_rows.Segments, segment => segment.Seal is not null);
        instances.Everywhere.SetResult();
        report = await EndAsync(told);
        while (!report.Sealed)
        {
            report = await ExchangeAsync(next, Stopped with { Fence = report.Fence, Sequence = 22, Known = report.Version });
        }

        Assert.Equal(3, report.Cancelled);
    }

    /// <summary>
    /// The start of an instance was known to the activation that had started it alone: after a take-over it was cancelled as if it had
    /// never run.
    /// </summary>
    [Fact]
    public async Task Stop_InstancesThatRanForAWhileUnderAnEarlierActivation_KeepTheirStart()
    {
        Partition lost = Open();
        await lost.PrepareAsync(MemoryPartitionRows.Spec(3));
        DateTimeOffset started = _scheduler.Time.GetUtcNow();
        Task<PartitionReport> answer = Begin(lost, new() { Fence = 1, Sequence = 1, Window = 3, Quota = true, Known = long.MaxValue });
        Until(() => _rows.Segments.Count > 0);
        await lost.LeaveAsync();
        await Assert.ThrowsAsync<SupersededException>(() => EndAsync(answer));
        Partition next = Open();
        PartitionReport report = await ExchangeAsync(next, Stopped with { Fence = 0 });
        while (!report.Sealed)
        {
            report = await ExchangeAsync(next, Stopped with { Fence = report.Fence, Sequence = 21, Known = report.Version });
        }

        ResultPage page = await PartitionReader.InOrderAsync((await next.OpenLogAsync())!, 0, 3);
        Assert.All(page.Results, result => Assert.Equal(started, result.StartedAt));
    }

    /// <summary>
    /// A batch was purged and its id used again: the partition went on with the results of the purged one, or never came up again.
    /// </summary>
    [Fact]
    public async Task Exchange_RowsOfAnotherIncarnation_AreOverwrittenIfTheOneThatSpeaksIsCurrent()
    {
        await _rows.WriteSpecAsync(MemoryPartitionRows.Spec(2));
        _rows.Segments.Add(new() { Fence = 3, Epoch = 7, Incarnation = "old", Results = [new() { Index = 0, FinalState = "Old" }] });
        Partition partition = Open();

        await Assert.ThrowsAsync<SupersededException>(() => ExchangeAsync(partition, new() { Sequence = 1, Window = 2, Incarnation = "older" }));
        PartitionReport report = await ExchangeAsync(partition, new() { Sequence = 1, Window = 2, Incarnation = Current });

        Assert.Equal((0, 1L), (report.Completed, report.Epoch));
        Segment present = Assert.Single(_rows.Segments);
        Assert.Equal((Current, 0), (present.Incarnation, present.Results.Length));
    }

    /// <summary>An outcome that had come in time was dropped because the clock of the partition's silo was ahead of the batch's.</summary>
    [Fact]
    public async Task Exchange_ClockOfTheSiloIsAheadOfTheBatchs_OutcomesBeforeTheDeadlineCount()
    {
        Partition partition = Open();
        await partition.PrepareAsync(MemoryPartitionRows.Spec(1));
        DateTimeOffset batch = _scheduler.Time.GetUtcNow() - TimeSpan.FromMinutes(5);
        PartitionOrders orders = new() { Fence = 1, Window = 1, SentAt = batch, Deadline = batch + TimeSpan.FromSeconds(1) };

        PartitionReport report = await ExchangeAsync(partition, orders with { Sequence = 1 });
        for (int sequence = 2; !report.Sealed; sequence++)
        {
            report = await ExchangeAsync(partition, orders with { Sequence = sequence, Known = report.Version });
        }

        Assert.Equal(1, report.Completed);
    }

    /// <summary>An instance whose workflow no silo has held its slot for ever, and its batch never ended.</summary>
    [Fact]
    public async Task Exchange_NoSiloHasTheWorkflow_TheInstanceWaitsWithoutASlotUntilOneHas()
    {
        FirstSucceed instances = new(2) { Absent = "i0" };
        PartitionSpec spec = MemoryPartitionRows.Spec(2);
        Partition partition = Open(instances, new() { MaxRunningInstances = 1, ReservedPerBatch = 1 });
        await partition.PrepareAsync(spec with { Instances = [spec.Instances[0] with { Workflow = "absent" }, spec.Instances[1]] });
        PartitionReport report = await ExchangeAsync(partition, new() { Fence = 1, Sequence = 1, Window = 2 });
        while (report.Completed == 0)
        {
            report = await ExchangeAsync(partition, new() { Fence = 1, Sequence = 2, Window = 2, Known = report.Version });
        }

        Assert.Equal((1, 1, 0), (report.Completed, report.Unplaceable, report.Running));
        instances.Absent = null;
        while (!report.Sealed)
        {
            report = await ExchangeAsync(partition, new() { Fence = 1, Sequence = 3, Window = 2, Known = report.Version });
        }

        Assert.Equal((2, 0), (report.Completed, report.Unplaceable));
    }

    /// <summary>
    /// Outputs were held in memory as fast as instances ended, however slow the storage was: 30,000 of 64 KB took 3.5 GB.
    /// </summary>
    [Fact]
    public async Task Exchange_LargeOutputsWhileAWriteTakesLong_StartsNoMoreThanTheSlotsUntilItIsDurable()
    {
        FirstSucceed instances = new(10) { OutputBytes = Segment.MaxAddedBytes };
        Partition partition = Open(instances, new() { MaxRunningInstances = 2, ReservedPerBatch = 1 });
        await partition.PrepareAsync(MemoryPartitionRows.Spec(10));
        TaskCompletionSource written = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _rows.Gate = written.Task;
        PartitionOrders orders = new() { Fence = 1, Window = 10 };

        Task<PartitionReport> answer = Begin(partition, orders with { Sequence = 1, Known = long.MaxValue - 1 });
        Until(() => _rows.Segments.Count > 0);
        while (_scheduler.Time.GetUtcNow() < SimulatedTime.Start + TimeSpan.FromSeconds(10) && _scheduler.Step())
        {
        }

        Assert.Equal(2, instances.Started);
        _rows.Gate = Task.CompletedTask;
        written.SetResult();
        PartitionReport report = await EndAsync(answer);
        for (int sequence = 2; !report.Sealed; sequence++)
        {
            report = await ExchangeAsync(partition, orders with { Sequence = sequence, Known = report.Version });
        }

        Assert.Equal((10, 10), (instances.Started, report.Completed));
    }

    private const string Current = "current";

    private static PartitionOrders Stopped => new() { Fence = 1, Sequence = 20, Window = 3, Stop = new(StopReason.Cancelled, SimulatedTime.Start) };

    private void Until(Func<bool> holds)
    {
        while (!holds())
        {
            Assert.True(_scheduler.Step(), "Nothing can happen any more.");
        }
    }

    private async Task<Partition> SealedWithASurplusAsync(StopReason reason)
    {
        Partition partition = Open();
        await partition.PrepareAsync(MemoryPartitionRows.Spec(2));
        PartitionReport report = await RunAsync(partition, successes: 1);
        StopOrder stop = new(reason, SimulatedTime.Start);
        report = await ExchangeAsync(partition, new() { Fence = 1, Sequence = 20, Known = report.Version, Window = 2, Quota = true, Stop = stop });
        Assert.True(report.Sealed);
        return partition;
    }

    /// <summary>Lets it run until so many have succeeded.</summary>
    private async Task<PartitionReport> RunAsync(Partition partition, int successes)
    {
        PartitionOrders orders = new() { Fence = 1, Window = 3, Quota = true };
        PartitionReport report = await ExchangeAsync(partition, orders with { Sequence = 1 });
        for (int sequence = 2; report.Successes < successes; sequence++)
        {
            report = await ExchangeAsync(partition, orders with { Sequence = sequence, Known = report.Version });
        }

        return report;
    }

    private Partition Open(int succeeding = 1) => Open(new FirstSucceed(succeeding));

    private Partition Open(FirstSucceed instances, CanoOptions? options = null)
    {
        instances.Time = _scheduler.Time;
        return new("b/0123456789abcdef/0", new(
            instances, new(Options.Create(options ?? new())), _ => _rows, new(), new(), ReadBatch, _scheduler.Time, _scheduler.Time, () => 1, Silo.UnheardMetrics, NullLogger.Instance));
    }

    private Task<PartitionReport> ExchangeAsync(Partition partition, PartitionOrders orders) => EndAsync(Begin(partition, orders));

    private Task<PartitionReport> Begin(Partition partition, PartitionOrders orders)
    {
        Task<PartitionReport>? answer = null;
        new Turns(_scheduler, "test").Run(() => answer = partition.ExchangeAsync(orders with { Epoch = 1 }));
        return answer!;
    }

    private Task<PartitionReport> EndAsync(Task<PartitionReport> answer)
    {
        while (!answer.IsCompleted)
        {
            Assert.True(_scheduler.Step(), "The exchange has no answer, and nothing can happen any more.");
        }

        return answer;
    }

    /// <summary>The first instances succeed at once, the others never end.</summary>
    private sealed class FirstSucceed(int count) : IInstances
    {
        internal int Started { get; private set; }

        internal bool IsStoppedHere { get; private set; }

        internal bool IsStoppedEverywhere { get; private set; }

        internal TaskCompletionSource? Everywhere { get; set; }

        /// <summary>Not null: no silo has the workflow "absent".</summary>
        internal string? Absent { get; set; }

        internal TimeProvider? Time { get; set; }

        internal int OutputBytes { get; init; }

        public Task<InstanceReply> RunAsync(string batchId, InstanceRun run)
        {
            Started++;
            return run.Instance.Id[1] - '0' < count
                ? Task.FromResult(new InstanceReply(ReadyOutcomesTests.Outcome(0, success: true).Outcome with { Output = new byte[OutputBytes] }, false))
                : new TaskCompletionSource<InstanceReply>().Task;
        }

        public bool CanRun(string workflow) => workflow != "absent" || Absent is null;

        public bool CanRunHere(string workflow) => CanRun(workflow);

        public long SilosVersion => Absent is null ? 2 : 1;

        public async Task WhenSilosChangeAsync(long seen, CancellationToken cancellationToken)
        {
            while (SilosVersion == seen)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), Time!, cancellationToken);
            }
        }

        public void StopHere(string batchId, string? incarnation) => IsStoppedHere = true;

        public Task StopEverywhereAsync(string batchId, string? incarnation)
        {
            IsStoppedEverywhere = true;
            return Everywhere?.Task ?? Task.CompletedTask;
        }

        public Task ForgetAsync(string batchId, string? incarnation, string instanceId) => Task.CompletedTask;
    }

    private static Task<BatchState?> ReadBatch(string batchId) => Task.FromResult<BatchState?>(new()
    {
        Header = new() { Timeout = new ConcurrentTimeout.WaitForever(), PartitionSizes = [2], Digest = "0123456789abcdef", Workflows = [] },
        Incarnation = Current,
    });
}
