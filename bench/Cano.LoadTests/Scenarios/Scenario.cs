using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;

namespace Cano.LoadTests;

/// <summary>One way to load a silo, and what is measured of it.</summary>
/// <param name="Name">What it is chosen by.</param>
/// <param name="Measures">What it measures.</param>
/// <param name="Instances">How many instances a batch has, unless said otherwise.</param>
/// <param name="Batches">How many batches count, unless said otherwise.</param>
/// <param name="MaxRunning">A silo's limit of running instances, unless said otherwise.</param>
internal abstract record Scenario(string Name, string Measures, int Instances, int Batches, int MaxRunning = 1_024)
{
    internal static IReadOnlyList<Scenario> All { get; } =
        [new Throughput(), new Small(), new Crowd(), new Reads(), new Stop(), new Trickle(), new Messages(), new Lists(), new Statistics(), new Silos(), new Beside(),
            new Outputs(100), new Outputs(65_000), new Find(), new Shared(), new SharedTrickle()];

    /// <summary>Starts what is needed, measures and prints.</summary>
    internal virtual async Task RunAsync(LoadSettings settings)
    {
        using Counts counts = new();
        using IHost host = await LoadSilo.StartAsync(settings);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{settings.Scenario} on {settings.Storage}, {settings.Instances:N0} instances a batch, at most {settings.MaxRunning:N0} running, {(System.Runtime.GCSettings.IsServerGC ? "server" : "workstation")} GC"));
        Begin(host.Services);
        await MeasureAsync(host.Services.GetRequiredService<IGrainFactory>(), settings, counts);
        await host.StopAsync();
    }

    /// <summary>For a scenario that needs more of the silo than a client has.</summary>
    protected virtual void Begin(IServiceProvider services)
    {
    }

    protected abstract Task MeasureAsync(IGrainFactory client, LoadSettings settings, Counts counts);

    /// <summary>A batch of instances of one workflow.</summary>
    /// <param name="timeout">The strategy.</param>
    /// <param name="count">How many instances.</param>
    /// <param name="key">The workflow.</param>
    /// <param name="milliseconds">What each is given.</param>
    protected static ConcurrentWorkflow<NoOpState> Batch(ConcurrentTimeout timeout, int count, WorkflowKey<NoOpState, int> key, Func<int, int> milliseconds) =>
        new ConcurrentWorkflowBuilder<NoOpState>(timeout)
            .AddInstances(Enumerable.Range(0, count).Select(i => new ConcurrentWorkflowInstance<NoOpState, int>($"instance-{i}", key, milliseconds(i))))
            .Build();

    protected static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    /// <summary>The time below which a share of the samples lies, in milliseconds. Sorts them.</summary>
    protected static double Percentile(List<double> samples, double share)
    {
        samples.Sort();
        return samples[Math.Min(samples.Count - 1, (int)(samples.Count * share))];
    }

    protected static long PeakMegabytes()
    {
        using Process self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64 / 1_048_576;
    }
}
