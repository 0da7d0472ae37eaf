using Orleans;

namespace Cano.LoadTests;

/// <summary>Instances that end one after the other, 20 ms apart: the worst case for writing in groups.</summary>
internal sealed record Trickle() : Scenario("trickle", "what slow results cost in writes", 1_000, 1)
{
    private const int Milliseconds = 20;

    protected override async Task MeasureAsync(IGrainFactory client, LoadSettings settings, Counts counts)
    {
        Reading before = counts.Read();
        ConcurrentWorkflow<NoOpState> batch = Batch(new ConcurrentTimeout.WaitForever(), settings.Instances, LoadSilo.Stubborn, i => 1_000 + (i * Milliseconds));
        ConcurrentWorkflowResults<NoOpState> results = await batch.OrchestrateAsync(client);
        Reading counted = counts.Read() - before;
        Print($"{results.Completed:N0} results {Milliseconds} ms apart: {counted.Writes * 1000.0 / settings.Instances:N1} writes for 1,000 instances, {(double)counted.Written / settings.Instances:N0} bytes an instance, largest row {counts.LargestWrite:N0} bytes");
    }
}
