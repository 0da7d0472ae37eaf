using System.Diagnostics;
using Orleans;

namespace Cano.LoadTests;

/// <summary>Many batches at once.</summary>
internal sealed record Crowd() : Scenario("crowd", "many batches at once", 3, 10_000)
{
    protected override async Task MeasureAsync(IGrainFactory client, LoadSettings settings, Counts counts)
    {
        for (int round = -1; round < 3; round++)
        {
            ConcurrentWorkflow<NoOpState>[] batches =
                [.. Enumerable.Range(0, settings.Batches).Select(_ => Batch(new ConcurrentTimeout.WaitForever(), settings.Instances, LoadSilo.NoOp, _ => 0))];
            Reading before = counts.Read();
            long started = Stopwatch.GetTimestamp();
            double[] ended = await Task.WhenAll(batches.Select(async batch =>
            {
                ConcurrentWorkflowResults<NoOpState> results = await batch.OrchestrateAsync(client);
                return results.Completed == settings.Instances
                    ? Stopwatch.GetElapsedTime(started).TotalMilliseconds
                    : throw new InvalidOperationException($"{results.Completed} of {settings.Instances} completed.");
            }));
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            Reading counted = counts.Read() - before;
            List<double> times = [.. ended];
            double all = (double)settings.Batches * settings.Instances;
            Print($"{(round < 0 ? "warm" : $"{round}"),-5} {settings.Batches:N0} batches in {seconds:N2} s: {settings.Batches / seconds:N0} batches/s, {all / seconds:N0} instances/s; half had ended after {Percentile(times, 0.5):N0} ms; {(double)counted.Writes / settings.Batches:N2} writes a batch, {counted.Writes * 1000 / all:N1} for 1,000 instances, {counted.Written / all:N0} bytes an instance; peak {PeakMegabytes()} MB");
        }
    }
}
