using Cano;

namespace Shop;

public enum OrderState { Start, Price, Done, Rejected }

public sealed record OrderParams(int Number, int DelayMs);

public static class Orders
{
    public static readonly WorkflowKey<OrderState, OrderParams> Price = new("orders.price");
}

public sealed class PriceOrder : Node<OrderState, OrderParams, int, decimal>
{
    public override NodeConfig Config => NodeConfig.Default with { Retry = RetryMode.Fixed(retries: 2, delay: TimeSpan.FromMilliseconds(50)) };

    public override ValueTask<int> PrepAsync(WorkflowContext<OrderParams> context, CancellationToken cancellationToken) => new(context.Params?.Number ?? 0);

    public override ValueTask<decimal> ExecAsync(int prep, CancellationToken cancellationToken) => new(prep * 1.5m);

    public override async ValueTask<OrderState> PostAsync(WorkflowContext<OrderParams> context, decimal exec, CancellationToken cancellationToken)
    {
        context.SetOutput(exec);
        IWorkflowStore store = context.Store;
        ISharedStore shared = context.SharedStore;
        await shared.AppendAsync("seen", $"{context.BatchId}/{context.InstanceId}/{context.Attempt}", cancellationToken);
        return store.TryGet<List<int>>("rejects", out List<int>? rejects) && rejects.Contains(context.Params?.Number ?? 0) ? OrderState.Rejected : OrderState.Done;
    }
}
