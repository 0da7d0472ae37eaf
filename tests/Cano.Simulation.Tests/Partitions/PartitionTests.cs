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
    public async Task Exchange_AdmissionThatComesAfterTheSeal_ChangesNothing()
    {
        Partition partition = await SealedWithASurplusAsync(StopReason.DurationElapsed);
        Segment closed = _rows.Segments[^1];

        PartitionReport report = await ExchangeAsync(partition, new() { Fence = 1, Admitted = 1, Sequence = 9, Window = 2, Quota = true });

        Assert.Same(closed, _rows.Segments[^1]);
        Assert.True(report is { Sealed: true, Completed: 0, Cancelled: 2 });
    }

    /// <summary>It was called cancelled by the deadline, though it had ended before it and only the quota was given out.</summary>
    [Fact]
    public async Task Seal_SuccessThatWasRefusedBeforeTheDeadline_IsSurplus()
    {
        await SealedWithASurplusAsync(StopReason.DurationElapsed);

        Assert.Equal([0], _rows.Segments[^1].Seal!.Surplus);
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

    private async Task<Partition> SealedWithASurplusAsync(StopReason reason)
    {
        Partition partition = Open();
        await partition.PrepareAsync(MemoryPartitionRows.Spec(2));
        PartitionReport report = await ExchangeAsync(partition, new() { Fence = 1, Sequence = 1, Window = 2, Quota = true });
        for (int sequence = 2; report.Successes == 0; sequence++)
        {
            report = await ExchangeAsync(partition, new() { Fence = 1, Sequence = sequence, Known = report.Version, Window = 2, Quota = true });
        }

        StopOrder stop = new(reason, SimulatedTime.Start);
        report = await ExchangeAsync(partition, new() { Fence = 1, Sequence = 8, Known = report.Version, Window = 2, Quota = true, Stop = stop });
        Assert.True(report.Sealed);
        return partition;
    }

    private Partition Open() => new(
        "b", () => _rows, new OneSucceeds(), new(Options.Create(new CanoOptions())), _scheduler.Time, _scheduler.Time, NullLogger.Instance);

    private Task<PartitionReport> ExchangeAsync(Partition partition, PartitionOrders orders)
    {
        Task<PartitionReport>? answer = null;
        new Turns(_scheduler, "test").Run(() => answer = partition.ExchangeAsync(orders with { Epoch = 1 }));
        while (!answer!.IsCompleted)
        {
            Assert.True(_scheduler.Step(), "The exchange has no answer, and nothing can happen any more.");
        }

        return answer;
    }

    /// <summary>The first instance succeeds at once, the others never end.</summary>
    private sealed class OneSucceeds : IInstances
    {
        public Task<InstanceReply> RunAsync(string batchId, InstanceRun run) =>
            run.Instance.Id == "i0" ? Task.FromResult(new InstanceReply(ReadyOutcomesTests.Outcome(0, success: true).Outcome, false)) : new TaskCompletionSource<InstanceReply>().Task;

        public Task CancelAsync(string batchId, string instanceId) => Task.CompletedTask;

        public Task ForgetAsync(string batchId, string instanceId) => Task.CompletedTask;
    }
}
