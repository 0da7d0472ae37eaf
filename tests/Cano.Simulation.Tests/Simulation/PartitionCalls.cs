namespace Cano;

/// <summary>A batch's way to its partitions, over the network. Some rules of the protocol can be broken here.</summary>
internal sealed class PartitionCalls(World world) : IPartitions
{
    private readonly HashSet<string> _assumed = [];
    private readonly Dictionary<string, int> _underWay = [];
    private readonly Dictionary<(string Key, int Fence), int> _sent = [];

    public async Task PrepareAsync(string key, PartitionSpec spec) =>
        await world.Network.CallAsync(key, $"prepare {key}", (activation, _) => PrepareAsync(activation, spec), exclusive: true, repeats: !world.Scenario.RemovesRows);

    public Task<PartitionReport> ExchangeAsync(string key, PartitionOrders orders)
    {
        if (world.Breach == Breach.Recount && orders.Epoch > 1 && _assumed.Add(key))
        {
            return Task.FromResult(new PartitionReport { Epoch = orders.Epoch, Fence = int.Max(1, orders.Fence), Version = 0, Unfinished = 1 });
        }

        Count(key, 1);
        (string, int) addressee = (key, orders.Fence);
        int more = orders.Admitted - _sent.GetValueOrDefault(addressee);
        _sent[addressee] = orders.Admitted;
        string what = world.Scheduler.Trace is null ? "" : $"orders to {key}: {orders}";
        Task<PartitionReport> answer = world.Network.CallAsync(key, what, (activation, delivery) => ExchangeAsync((PartitionActivation)activation, orders, more, delivery));
        return CountedAsync(key, answer);
    }

    private async Task<PartitionReport> CountedAsync(string key, Task<PartitionReport> answer)
    {
        try
        {
            return await answer;
        }
        finally
        {
            Count(key, -1);
        }
    }

    private void Count(string key, int more)
    {
        int under = _underWay[key] = _underWay.GetValueOrDefault(key) + more;
        world.MostExchanges = Math.Max(world.MostExchanges, under);
    }

    internal static async Task<bool> PrepareAsync(Activation activation, PartitionSpec spec)
    {
        await ((PartitionActivation)activation).Partition.PrepareAsync(spec);
        return true;
    }

    private async Task<PartitionReport> ExchangeAsync(PartitionActivation activation, PartitionOrders orders, int more, int delivery)
    {
        Partition partition = activation.Partition;
        orders = world.Breach switch
        {
            Breach.FenceTold when orders.Fence > 0 => orders with { Fence = partition.State?.Durable.Fence ?? 0 },
            Breach.Cumulative when orders.Quota && orders.Fence == partition.State?.Durable.Fence => orders with { Admitted = activation.Granted += more, Sequence = orders.Sequence + delivery },
            _ => orders,
        };
        PartitionReport report;
        try
        {
            report = await partition.ExchangeAsync(orders);
        }
        catch (BatchDataLostException) when (world.Breach == Breach.LostNotHeard)
        {
            throw new TimeoutException("It does not say that its rows are lost.");
        }

        return world.Breach == Breach.CommitBeforeCount ? report with { Completed = Math.Max(report.Completed, Math.Min(report.Admitted, report.Successes)) } : report;
    }
}
