using System.Diagnostics;
using Orleans;

namespace Cano.LoadTests;

/// <summary>Small batches one after the other, each from the call of <c>OrchestrateAsync</c> to its results.</summary>
internal sealed record Small() : Scenario("small", "how long a small batch takes", 3, 1_000)
{
    protected override async Task MeasureAsync(IGrainFactory client, LoadSettings settings, Counts counts)
    {
        List<double> milliseconds = [];
        Reading before = default;
        for (int i = -Math.Max(settings.Warmup, 500); i < settings.Batches; i++)
        {
            before = i == 0 ? counts.Read() : before;
            ConcurrentWorkflow<NoOpState> batch = Batch(new ConcurrentTimeout.WaitForever(), settings.Instances, LoadSilo.NoOp, _ => 0);
            long started = Stopwatch.GetTimestamp();
            ConcurrentWorkflowResults<NoOpState> results = await batch.OrchestrateAsync(client);
            double elapsed = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            if (results.Completed != settings.Instances)
            {
                throw new InvalidOperationException($"{results.Completed} of {settings.Instances} completed.");
            }

            if (i >= 0)
            {
                milliseconds.Add(elapsed);
            }
        }

        Reading counted = counts.Read() - before;
        Print($"{settings.Batches:N0} batches: p50 {Percentile(milliseconds, 0.5):N2} ms, p90 {Percentile(milliseconds, 0.9):N2} ms, p99 {Percentile(milliseconds, 0.99):N2} ms, longest {milliseconds[^1]:N2} ms; {(double)counted.Writes / settings.Batches:N2} writes and {(double)counted.Written / settings.Batches:N0} bytes a batch");
    }
}
