using System.Diagnostics;
using Orleans;

namespace Cano.LoadTests;

/// <summary>A batch whose instances end soon, beside one of 10,000 whose instances hold every slot for a minute.</summary>
internal sealed record Beside() : Scenario("beside", "how long a batch takes beside a large slow one", 1_200, 5)
{
    private const int SlowInstances = 10_000;
    private const int SlowMilliseconds = 60_000;
    private const int QuickMilliseconds = 300;

    protected override async Task MeasureAsync(IGrainFactory client, LoadSettings settings, Counts counts)
    {
        double alone = 0;
        for (int i = 0; i <= settings.Warmup; i++)
        {
            alone = await QuickAsync(client, settings);
        }

        Print($"alone: {alone:N0} ms");
        ConcurrentWorkflowRun<NoOpState> slow =
            await Batch(new ConcurrentTimeout.WaitForever(), SlowInstances, LoadSilo.Stubborn, _ => SlowMilliseconds).StartAsync(client);
        int running = 0;
        await foreach (BatchStatus status in slow.WatchAsync())
        {
            running = status.Running;
            if (running >= Math.Min(settings.MaxRunning, SlowInstances))
            {
                break;
            }
        }

        List<double> times = [];
        for (int i = 0; i < settings.Batches; i++)
        {
            times.Add(await QuickAsync(client, settings));
            BatchStatus status = await slow.GetStatusAsync();
            Print($"{i,-5} {times[^1]:N0} ms beside {running:N0} instances of {SlowMilliseconds / 1_000} s; {status.Completed:N0} have ended");
        }

        Print($"median: {Percentile(times, 0.5):N0} ms, {Percentile(times, 0.5) / alone:N1} times as long as alone");
        await slow.CancelAsync();
    }

    private static async Task<double> QuickAsync(IGrainFactory client, LoadSettings settings)
    {
        ConcurrentWorkflow<NoOpState> batch =
            Batch(new ConcurrentTimeout.WaitForever(), settings.Instances, LoadSilo.Stubborn, _ => QuickMilliseconds);
        long start = Stopwatch.GetTimestamp();
        ConcurrentWorkflowResults<NoOpState> results = await batch.OrchestrateAsync(client);
        double took = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return results.Completed == settings.Instances
            ? took
            : throw new InvalidOperationException($"{results.Completed} of {settings.Instances} completed.");
    }
}
