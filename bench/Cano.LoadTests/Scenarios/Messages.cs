using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;

namespace Cano.LoadTests;

/// <summary>Counts what three silos say to each other. Needs PostgreSQL: storage in memory lives in grains and would be counted.</summary>
internal sealed record Messages() : Scenario("messages", "messages between three silos", 100_000, 2)
{
    private const int Silos = 3;

    internal override async Task RunAsync(LoadSettings settings)
    {
        using Counts counts = new();
        List<IHost> silos = await LoadSilo.StartClusterAsync(settings, Silos);
        await MeasureAsync(silos[0].Services.GetRequiredService<IGrainFactory>(), settings, counts);
        foreach (IHost silo in Enumerable.Reverse(silos))
        {
            await silo.StopAsync();
            silo.Dispose();
        }
    }

    protected override async Task MeasureAsync(IGrainFactory client, LoadSettings settings, Counts counts)
    {
        for (int i = -settings.Warmup; i < settings.Batches; i++)
        {
            LoadRun run = await LoadRun.MakeAsync(client, Batch(new ConcurrentTimeout.WaitForever(), settings.Instances, LoadSilo.NoOp, _ => 0), counts);
            Print($"{(i < 0 ? "warm" : $"{i}"),-5} {settings.Instances / run.Elapsed.TotalSeconds:N0} instances/s on {Silos} silos; {(double)run.Counted.Messages / settings.Instances:N3} messages between silos an instance, the largest so far {counts.LargestMessage:N0} bytes; {run.Counted.Writes * 1000.0 / settings.Instances:N1} writes for 1,000");
        }
    }
}
