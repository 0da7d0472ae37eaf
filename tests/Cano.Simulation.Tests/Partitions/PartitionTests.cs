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
        PartitionLedger owner = new(_rows);
        await owner.PrepareAsync(MemoryPartitionRows.Spec(1));
        Partition reader = Open();
        await reader.LoadAsync();
        await reader.LeaveAsync();

        Assert.Empty(_rows.Segments);
    }

    /// <summary>Readers of a finished batch got what this activation had loaded, for ever: nobody had anything to tell it any more.</summary>
    [Fact]
    public async Task Read_ActivationThatLoadedBeforeAnothersWrite_ShowsThatWrite()
    {
        PartitionLedger other = new(_rows);
        await other.PrepareAsync(MemoryPartitionRows.Spec(1));
        Partition partition = Open();
        await partition.LoadAsync();
        await other.CommitAsync(1, [new() { Index = 0, FinalState = "Done" }], seal: null);

        Assert.Equal(1, (await partition.ReadAsync()).FinalCount);
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

    [Fact]
    public async Task Stop_AFewRun_AreCancelledOnceTheSealIsDurable()
    {
        TaskCompletionSource written = new(TaskCreationOptions.RunContinuationsAsynchronously);
        FirstSucceed instances = new(0);
        Partition partition = Open(instances);
        await partition.PrepareAsync(MemoryPartitionRows.Spec(3));
        await ExchangeAsync(partition, new() { Fence = 1, Sequence = 1, Window = 3 });
        _rows.Gate = written.Task;
        long stopped = _scheduler.Time.GetTimestamp();
        _ = Begin(partition, Stopped);
        Until(() => _rows.Segments.Count == 1);
        Assert.Empty(instances.Cancelled);
        written.SetResult();
        Until(() => instances.Cancelled.Count == 3);

        Assert.Equal(["i0", "i1", "i2"], instances.Cancelled);
        Assert.Equal(TimeSpan.Zero, _scheduler.Time.GetElapsedTime(stopped));
    }

    /// <summary>Ten thousand cancels kept the seals of other partitions, and so the answer of the batch, waiting for up to 400 ms.</summary>
    [Fact]
    public async Task Stop_ManyRun_LeaveAMomentForOtherSeals()
    {
        FirstSucceed instances = new(0);
        Partition partition = Open(instances);
        await partition.PrepareAsync(MemoryPartitionRows.Spec(200));
        await ExchangeAsync(partition, new() { Fence = 1, Sequence = 1, Window = 200 });
        Until(() => instances.Started == 200);
        long stopped = _scheduler.Time.GetTimestamp();
        Assert.True((await ExchangeAsync(partition, Stopped)).Sealed);
        Assert.Empty(instances.Cancelled);

        Until(() => instances.Cancelled.Count == 200);

        Assert.Equal(Pace.BeforeCancels, _scheduler.Time.GetElapsedTime(stopped));
    }

    [Fact]
    public async Task Stop_TheSealIsHeldUp_RunsAreCancelledAllTheSame()
    {
        FirstSucceed instances = new(0);
        Partition partition = Open(instances);
        await partition.PrepareAsync(MemoryPartitionRows.Spec(3));
        await ExchangeAsync(partition, new() { Fence = 1, Sequence = 1, Window = 3 });
        _rows.Gate = new TaskCompletionSource().Task;
        long stopped = _scheduler.Time.GetTimestamp();
        _ = Begin(partition, Stopped);

        Until(() => instances.Cancelled.Count == 3);

        Assert.Equal(Pace.BeforeCancels, _scheduler.Time.GetElapsedTime(stopped));
    }

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

    private Partition Open(FirstSucceed instances) => new(
        "b", () => _rows, instances, new(Options.Create(new CanoOptions())), _scheduler.Time, _scheduler.Time, Silo.UnheardMetrics, NullLogger.Instance);

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

        internal List<string> Cancelled { get; } = [];

        public Task<InstanceReply> RunAsync(string batchId, InstanceRun run)
        {
            Started++;
            return run.Instance.Id[1] - '0' < count
                ? Task.FromResult(new InstanceReply(ReadyOutcomesTests.Outcome(0, success: true).Outcome, false))
                : new TaskCompletionSource<InstanceReply>().Task;
        }

        public Task CancelAsync(string batchId, string? incarnation, string instanceId)
        {
            Cancelled.Add(instanceId);
            return Task.CompletedTask;
        }

        public void StopHere(string batchId, string? incarnation)
        {
        }

        public Task ForgetAsync(string batchId, string? incarnation, string instanceId) => Task.CompletedTask;
    }
}
