namespace Cano;

/// <summary>A batch's way to its partitions, over the network. Some rules of the protocol can be broken here.</summary>
internal sealed class PartitionCalls(World world) : IPartitions
{
    private readonly HashSet<string> _assumed = [];

    public async Task PrepareAsync(string key, PartitionSpec spec) =>
        await world.Network.CallAsync(key, $"prepare {key}", (activation, _) => PrepareAsync(activation, spec), exclusive: true);

    public Task<PartitionReport> ExchangeAsync(string key, PartitionOrders orders)
    {
        if (world.Breach == Breach.Recount && orders.Epoch > 1 && _assumed.Add(key))
        {
            return Task.FromResult(new PartitionReport { Epoch = orders.Epoch, Fence = int.Max(1, orders.Fence), Version = 0, Unfinished = 1 });
        }

        string what = world.Scheduler.Trace is null ? "" : $"orders to {key}: {orders}";
        return world.Network.CallAsync(key, what, (activation, delivery) => ExchangeAsync((PartitionActivation)activation, orders, delivery));
    }

    internal static async Task<bool> PrepareAsync(Activation activation, PartitionSpec spec)
    {
        await ((PartitionActivation)activation).Partition.PrepareAsync(spec);
        return true;
    }

    private async Task<PartitionReport> ExchangeAsync(PartitionActivation activation, PartitionOrders orders, int delivery)
    {
        Partition partition = activation.Partition;
        orders = world.Breach switch
        {
            Breach.FenceTold when orders.Fence > 0 => orders with { Fence = partition.Ledger.Fence },
            Breach.Cumulative when delivery > 0 && orders.Quota => orders with { Admitted = orders.Admitted * 2, Sequence = orders.Sequence + 1 },
            _ => orders,
        };
        PartitionReport report = await partition.ExchangeAsync(orders);
        return world.Breach == Breach.CommitBeforeCount ? report with { Completed = Math.Max(report.Completed, Math.Min(report.Admitted, report.Successes)) } : report;
    }
}
