using System.Diagnostics;
using Orleans;

namespace Cano.LoadTests;

/// <summary>One batch, measured.</summary>
/// <param name="Elapsed">From the call of <c>OrchestrateAsync</c> to its results.</param>
/// <param name="Result">What came of it.</param>
/// <param name="Writes">How many rows were written.</param>
/// <param name="Written">How many bytes of rows were written.</param>
/// <param name="Commits">How many transactions there were.</param>
/// <param name="Allocated">How many bytes the process allocated, client and silo.</param>
/// <param name="Processor">How much processor time the process used, client, silo and database alike (a database server apart).</param>
/// <param name="Collections">How many garbage collections there were, by generation.</param>
/// <param name="AfterStop">From the stop, as recorded, to the results in hand.</param>
/// <param name="Submitting">From the call to the durable start.</param>
/// <param name="Running">From the durable start to the end.</param>
internal sealed record LoadRun(
    TimeSpan Elapsed, ConcurrentWorkflowResults<NoOpState> Result, long Writes, long Written, long Commits, long Allocated, TimeSpan Processor, string Collections, TimeSpan AfterStop, TimeSpan Submitting, TimeSpan Running)
{
    internal static async Task<LoadRun> MakeAsync(IGrainFactory client, LoadSettings settings, StorageCounts counts)
    {
        ConcurrentTimeout timeout = settings.Strategy switch
        {
            "quota" => new ConcurrentTimeout.WaitForQuota(Math.Max(1, settings.Instances / 2)),
            "duration" => new ConcurrentTimeout.WaitDuration(TimeSpan.FromSeconds(1)),
            _ => new ConcurrentTimeout.WaitForever(),
        };
        WorkflowKey<NoOpState, int> key = settings.Strategy == "duration" ? LoadSilo.Stubborn : LoadSilo.NoOp;
        ConcurrentWorkflow<NoOpState> batch = new ConcurrentWorkflowBuilder<NoOpState>(timeout)
            .AddInstances(Enumerable.Range(0, settings.Instances).Select(i => new ConcurrentWorkflowInstance<NoOpState, int>($"instance-{i}", key, 60_000)))
            .Build();

        (long writes, long written, long commits) = counts.Read();
        long allocated = GC.GetTotalAllocatedBytes();
        TimeSpan processor = ProcessorTime();
        int[] collections = Collected();
        DateTimeOffset called = TimeProvider.System.GetUtcNow();
        long started = Stopwatch.GetTimestamp();
        ConcurrentWorkflowResults<NoOpState> result = await batch.OrchestrateAsync(client);
        TimeSpan elapsed = Stopwatch.GetElapsedTime(started);
        BatchStatus status = await ConcurrentWorkflowRun.Attach<NoOpState>(client, result.BatchId).GetStatusAsync();
        TimeSpan afterStop = TimeProvider.System.GetUtcNow() - (status.Deadline ?? status.StoppedAt!.Value);
        (long writesAfter, long writtenAfter, long commitsAfter) = counts.Read();
        return new(
            elapsed,
            result,
            writesAfter - writes,
            writtenAfter - written,
            commitsAfter - commits,
            GC.GetTotalAllocatedBytes() - allocated,
            ProcessorTime() - processor,
            string.Join('/', Collected().Zip(collections, (after, before) => after - before)),
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
