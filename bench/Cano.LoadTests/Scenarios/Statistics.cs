using System.Diagnostics;
using Cano.Protocol;
using Orleans;

namespace Cano.LoadTests;

/// <summary>Adds up what came of a batch, as the API and the page do; and once a second beside a batch that runs, in turn with batches that nobody watches.</summary>
internal sealed record Statistics() : Scenario("statistics", "how long the statistics of a batch take, and how much whoever watches them slows it", 100_000, 5)
{
    protected override async Task MeasureAsync(IGrainFactory client, LoadSettings settings, Counts counts)
    {
        List<double> alone = [];
        List<double> watched = [];
        List<double> cold = [];
        List<double> known = [];
        for (int i = -settings.Warmup; i < settings.Batches; i++)
        {
            double rate = await RunAsync(client, settings, reader: null, cold: [], known: []);
            using StatisticsReader reader = new(client, TimeProvider.System);
            double beside = await RunAsync(client, settings, reader, cold, known);
            if (i >= 0)
            {
                alone.Add(rate);
                watched.Add(beside);
            }

            Print($"{(i < 0 ? "warm" : $"{i}"),-5} alone {rate:N0} a second, watched {beside:N0}; finished: first {cold[^1]:N1} ms, then {known[^1]:N2} ms");
        }

        cold.RemoveRange(0, settings.Warmup);
        known.RemoveRange(0, settings.Warmup);
        Print($"medians: watched runs at {100 * Percentile(watched, 0.5) / Percentile(alone, 0.5):N0} % of the rate alone; finished: first {Percentile(cold, 0.5):N1} ms, then {Percentile(known, 0.5):N2} ms; peak {PeakMegabytes():N0} MB");
    }

    /// <summary>Runs a batch, watched if there is a reader, and reads its statistics twice then.</summary>
    /// <returns>How many instances ended a second.</returns>
    private static async Task<double> RunAsync(IGrainFactory client, LoadSettings settings, StatisticsReader? reader, List<double> cold, List<double> known)
    {
        ConcurrentWorkflow<NoOpState> batch = Batch(new ConcurrentTimeout.WaitForever(), settings.Instances, LoadSilo.NoOp, _ => 0);
        long started = Stopwatch.GetTimestamp();
        ConcurrentWorkflowRun<NoOpState> run = await batch.StartAsync(client);
        using CancellationTokenSource over = new();
        Task watching = reader is null ? Task.CompletedTask : WatchAsync(client, reader, run.Id, over.Token);
        await run.WaitAsync();
        double rate = settings.Instances / Stopwatch.GetElapsedTime(started).TotalSeconds;
        await over.CancelAsync();
        await watching;
        if (reader is not null)
        {
            cold.Add(await ReadAsync(client, reader, run.Id));
            known.Add(await ReadAsync(client, reader, run.Id));
        }

        return rate;
    }

    private static async Task WatchAsync(IGrainFactory client, StatisticsReader reader, string id, CancellationToken over)
    {
        using PeriodicTimer pause = new(TimeSpan.FromSeconds(1), TimeProvider.System);
        try
        {
            do
            {
                await ReadAsync(client, reader, id);
            }
            while (await pause.WaitForNextTickAsync(over));
        }
        catch (OperationCanceledException)
        {
            // The batch has ended.
        }
    }

    /// <returns>How many milliseconds it took.</returns>
    private static async Task<double> ReadAsync(IGrainFactory client, StatisticsReader reader, string id)
    {
        long asked = Stopwatch.GetTimestamp();
        BatchView view = await new BatchClient(client).Open(id).GetViewAsync();
        StatisticsDocument document = StatisticsDocument.Of(id, await reader.GetAsync(view, CancellationToken.None));
        return document.Total == view.Status.Total
            ? Stopwatch.GetElapsedTime(asked).TotalMilliseconds
            : throw new InvalidOperationException($"The statistics are of {document.Total} instances.");
    }
}
