using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace Cano.Chaos.Clusters;

/// <summary>A client in this process that finds the silos in the database.</summary>
internal sealed class ChaosClient : IAsyncDisposable
{
    private readonly IHost _host;

    private ChaosClient(IHost host) => _host = host;

    internal CanoClient Cano => _host.Services.GetRequiredService<CanoClient>();

    internal IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    internal static async Task<ChaosClient> ConnectAsync(string connectionString)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.UseOrleansClient(client =>
        {
            client.UseAdoNetClustering(options => (options.Invariant, options.ConnectionString) = ("Npgsql", connectionString));
            client.Configure<ClusterOptions>(options => options.ClusterId = options.ServiceId = "cano");
            // A minute by default, in which all silos that a client knows may have been replaced.
            client.Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = TimeSpan.FromSeconds(2));
        });
        builder.Services.AddCanoClient();
        IHost host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new(host);
    }

    public async ValueTask DisposeAsync()
    {
        // Silos that were killed do not say goodbye.
        using CancellationTokenSource leave = new(TimeSpan.Zero, TimeProvider.System);
        await _host.StopAsync(leave.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _host.Dispose();
    }
}
