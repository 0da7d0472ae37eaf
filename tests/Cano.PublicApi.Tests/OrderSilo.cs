using Cano;
using Orleans.Hosting;
using Orleans.TestingHost;

namespace Shop;

/// <summary>A silo of one's own, as the contract says it is set up: <c>AddCano</c> and a grain storage named <c>cano</c>.</summary>
public sealed class OrderSilo : IAsyncLifetime
{
    private InProcessTestCluster? _cluster;

    public IClusterClient Client => _cluster!.Client;

    public async ValueTask InitializeAsync()
    {
        InProcessTestClusterBuilder builder = new(1);

        // Otherwise each silo and client writes a file into the folder logs of the working folder.
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSilo((_, siloBuilder) =>
        {
            siloBuilder.AddMemoryGrainStorage("cano");
            siloBuilder.AddCano(cano => cano.AddWorkflow(Orders.Price, workflow => workflow
                .Start(OrderState.Start)
                .RegisterNode(OrderState.Start, (context, cancellationToken) => new ValueTask<OrderState>(OrderState.Price))
                .RegisterNode<PriceOrder>(OrderState.Price)
                .AddExitStates(OrderState.Done, OrderState.Rejected)));
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }
}
