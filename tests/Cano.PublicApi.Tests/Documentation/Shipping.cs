using Cano;

namespace Shop.Documentation;

public enum ShippingState { Reserve, Charge, Ship, Shipped, SoldOut }

public sealed record ShippingOrder(string Article, int Count, decimal Price);

public static class Shipping
{
    public static readonly WorkflowKey<ShippingState, ShippingOrder> Key = new("shipping");

    public static void Define(WorkflowBuilder<ShippingState, ShippingOrder> workflow) => workflow
        .Start(ShippingState.Reserve)
        .RegisterNode<ReserveStock>(ShippingState.Reserve)
        .RegisterNode<ChargeCard>(ShippingState.Charge)
        .RegisterNode(ShippingState.Ship, async (WorkflowContext<ShippingOrder> context, IWarehouse warehouse, CancellationToken cancellationToken) =>
        {
            await warehouse.ShipAsync(context.Store.Get<string>("reservation"), cancellationToken);
            await context.SharedStore.AddToSetAsync("shipped", context.InstanceId, cancellationToken);
            await context.SharedStore.IncrementAsync("calls", cancellationToken: cancellationToken);
            return ShippingState.Shipped;
        })
        .AddExitStates(ShippingState.Shipped, ShippingState.SoldOut);
}

/// <summary>A node of one method.</summary>
public sealed class ReserveStock(IWarehouse warehouse) : Node<ShippingState, ShippingOrder>
{
    public override async ValueTask<ShippingState> RunAsync(WorkflowContext<ShippingOrder> context, CancellationToken cancellationToken)
    {
        // The same at each repetition of this node, and of no other one: the warehouse reserves once.
        string key = $"{context.BatchId}/{context.InstanceId}/reserve";
        string? reservation = await warehouse.ReserveAsync(key, context.Params.Article, context.Params.Count, cancellationToken);
        if (reservation is null)
        {
            return ShippingState.SoldOut;
        }

        context.Store.Put("reservation", reservation);
        return ShippingState.Charge;
    }
}

/// <summary>A node in three phases.</summary>
public sealed class ChargeCard(IPayments payments) : Node<ShippingState, ShippingOrder, Payment, string>
{
    public override NodeConfig Config => NodeConfig.Default with
    {
        Retry = RetryMode.Fixed(retries: 2, delay: TimeSpan.FromMilliseconds(1)),
        AttemptTimeout = TimeSpan.FromSeconds(30),
    };

    public override ValueTask<Payment> PrepAsync(WorkflowContext<ShippingOrder> context, CancellationToken cancellationToken) =>
        new(new Payment($"{context.BatchId}/{context.InstanceId}/charge", context.Params.Count * context.Params.Price));

    public override async ValueTask<string> ExecAsync(Payment prep, CancellationToken cancellationToken) =>
        await payments.ChargeAsync(prep, cancellationToken);

    public override ValueTask<ShippingState> PostAsync(WorkflowContext<ShippingOrder> context, string exec, CancellationToken cancellationToken)
    {
        context.SetOutput(new { Receipt = exec });
        return new(ShippingState.Ship);
    }
}

public sealed record Payment(string IdempotencyKey, decimal Amount);

public interface IPayments
{
    Task<string> ChargeAsync(Payment payment, CancellationToken cancellationToken);
}

public interface IWarehouse
{
    Task<string?> ReserveAsync(string idempotencyKey, string article, int count, CancellationToken cancellationToken);

    Task ShipAsync(string reservation, CancellationToken cancellationToken);
}
