using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cano.Tests.Clients;

/// <summary>A client in this process of a silo in another, as a program of a user's has it.</summary>
internal sealed class SiloClient : IAsyncDisposable
{
    private readonly IHost _host;

    private SiloClient(IHost host) => _host = host;

    internal CanoClient Cano => _host.Services.GetRequiredService<CanoClient>();

    internal IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    internal IClusterClient Cluster => _host.Services.GetRequiredService<IClusterClient>();

    /// <summary>Stops the client in good order.</summary>
    internal Task StopAsync() => _host.StopAsync(TestContext.Current.CancellationToken);

    /// <summary>Connects to a silo that listens.</summary>
    internal static async Task<SiloClient> ConnectAsync(int gatewayPort)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.UseOrleansClient(client => client.UseLocalhostClustering(gatewayPort, serviceId: "cano", clusterId: "cano"));
        builder.Services.AddCanoClient();
        IHost host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new(host);
    }

    public async ValueTask DisposeAsync()
    {
        // A silo that was killed does not say goodbye, and one that lives is killed next.
        using CancellationTokenSource leave = new(TimeSpan.Zero, TimeProvider.System);
        await _host.StopAsync(leave.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _host.Dispose();
    }
}
