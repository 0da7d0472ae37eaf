using System.Diagnostics;
using Orleans;

namespace Cano.LoadTests;

/// <summary>Reads the status of a batch again and again while it runs, then all of its results.</summary>
internal sealed record Reads() : Scenario("reads", "how long reads take beside the work", 100_000, 3)
{
    protected override async Task MeasureAsync(IGrainFactory client, LoadSettings settings, Counts counts)
    {
        for (int i = -settings.Warmup; i < settings.Batches; i++)
        {
            ConcurrentWorkflow<NoOpState> batch = Batch(new ConcurrentTimeout.WaitForever(), settings.Instances, LoadSilo.NoOp, _ => 0);
            ConcurrentWorkflowRun<NoOpState> run = await batch.StartAsync(client);
            List<double> milliseconds = [];
            for (BatchPhase phase = BatchPhase.Pending; phase != BatchPhase.Finished;)
            {
                long asked = Stopwatch.GetTimestamp();
                phase = (await run.GetStatusAsync()).Phase;
                milliseconds.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
            }

            long started = Stopwatch.GetTimestamp();
            int read = 0;
            await foreach (WorkflowResult<NoOpState> _ in run.StreamResultsAsync())
            {
                read++;
            }

            double streamed = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            started = Stopwatch.GetTimestamp();
            int all = (await run.WaitAsync()).Results.Count;
            double taken = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            Print($"{(i < 0 ? "warm" : $"{i}"),-5} {milliseconds.Count:N0} reads of the status while it ran: p50 {Percentile(milliseconds, 0.5):N2} ms, p99 {Percentile(milliseconds, 0.99):N2} ms; {read:N0} results streamed page by page in {streamed:N0} ms; {all:N0} taken at once in {taken:N0} ms");
        }
    }
}
