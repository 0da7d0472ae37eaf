using System.Diagnostics;
using Orleans;

namespace Cano.LoadTests;

/// <summary>
/// Instances that each give an output of 64 KB, or of 100 bytes: what a silo needs in memory for results that nobody reads yet. One size a
/// process, since the peak is the process's.
/// </summary>
internal sealed record Outputs(int Bytes) : Scenario($"outputs-{Bytes}", $"peak memory with outputs of {Bytes:N0} bytes", 100_000, 1)
{
    protected override async Task MeasureAsync(IGrainFactory client, LoadSettings settings, Counts counts)
    {
        long started = Stopwatch.GetTimestamp();
        ConcurrentWorkflowRun<NoOpState> run =
            await Batch(new ConcurrentTimeout.WaitForever(), settings.Instances, LoadSilo.Output, _ => Bytes).StartAsync(client);
        await foreach (BatchStatus status in run.WatchAsync())
        {
            if (status.Phase is BatchPhase.Finished)
            {
                TimeSpan took = Stopwatch.GetElapsedTime(started);
                Print($"{status.Completed:N0} outputs of {Bytes:N0} bytes in {took.TotalSeconds:N1} s: peak {PeakMegabytes():N0} MB");
            }
        }
    }
}
