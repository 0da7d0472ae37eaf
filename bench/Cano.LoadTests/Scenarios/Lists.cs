using System.Data.Common;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Cano.LoadTests;

/// <summary>Asks a real HTTP server for lists, with as many batches in the catalog as a batch has instances elsewhere.</summary>
internal sealed record Lists() : Scenario("lists", "how long GET of a list takes with that many batches in the catalog", 100_000, 500)
{
    private static readonly DateTimeOffset s_newest = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    internal override async Task RunAsync(LoadSettings settings)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection([new("Cano:Http:RequestsPerSecond", "1000000")]);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.UseOrleans(silo => LoadSilo.Configure(silo, settings));
        builder.Services.AddApi(builder.Configuration);
        await using WebApplication web = builder.Build();
        web.UseApi();
        await web.StartAsync();
        await FillAsync(web.Services.GetRequiredService<IBatchCatalog>(), settings.Instances);
        if (settings.Storage == "postgres")
        {
            // What autovacuum does by itself, a minute after so many rows have come.
            await using DbCommand analyze = web.Services.GetRequiredService<PostgresDatabase>().Source.CreateCommand("ANALYZE CanoBatch, CanoBatchWorkflow, CanoBatchLabel");
            await analyze.ExecuteNonQueryAsync();
        }

        using HttpClient http = new() { BaseAddress = new(web.Urls.Single()) };
        Print($"{settings.Scenario} on {settings.Storage}, {settings.Instances:N0} batches in the catalog, pages of 50, {settings.Batches:N0} requests each");
        string deep = PageCursor.Of(new BatchPlace(s_newest.AddSeconds(-settings.Instances / 2), "a"));
        foreach (string query in (string[])["", $"cursor={deep}", "phase=running", "phase=finished", "workflow=load.rare", "workflow=load.common", "label=l7", "label=l7&phase=running", "name=nightly", "search=nIghT", "search=load-0000", "search=nowhere"])
        {
            List<double> milliseconds = [];
            for (int i = -20; i < settings.Batches; i++)
            {
                long asked = Stopwatch.GetTimestamp();
                string answer = await http.GetStringAsync($"/api/batches?{query}");
                if (i >= 0)
                {
                    milliseconds.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
                }

                if (answer.StartsWith("{\"items\":[]", StringComparison.Ordinal) && !query.EndsWith("nowhere", StringComparison.Ordinal))
                {
                    throw new InvalidOperationException($"'{query}' found nothing: {answer}");
                }
            }

            Print($"{query,-60} p50 {Percentile(milliseconds, 0.5),6:N2} ms, p99 {Percentile(milliseconds, 0.99),6:N2} ms");
        }

        await web.StopAsync();
    }

    protected override Task MeasureAsync(IGrainFactory client, LoadSettings settings, Counts counts) => throw new NotSupportedException();

    /// <summary>One batch a second; one in a thousand runs, has the rare workflow and the name; a hundred labels.</summary>
    private static async Task FillAsync(IBatchCatalog catalog, int count)
    {
        foreach (int[] some in Enumerable.Range(0, count).Chunk(5_000))
        {
            await Task.WhenAll(some.Select(number => catalog.PutAsync(Entry(number, finished: false))));
            await Task.WhenAll(some.Where(number => !IsRare(number)).Select(number => catalog.PutAsync(Entry(number, finished: true))));
        }
    }

    private static bool IsRare(int number) => number % 1_000 == 7;

    private static BatchEntry Entry(int number, bool finished) => new()
    {
        Status = new()
        {
            // The same each time, as the entry is written twice.
            Id = $"load-{number:d7}",
            Name = IsRare(number) ? "nightly" : null,
            Phase = finished ? BatchPhase.Finished : BatchPhase.Running,
            StopReason = finished ? StopReason.AllFinished : null,
            Total = 3,
            Completed = finished ? 3 : 0,
            Running = finished ? 0 : 3,
            CreatedAt = s_newest.AddSeconds(-number),
            StartedAt = s_newest.AddSeconds(-number),
            StoppedAt = finished ? s_newest : null,
            FinishedAt = finished ? s_newest : null,
        },
        Version = finished ? 7 : 5,

        // Recovery asks for those that run, every few seconds, and finds no such batch: a little noise.
        Owner = "127.0.0.1:1@1",
        Workflows = [IsRare(number) ? "load.rare" : "load.common"],
        Labels = [$"l{number % 100}"],
        Digest = $"{number:x64}",
        Partitions = 1,
    };
}
