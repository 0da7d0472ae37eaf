using Cano;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Worker;

HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Critical);
builder.UseOrleansClient(client =>
{
    // The silos are found where they find each other: in the database.
    client.UseAdoNetClustering(options =>
    {
        options.Invariant = "Npgsql";
        options.ConnectionString = builder.Configuration.GetConnectionString("Cano");
    });
    client.Configure<ClusterOptions>(cluster =>
    {
        cluster.ClusterId = builder.Configuration["Cano:ClusterId"] ?? "cano";
        cluster.ServiceId = builder.Configuration["Cano:ServiceId"] ?? "cano";
    });
    // The silos may come up later than this program; StartAsync below says how much later.
    client.UseConnectionRetryFilter(async (_, cancellationToken) =>
    {
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, cancellationToken);
        return true;
    });
});
builder.Services.AddCanoClient();
using IHost host = builder.Build();
using (CancellationTokenSource patience = new(TimeSpan.FromSeconds(30), TimeProvider.System))
{
    await host.StartAsync(patience.Token);
}

CanoClient cano = host.Services.GetRequiredService<CanoClient>();
ConcurrentWorkflow<CollatzState> batch = new ConcurrentWorkflowBuilder<CollatzState>(new ConcurrentTimeout.WaitForQuota(20))
    .AddInstances(Enumerable.Range(1, 30).Select(number =>
        new ConcurrentWorkflowInstance<CollatzState, CollatzParams>($"number-{number}", Collatz.Key, new CollatzParams(number))))
    .Build();

ConcurrentWorkflowRun<CollatzState> run = await cano.StartAsync(batch);
await foreach (WorkflowResult<CollatzState> result in run.StreamResultsAsync())
{
    Console.WriteLine($"{result.Id} {result.Outcome} {result.GetOutput<int>()}");
}

ConcurrentWorkflowResults<CollatzState> results = await run.WaitAsync();
Console.WriteLine($"Completed: {results.Completed}, Failed: {results.Failed}, Cancelled: {results.Cancelled}");
await host.StopAsync();
