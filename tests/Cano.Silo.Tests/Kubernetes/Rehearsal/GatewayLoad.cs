using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;

namespace Cano.Tests.Kubernetes.Rehearsal;

/// <summary>A client of the typed library, in this process, that finds the gateways of the silos in the database and runs one batch after the other. Every exception ends it.</summary>
internal sealed class GatewayLoad : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly BatchShape _shape;
    private readonly CancellationTokenSource _enough = new();
    private readonly ConcurrentQueue<FinishedBatch> _finished = new();
    private Task _run = Task.CompletedTask;

    private GatewayLoad(IHost host, BatchShape shape) => (_host, _shape) = (host, shape);

    internal IReadOnlyCollection<FinishedBatch> Finished => _finished;

    internal static async Task<GatewayLoad> StartAsync(RehearsedCluster cluster, BatchShape shape)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleansClient(client =>
        {
            client.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", cluster.Secrets["cano-database"]["connection-string"]));
            client.Configure<ClusterOptions>(options => options.ClusterId = options.ServiceId = "cano");
        });
        builder.Services.AddCanoClient();
        GatewayLoad load = new(builder.Build(), shape);
        await load._host.StartAsync(TestContext.Current.CancellationToken);
        load._run = Task.Run(load.DriveAsync);
        return load;
    }

    /// <summary>Starts nothing more, and waits for the end of what runs.</summary>
    internal async Task EndAsync()
    {
        await _enough.CancelAsync();
        await _run;
    }

    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
        _enough.Dispose();
    }

    private async Task DriveAsync()
    {
        CanoClient cano = _host.Services.GetRequiredService<CanoClient>();
        using PeriodicTimer pace = new(Load.Pace, TimeProvider.System);
        for (int number = 1; !_enough.IsCancellationRequested; number++)
        {
            DateTimeOffset startedAt = TimeProvider.System.GetUtcNow();
            string id = string.Create(CultureInfo.InvariantCulture, $"{_shape.Name}-{number}");
            ConcurrentWorkflowRun<SimulateState> run = await cano.StartAsync(new ConcurrentWorkflowBuilder<SimulateState>(new ConcurrentTimeout.WaitForever())
                .AddInstances(_shape.Ids.Select((instance, i) => new ConcurrentWorkflowInstance<SimulateState, SimulateParams>(
                    instance, SimulateWorkflow.Key, new SimulateParams { Steps = _shape.Steps, DelayMs = _shape.DelayOf(i) })))
                .WithId(id)
                .Build());
            ConcurrentWorkflowResults<SimulateState> results = await run.WaitAsync();
            Assert.Equal((_shape.Instances, _shape.Instances, 0, 0), (results.Total, results.Completed, results.Failed, results.Cancelled));
            Assert.Equal(_shape.Ids, results.Results.Select(result => result.Id));
            _finished.Enqueue(new(id, _shape, startedAt, TimeProvider.System.GetUtcNow() - startedAt));
            await pace.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
