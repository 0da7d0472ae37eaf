using System.Net;
using System.Net.Sockets;
using Cano;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;

namespace Cano.LoadTests;

public enum NoOpState
{
    Start,
    Done,
}

/// <summary>A lone silo in this process, with the storage that is to be measured.</summary>
internal static class LoadSilo
{
    /// <summary>The cheapest workflow there is: one node that moves to the exit at once.</summary>
    internal static readonly WorkflowKey<NoOpState, int> NoOp = new("load.no-op");

    /// <summary>A node that waits so many milliseconds and heeds no cancellation.</summary>
    internal static readonly WorkflowKey<NoOpState, int> Stubborn = new("load.stubborn");

    /// <summary>A node whose output is a text of so many bytes.</summary>
    internal static readonly WorkflowKey<NoOpState, int> Output = new("load.output");

    internal static Task<IHost> StartAsync(LoadSettings settings) => StartAsync(settings, FreePort(), primary: null);

    /// <summary>Silos that find each other through the first of them.</summary>
    internal static async Task<List<IHost>> StartClusterAsync(LoadSettings settings, int count)
    {
        int first = FreePort();
        List<IHost> silos = [];
        for (int i = 0; i < count; i++)
        {
            silos.Add(await StartAsync(settings, i == 0 ? first : FreePort(), new(IPAddress.Loopback, first)));
        }

        return silos;
    }

    private static async Task<IHost> StartAsync(LoadSettings settings, int port, IPEndPoint? primary)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Logging.AddFilter(null, LogLevel.Error).AddSimpleConsole();
        builder.UseOrleans(silo => Configure(silo, settings, port, primary));
        IHost host = builder.Build();
        await host.StartAsync();
        return host;
    }

    /// <summary>Sets a lone silo up, in a host of the caller's.</summary>
    internal static void Configure(ISiloBuilder silo, LoadSettings settings) => Configure(silo, settings, FreePort(), primary: null);

    private static void Configure(ISiloBuilder silo, LoadSettings settings, int port, IPEndPoint? primary)
    {
        silo.UseLocalhostClustering(port, gatewayPort: 0, primary, serviceId: "load", clusterId: "load");
        silo.Configure<EndpointOptions>(endpoints =>
        {
            endpoints.AdvertisedIPAddress = IPAddress.Loopback;
            endpoints.SiloPort = port;
            endpoints.GatewayPort = 0;
        });
        if (settings.Storage == "memory")
        {
            silo.AddMemoryGrainStorage(SiloStorage.ProviderName);
        }
        else
        {
            silo.AddCanoStorage(storage =>
            {
                storage.Provider = settings.Storage == "postgres" ? StorageProvider.Postgres : StorageProvider.Sqlite;
                storage.Folder = settings.Folder;
                storage.ConnectionString = settings.Connection;
            });
        }

        silo.AddCano(cano => cano
            .Configure(options => options.MaxRunningInstances = settings.MaxRunning)
            .AddWorkflow(SharedOrders.Key, SharedOrders.Define)
            .AddWorkflow(SharedOrders.Trickle, SharedOrders.DefineTrickle)
            .AddWorkflow(NoOp, workflow => workflow
                .Start(NoOpState.Start)
                .RegisterNode(NoOpState.Start, static (_, _) => new(NoOpState.Done), NodeConfig.Minimal)
                .AddExitStates(NoOpState.Done))
            .AddWorkflow(Output, workflow => workflow
                .Start(NoOpState.Start)
                .RegisterNode(
                    NoOpState.Start,
                    static (context, _) =>
                    {
                        context.SetOutput(new string('x', context.Params));
                        return new(NoOpState.Done);
                    },
                    NodeConfig.Minimal)
                .AddExitStates(NoOpState.Done))
            .AddWorkflow(Stubborn, workflow => workflow
                .Start(NoOpState.Start)
                .RegisterNode(
                    NoOpState.Start,
                    static async (context, _) =>
                    {
                        await Task.Delay(TimeSpan.FromMilliseconds(context.Params), TimeProvider.System, CancellationToken.None);
                        return NoOpState.Done;
                    },
                    NodeConfig.Minimal)
                .AddExitStates(NoOpState.Done)));
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
