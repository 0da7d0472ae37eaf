using System.CommandLine;
using Cano.LoadTests;
using Cano.TestDatabase;

Option<string> scenario = new("--scenario") { Description = string.Join("; ", Scenario.All.Select(one => $"{one.Name}: {one.Measures}")), DefaultValueFactory = _ => "throughput" };
scenario.AcceptOnlyFromAmong([.. Scenario.All.Select(one => one.Name)]);
Option<string> storage = new("--storage") { Description = "where state is kept", DefaultValueFactory = _ => "sqlite" };
storage.AcceptOnlyFromAmong("sqlite", "postgres", "memory");
Option<string?> connection = new("--connection") { Description = "how to reach PostgreSQL; a server of this run's own if left out" };
Option<int?> instances = new("--instances") { Description = "instances a batch; each scenario has a default" };
Option<int?> batches = new("--batches") { Description = "batches that count; each scenario has a default" };
Option<int> warmup = new("--warmup") { Description = "batches before them", DefaultValueFactory = _ => 2 };
Option<int?> maxRunning = new("--max-running") { Description = "a silo's limit of running instances; each scenario has a default" };
Option<string> strategy = new("--strategy") { Description = "of throughput and stop", DefaultValueFactory = _ => "forever" };
strategy.AcceptOnlyFromAmong("forever", "quota", "duration", "both");
Option<int> flushDelay = new("--flush-delay") { Description = "of silos: how many milliseconds PostgreSQL waits before it flushes its log, as for a slow disk; 0 to 100", DefaultValueFactory = _ => 0 };
RootCommand command = new("Measures batches on silos in this process.") { scenario, storage, connection, instances, batches, warmup, maxRunning, strategy, flushDelay };
command.SetAction(async (arguments, _) =>
{
    DirectoryInfo folder = Directory.CreateTempSubdirectory("cano-load-");
    bool needsServer = arguments.GetValue(storage) == "postgres" && arguments.GetValue(connection) is null;
    await using PostgresServer? server = needsServer ? await PostgresServer.StartAsync() : null;
    try
    {
        Scenario chosen = Scenario.All.Single(one => one.Name == arguments.GetValue(scenario));
        await chosen.RunAsync(new()
        {
            Scenario = chosen.Name,
            Storage = arguments.GetValue(storage)!,
            Folder = folder.FullName,
            Connection = server is null ? arguments.GetValue(connection) : await server.CreateDatabaseAsync(),
            Instances = arguments.GetValue(instances) ?? chosen.Instances,
            Batches = arguments.GetValue(batches) ?? chosen.Batches,
            Warmup = arguments.GetValue(warmup),
            MaxRunning = arguments.GetValue(maxRunning) ?? chosen.MaxRunning,
            Strategy = arguments.GetValue(strategy)!,
            FlushDelay = arguments.GetValue(flushDelay),
        });
    }
    finally
    {
        folder.Delete(recursive: true);
    }
});
return await command.Parse(args).InvokeAsync();
