using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Cano.LoadTests;
using Cano.TestDatabase;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;

Option<string> storage = new("--storage") { Description = "sqlite, postgres or memory", DefaultValueFactory = _ => "sqlite" };
Option<string?> connection = new("--connection") { Description = "how to reach PostgreSQL; a server of this run's own if left out" };
Option<int> instances = new("--instances") { Description = "instances a batch", DefaultValueFactory = _ => 10_000 };
Option<int> batches = new("--batches") { Description = "batches that count", DefaultValueFactory = _ => 3 };
Option<int> warmup = new("--warmup") { Description = "batches before them", DefaultValueFactory = _ => 2 };
Option<int> maxRunning = new("--max-running") { Description = "the silo's limit of running instances", DefaultValueFactory = _ => 1_024 };
Option<string> strategy = new("--strategy") { Description = "forever, quota or duration", DefaultValueFactory = _ => "forever" };
RootCommand command = new("Measures batches of instances that do nothing, on a lone silo in this process.")
{
    storage, connection, instances, batches, warmup, maxRunning, strategy,
};
command.SetAction(async (arguments, _) =>
{
    DirectoryInfo folder = Directory.CreateTempSubdirectory("cano-load-");
    bool needsServer = arguments.GetValue(storage) == "postgres" && arguments.GetValue(connection) is null;
    await using PostgresServer? server = needsServer ? await PostgresServer.StartAsync() : null;
    try
    {
        await MeasureAsync(new(
            arguments.GetValue(storage)!,
            folder.FullName,
            server is null ? arguments.GetValue(connection) : await server.CreateDatabaseAsync(),
            arguments.GetValue(instances),
            arguments.GetValue(batches),
            arguments.GetValue(warmup),
            arguments.GetValue(maxRunning),
            arguments.GetValue(strategy)!));
    }
    finally
    {
        folder.Delete(recursive: true);
    }
});
return await command.Parse(args).InvokeAsync();

static async Task MeasureAsync(LoadSettings settings)
{
    using StorageCounts counts = new();
    using IHost host = await LoadSilo.StartAsync(settings);
    IGrainFactory client = host.Services.GetRequiredService<IGrainFactory>();
    Console.WriteLine($"{settings.Storage}, {settings.Strategy}, {settings.Instances:N0} instances a batch, GC {(System.Runtime.GCSettings.IsServerGC ? "server" : "workstation")}");
    Console.WriteLine("batch  ms (submit/run)        instances/s  completed  writes  writes/1000  bytes/instance  commits  allocated/instance  CPU us/instance  GC 0/1/2   after stop ms  working set MB");
    await FloorAsync(client, settings, "warm");
    double floor = await FloorAsync(client, settings, "floor");
    List<double> rates = [];
    for (int i = -settings.Warmup; i < settings.Batches; i++)
    {
        LoadRun run = await LoadRun.MakeAsync(client, settings, counts);
        double rate = settings.Instances / run.Elapsed.TotalSeconds;
        if (i >= 0)
        {
            rates.Add(rate);
        }

        using Process self = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{(i < 0 ? "warm" : i.ToString(CultureInfo.InvariantCulture)),-5}  {run.Elapsed.TotalMilliseconds:N1} ({run.Submitting.TotalMilliseconds:N0}/{run.Running.TotalMilliseconds:N0})  {rate,-11:N0}  {run.Result.Completed,-9}  {run.Writes,-6}  {run.Writes * 1000.0 / settings.Instances,-11:N2}  {(double)run.Written / settings.Instances,-14:N1}  {run.Commits,-7}  {(double)run.Allocated / settings.Instances,-18:N0}  {run.Processor.TotalMicroseconds / settings.Instances,-15:N1}  {run.Collections,-9}  {run.AfterStop.TotalMilliseconds,-13:N1}  {self.PeakWorkingSet64 / 1048576}"));
    }

    rates.Sort();
    double median = rates[rates.Count / 2];
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"median {median:N0} instances/s, {median / floor:P0} of the floor"));
    await host.StopAsync();
}

static async Task<double> FloorAsync(IGrainFactory client, LoadSettings settings, string name)
{
    const int callers = 8;
    const int window = 128;
    using Process self = Process.GetCurrentProcess();
    TimeSpan processor = self.TotalProcessorTime;
    long started = Stopwatch.GetTimestamp();
    await Task.WhenAll(Enumerable.Range(0, callers).Select(caller =>
        client.GetGrain<IFloorCallerGrain>($"{name}-{caller}").CallAsync($"{name}-{caller}", settings.Instances / callers, window)));
    double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
    self.Refresh();
    double rate = settings.Instances / callers * callers / seconds;
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{name,-5}  {seconds * 1000,-8:N1}  {rate,-11:N0}  raw Orleans, {(self.TotalProcessorTime - processor).TotalMicroseconds / settings.Instances:N1} us of CPU each"));
    return rate;
}
