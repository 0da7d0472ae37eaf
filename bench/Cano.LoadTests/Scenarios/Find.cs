using System.Diagnostics;
using Cano.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;

namespace Cano.LoadTests;

/// <summary>
/// Looks for single results of a large finished batch in a silo that has just started, so that nothing of it is in memory.
/// </summary>
internal sealed record Find() : Scenario("find", "the first read of one result of a large finished batch", 1_000_000, 5)
{
    internal override async Task RunAsync(LoadSettings settings)
    {
        string id;
        using (IHost first = await LoadSilo.StartAsync(settings))
        {
            ConcurrentWorkflowRun<NoOpState> run = await Batch(new ConcurrentTimeout.WaitForever(), settings.Instances, LoadSilo.NoOp, i => i)
                .StartAsync(first.Services.GetRequiredService<IGrainFactory>());
            id = run.Id;
            await foreach (BatchStatus status in run.WatchAsync())
            {
                Print($"{status.Completed:N0} of {status.Total:N0}");
            }

            await first.StopAsync();
        }

        using IHost second = await LoadSilo.StartAsync(settings);
        await MeasureAsync(second.Services.GetRequiredService<IGrainFactory>(), settings, id);
        await second.StopAsync();
    }

    protected override Task MeasureAsync(IGrainFactory client, LoadSettings settings, Counts counts) => throw new NotSupportedException("RunAsync does it all.");

    private static async Task MeasureAsync(IGrainFactory client, LoadSettings settings, string id)
    {
        BatchRun run = new(client, id, new(TimeProvider.System));
        BatchView view = await run.GetViewAsync();

        // The first look-up compiles what all of them use; each is of a partition of its own.
        for (int i = -1; i < settings.Batches; i++)
        {
            string instance = $"instance-{(i + 2) * (settings.Instances / (settings.Batches + 2))}";
            long allocated = GC.GetTotalAllocatedBytes();
            long started = Stopwatch.GetTimestamp();
            (_, InstanceResult? result) = await run.FindAsync(view, instance);
            double took = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            Print($"{(i < 0 ? "warm" : $"{i}"),-5} {result?.Id} found after {took:N1} ms, {(GC.GetTotalAllocatedBytes() - allocated) / 1024.0:N0} KB allocated");
        }
    }
}
