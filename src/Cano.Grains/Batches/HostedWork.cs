namespace Cano;

/// <summary>
/// The partition at work that a batch hosts: what it writes goes with the batch's row, and what it reports is heard without a message.
/// </summary>
internal sealed class HostedWork(PartitionWork work, IPartitionRows later, PartitionServices services)
{
    internal PartitionWork Work => work;

    /// <summary>Loads or begins the partition of a batch that hosts it.</summary>
    /// <param name="record">The batch.</param>
    /// <param name="services">What all batches of the silo use.</param>
    /// <param name="isFresh">True: this activation created the batch.</param>
    /// <param name="changed">Called after each change of the partition.</param>
    /// <param name="failed">Called when something fails that no repetition mends.</param>
    internal static async Task<HostedWork> OpenAsync(BatchRecord record, BatchServices services, bool isFresh, Action changed, Action<Exception> failed)
    {
        PartitionServices partitions = services.PartitionServices;
        BatchState state = record.State!;
        string key = GrainKeys.OfPartition(record.Id, state.Header.Digest, 0);
        IPartitionRows later = partitions.OpenRows(key);
        ResultIndex durable = new(state.Hosted!);
        if (!isFresh && await ResultLog.LoadAsync(new HostedPartition.Reads(record, later)) is { } loaded)
        {
            durable = loaded.Index;
        }

        HostedPartition.Reads reads = new(record, partitions.OpenRows(key));
        return new(new(key, state.Hosted!, durable, isFresh, reads, HostedPartition.MaxBytes, partitions, changed, failed), later, partitions);
    }

    /// <summary>Exchanges orders and reports with the batch until neither has anything new for the other.</summary>
    internal void Exchange(BatchDriver driver, Arbiter arbiter)
    {
        PartitionState state = work.State;
        state.TakeProgress(services.Elapsed);
        do
        {
            PartitionOrders orders = driver.OrdersFor(0);
            state.Obey(orders);
            if (state.MustObey)
            {
                return;
            }

            work.Apply(orders);
        }
        while (arbiter.ReportOf(0)?.Version != state.Version && driver.Hear(0, state.Report()) is Hearing.Taken);
    }

    /// <summary>The next commit, if it is due.</summary>
    internal PartitionCommit? Plan() => work.State.UntilCommit(services.Elapsed) == TimeSpan.Zero ? work.PlanCommit() : null;

    /// <summary>Writes a commit that goes into a row of its own.</summary>
    internal Task WriteAsync(PartitionCommit commit, BatchRecord record) =>
        work.CommitAsync(commit, later, isAlive: () => record.IsAlive, record.End);
}
