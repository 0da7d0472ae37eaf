using Cano;
using Microsoft.Extensions.Hosting;
using Orleans.Hosting;

namespace Shop;

/// <summary>The host as a library, and the storage for silos of one's own.</summary>
public sealed class HostTests
{
    [Fact]
    public async Task CanoHost_WithAWorkflowOfOnesOwn_HasTheCommands() =>
        Assert.Equal(2, await CanoHost.RunAsync(["validate", "no-such-file.json"], Configure));

    [Fact]
    public void AddCanoStorage_OnASiloOfOnesOwn_TakesTheStorageOfTheHost()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new() { DisableDefaults = true });
        builder.UseOrleans(siloBuilder => siloBuilder
            .UseLocalhostClustering()
            .AddCanoStorage(options => options.Folder = "never-made")
            .AddCano(Configure));

        using IHost host = builder.Build();

        Assert.False(Directory.Exists("never-made"));
    }

    private static void Configure(CanoBuilder cano) => cano.AddWorkflow(Orders.Price, workflow => workflow
        .Start(OrderState.Start)
        .RegisterNode(OrderState.Start, (context, cancellationToken) => new ValueTask<OrderState>(OrderState.Price))
        .RegisterNode<PriceOrder>(OrderState.Price)
        .AddExitStates(OrderState.Done, OrderState.Rejected));
}
