using System.Diagnostics;
using Orleans;

namespace Cano.LoadTests;

/// <summary>One batch, measured.</summary>
/// <param name="Elapsed">From the call of <c>OrchestrateAsync</c> to its results.</param>
/// <param name="Result">What came of it.</param>
/// <param name="Counted">What was written and said.</param>
/// <param name="Allocated">How many bytes the process allocated, client and silo.</param>
/// <param name="Processor">How much processor time the process used, client, silo and database alike (a database server apart).</param>
/// <param name="Collections">How many garbage collections there were, by generation.</param>
/// <param name="AfterStop">From the stop, as recorded, to the results in hand.</param>
/// <param name="Submitting">From the call to the durable start.</param>
/// <param name="Running">From the durable start to the end.</param>
internal sealed record LoadRun(
    TimeSpan Elapsed,
    ConcurrentWorkflowResults<NoOpState> Result,
    Reading Counted,
    long Allocated,
    TimeSpan Processor,
    string Collections,
    TimeSpan AfterStop,
    TimeSpan Submitting,
    TimeSpan Running)
{
    internal static async Task<LoadRun> MakeAsync(IGrainFactory client, ConcurrentWorkflow<NoOpState> batch, Counts counts)
    {
        Reading before = counts.Read();
        long allocated = GC.GetTotalAllocatedBytes();
        TimeSpan processor = ProcessorTime();
        int[] collections = Collected();
        DateTimeOffset called = TimeProvider.System.GetUtcNow();
        long started = Stopwatch.GetTimestamp();
        ConcurrentWorkflowResults<NoOpState> result = await batch.OrchestrateAsync(client);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        BatchStatus status = await ConcurrentWorkflowRun.Attach<NoOpState>(client, result.BatchId).GetStatusAsync();
        TimeSpan afterStop = TimeProvider.System.GetUtcNow() - status.StoppedAt!.Value;
        return new(
            elapsed,
            result,
            counts.Read() - before,
            GC.GetTotalAllocatedBytes() - allocated,
            ProcessorTime() - processor,
            string.Join('/', Collected().Zip(collections, (after, earlier) => after - earlier)),
            afterStop,
            status.StartedAt!.Value - called,
            status.FinishedAt!.Value - status.StartedAt!.Value);
    }

    private static int[] Collected() => [GC.CollectionCount(0) - GC.CollectionCount(1), GC.CollectionCount(1) - GC.CollectionCount(2), GC.CollectionCount(2)];

    private static TimeSpan ProcessorTime()
    {
        using Process self = Process.GetCurrentProcess();
        return self.TotalProcessorTime;
    }
}
