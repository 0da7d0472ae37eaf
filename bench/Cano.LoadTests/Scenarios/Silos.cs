using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Npgsql;
using Orleans;

namespace Cano.LoadTests;

/// <summary>The same batches on one, two and three silos in processes of their own that share a PostgreSQL: instances that wait for a second, and instances that do nothing.</summary>
internal sealed record Silos() : Scenario("silos", "rates of one, two and three silos in processes of their own, and how instances spread over them (PostgreSQL)", 20_000, 3)
{
    internal override async Task RunAsync(LoadSettings settings)
    {
        if (settings.Connection is null)
        {
            throw new InvalidOperationException("Silos that are a cluster share a PostgreSQL: add --storage postgres.");
        }

        await DelayFlushesAsync(settings);
        Print($"{settings.Instances:N0} instances a batch, at most {settings.MaxRunning:N0} running on a silo; each flush of the log delayed by {settings.FlushDelay} ms");
        Print($"silos  work     instances/s (of {settings.Batches})     spread of the last batch   commits  commit p50/p99 ms  silos' CPU us/instance  cores busy (of {Environment.ProcessorCount})");
        List<ServedSilo> silos = [];
        try
        {
            for (int count = 1; count <= 3; count++)
            {
                silos.Add(await ServedSilo.StartAsync(settings, FreePort()));
                await silos[^1].RunAsync($"warm-{count}", settings.Instances, new { steps = 0 });
                await MeasureAsync(silos, "waits", settings, new { steps = 1, delayMs = 1_000 });
                await MeasureAsync(silos, "nothing", settings, new { steps = 0 });
            }
        }
        finally
        {
            silos.ForEach(silo => silo.Dispose());
        }
    }

    protected override Task MeasureAsync(IGrainFactory client, LoadSettings settings, Counts counts) => throw new NotSupportedException("The silos are not in this process.");

    private static async Task MeasureAsync(List<ServedSilo> silos, string work, LoadSettings settings, object @params)
    {
        Dictionary<string, double>[] first = await ReadAsync(silos);
        Dictionary<string, double>[] before = first;
        (double busy, double passed) = BusySeconds();
        TimeSpan processor = Sum(silos);
        List<double> rates = [];
        for (int i = 0; i < settings.Batches; i++)
        {
            before = await ReadAsync(silos);
            JsonElement status = await silos[i % silos.Count].RunAsync($"{work}-{silos.Count}-{i}", settings.Instances, @params);
            TimeSpan took = status.GetProperty("finishedAt").GetDateTimeOffset() - status.GetProperty("startedAt").GetDateTimeOffset();
            rates.Add(settings.Instances / took.TotalSeconds);
        }

        Dictionary<string, double>[] after = await ReadAsync(silos);
        (double busyAfter, double passedAfter) = BusySeconds();
        string spread = string.Join('/', after.Zip(before, (later, earlier) => Count(later, earlier, "cano_instance_finished_total")));
        double each = settings.Instances * settings.Batches;
        Print($"{silos.Count,-5}  {work,-7}  {string.Join(' ', rates.Select(rate => rate.ToString("N0", CultureInfo.InvariantCulture))),-26}  {spread,-24}  {after.Zip(first, (later, earlier) => Count(later, earlier, "cano_partition_commit_duration_seconds_count")).Sum(),-7}  {Bound(after, first, 0.5)}/{Bound(after, first, 0.99),-14}  {(Sum(silos) - processor).TotalMicroseconds / each,-22:N1}  {(busyAfter - busy) / (passedAfter - passed) * Environment.ProcessorCount:N1}");
    }

    private static Task<Dictionary<string, double>[]> ReadAsync(List<ServedSilo> silos) => Task.WhenAll(silos.Select(silo => silo.ReadMetricsAsync()));

    private static double Count(Dictionary<string, double> later, Dictionary<string, double> earlier, string name) => later.GetValueOrDefault(name) - earlier.GetValueOrDefault(name);

    /// <summary>The bound of the bucket in which a share of the commits of all silos lies, in milliseconds.</summary>
    private static string Bound(Dictionary<string, double>[] after, Dictionary<string, double>[] before, double share)
    {
        const string bucket = "cano_partition_commit_duration_seconds_bucket ";
        (double Bound, double Below)[] buckets =
        [
            .. after.SelectMany(one => one.Keys).Distinct().Where(name => name.StartsWith(bucket, StringComparison.Ordinal))
                .Select(name => (
                    name[bucket.Length..] == "+Inf" ? double.PositiveInfinity : double.Parse(name[bucket.Length..], CultureInfo.InvariantCulture),
                    after.Zip(before, (later, earlier) => Count(later, earlier, name)).Sum()))
                .OrderBy(one => one.Item1),
        ];
        return buckets.Length == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"<{buckets.First(one => one.Below >= buckets[^1].Below * share).Bound * 1000:0.#}");
    }

    private static TimeSpan Sum(List<ServedSilo> silos) => silos.Aggregate(TimeSpan.Zero, (sum, silo) => sum + silo.ProcessorTime);

    /// <summary>How long the machine's processors were busy, and how long they were there, since it started, in the kernel's ticks.</summary>
    private static (double Busy, double Passed) BusySeconds()
    {
        double[] ticks = [.. File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..].Select(tick => double.Parse(tick, CultureInfo.InvariantCulture))];
        double idle = ticks[3] + ticks[4];
        return (ticks[..8].Sum() - idle, ticks[..8].Sum());
    }

    /// <summary>What a disk that takes long to flush does to commits: they wait, those that come meanwhile share the next flush.</summary>
    private static async Task DelayFlushesAsync(LoadSettings settings)
    {
        await using NpgsqlConnection connection = new(settings.Connection);
        await connection.OpenAsync();
        await using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = string.Create(
            CultureInfo.InvariantCulture,
            $"DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET commit_delay = {settings.FlushDelay * 1000}', current_database()); EXECUTE format('ALTER DATABASE %I SET commit_siblings = 0', current_database()); END $$");
        await command.ExecuteNonQueryAsync();
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
