using Orleans;

namespace Cano.LoadTests;

/// <summary>Stops batches whose instances all run and ignore cancellation: at a deadline, or at the hundredth success.</summary>
internal sealed record Stop() : Scenario("stop", "how soon a stopped batch answers (strategy duration or quota)", 10_000, 5, MaxRunning: 20_000)
{
    private const int Quota = 100;

    /// <summary>Long after all of them run, and the hundred at once.</summary>
    private const int QuickMilliseconds = 5_000;

    protected override async Task MeasureAsync(IGrainFactory client, LoadSettings settings, Counts counts)
    {
        bool byQuota = settings.Strategy == "quota";
        ConcurrentTimeout timeout = byQuota ? new ConcurrentTimeout.WaitForQuota(Quota) : new ConcurrentTimeout.WaitDuration(TimeSpan.FromMilliseconds(QuickMilliseconds));
        List<double> stops = [];
        List<double> answers = [];
        for (int i = -1; i < settings.Batches; i++)
        {
            // The stubborn ones of one batch are gone before the next begins.
            ConcurrentWorkflow<NoOpState> batch = Batch(timeout, settings.Instances, LoadSilo.Stubborn, n => byQuota && n < Quota ? QuickMilliseconds : QuickMilliseconds + 4_000);
            ConcurrentWorkflowRun<NoOpState> run = await batch.StartAsync(client);
            int most = 0;
            BatchStatus status = await run.GetStatusAsync();
            DateTimeOffset known = default;
            await foreach (BatchStatus seen in run.WatchAsync())
            {
                most = Math.Max(most, seen.Running);
                status = seen;
                known = known == default && seen.StopReason is not null ? TimeProvider.System.GetUtcNow() : known;
            }

            ConcurrentWorkflowResults<NoOpState> results = await run.WaitAsync();
            DateTimeOffset inHand = TimeProvider.System.GetUtcNow();
            DateTimeOffset due = byQuota
                ? results.Results.Where(one => one.Outcome == WorkflowOutcome.Completed).Max(one => one.FinishedAt!.Value)
                : status.Deadline!.Value;
            double decided = (status.StoppedAt!.Value - due).TotalMilliseconds;
            double told = (known - due).TotalMilliseconds;
            double ended = (status.FinishedAt!.Value - due).TotalMilliseconds;
            double answered = (inHand - due).TotalMilliseconds;
            if (i >= 0)
            {
                stops.Add(told);
                answers.Add(answered);
            }

            Print($"{(i < 0 ? "warm" : $"{i}"),-5} {most:N0} ran; after {(byQuota ? "the hundredth success" : "the deadline")}: decided {decided:N1} ms, told to a watcher (durable) {told:N1} ms, every outcome final {ended:N1} ms, all results in hand {answered:N1} ms; {results.Completed} completed, {results.Cancelled} cancelled");
        }

        Print($"median: told {Percentile(stops, 0.5):N1} ms, all results in hand {Percentile(answers, 0.5):N1} ms");
    }
}
