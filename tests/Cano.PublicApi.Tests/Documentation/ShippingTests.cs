using Cano;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Hosting;
using Orleans.TestingHost;

namespace Shop.Documentation;

/// <summary>The tests that docs/testing.md shows.</summary>
public sealed class ShippingTests
{
    private readonly Warehouse _warehouse = new() { Stock = 5 };
    private readonly Payments _payments = new();

    [Fact]
    public async Task Reserve_TwiceTheSameOrder_ReservesOnce()
    {
        ReserveStock node = new(_warehouse);
        WorkflowContext<ShippingOrder> context = new(new ShippingOrder("lamp", 3, 10m), instanceId: "order-1");

        Assert.Equal(ShippingState.Charge, await node.RunAsync(context, CancellationToken.None));
        Assert.Equal(ShippingState.Charge, await node.RunAsync(context, CancellationToken.None));

        Assert.Equal(2, _warehouse.Stock);
        Assert.Equal("local/order-1/reserve", context.Store.Get<string>("reservation"));
    }

    [Fact]
    public async Task Charge_LeavesTheReceiptAsOutput()
    {
        ChargeCard node = new(_payments);
        WorkflowContext<ShippingOrder> context = new(new ShippingOrder("lamp", 3, 10m));

        Assert.Equal(ShippingState.Ship, await node.RunAsync(context, CancellationToken.None));

        Assert.Equal("receipt for 30", context.GetOutput<Dictionary<string, string>>()!["receipt"]);
    }

    [Fact]
    public async Task Order_PaymentFailsTwice_IsShippedAtTheThirdAttempt()
    {
        _payments.FailuresLeft = 2;
        MemorySharedStore shared = new();
        WorkflowDefinition<ShippingState, ShippingOrder> definition = WorkflowDefinition.Create(Shipping.Key, Shipping.Define);
        using ServiceProvider services = new ServiceCollection()
            .AddSingleton<IWarehouse>(_warehouse)
            .AddSingleton<IPayments>(_payments)
            .BuildServiceProvider();

        WorkflowResult<ShippingState> result = await WorkflowRunner.For(definition, services)
            .RunAsync(new ShippingOrder("lamp", 1, 10m), sharedStore: shared);

        Assert.Equal(ShippingState.Shipped, result.FinalState);
        Assert.Equal(["local"], await shared.GetAsync<string[]>("shipped"));
    }

    [Fact]
    public async Task Batch_OfThreeOrders_ShipsWhatThereIs()
    {
        InProcessTestClusterBuilder builder = new(initialSilosCount: 1);
        builder.ConfigureSilo((_, silo) => silo
            .AddMemoryGrainStorage("cano")
            .AddCano(cano =>
            {
                cano.Services.AddSingleton<IWarehouse>(_warehouse).AddSingleton<IPayments>(_payments);
                cano.AddWorkflow(Shipping.Key, Shipping.Define);
            }));
        builder.Options.ConfigureFileLogging = false;
        await using InProcessTestCluster cluster = builder.Build();
        await cluster.DeployAsync();

        MemoryStore given = new();
        given.Put("calls", 100);
        ConcurrentWorkflow<ShippingState> batch = new ConcurrentWorkflowBuilder<ShippingState>(new ConcurrentTimeout.WaitForever())
            .AddInstance(Shipping.Key.Instance("order-1", new ShippingOrder("lamp", 3, 10m), label: "web"))
            .AddInstance(Shipping.Key.Instance("order-2", new ShippingOrder("lamp", 2, 10m)))
            .AddInstance(Shipping.Key.Instance("order-3", new ShippingOrder("lamp", 9, 10m)))
            .WithSharedStore(given)
            .Build();
        ConcurrentWorkflowRun<ShippingState> run = await batch.StartAsync(cluster.Client);
        ConcurrentWorkflowResults<ShippingState> results = await run.WaitAsync();

        Assert.Equal(ShippingState.SoldOut, results.Results[2].FinalState);
        string[] shipped = await run.SharedStore.GetAsync<string[]>("shipped");
        Assert.Equal(["order-1", "order-2"], shipped.Order());
        Assert.Equal(102, await run.SharedStore.GetAsync<long>("calls"));
    }

    private sealed class Warehouse : IWarehouse
    {
        private readonly Lock _gate = new();
        private readonly HashSet<string> _reserved = [];

        internal int Stock { get; set; }

        public Task<string?> ReserveAsync(string idempotencyKey, string article, int count, CancellationToken cancellationToken)
        {
            lock (_gate)
            {
                if (!_reserved.Contains(idempotencyKey))
                {
                    if (count > Stock)
                    {
                        return Task.FromResult<string?>(null);
                    }

                    Stock -= count;
                    _reserved.Add(idempotencyKey);
                }

                return Task.FromResult<string?>(idempotencyKey);
            }
        }

        public Task ShipAsync(string reservation, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class Payments : IPayments
    {
        internal int FailuresLeft { get; set; }

        public Task<string> ChargeAsync(Payment payment, CancellationToken cancellationToken) =>
            FailuresLeft-- > 0 ? throw new InvalidOperationException("The bank is away.") : Task.FromResult($"receipt for {payment.Amount:0}");
    }
}
