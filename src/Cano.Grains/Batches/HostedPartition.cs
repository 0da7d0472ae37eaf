namespace Cano;

/// <summary>
/// The only partition of a small batch. It is a partition as any other, but lives in its batch's activation and its first rows are part of the batch's row: so a batch is
/// created in one write, and what it decides on results is in the same write as the results. Later segments have rows of their own, as those of other partitions.
/// </summary>
internal sealed class HostedPartition : IPartitionRows
{
    /// <summary>The most bytes of instances, and about as many of results, that the batch's row takes in with one write.</summary>
    private const int MaxBytes = 16 * 1024;

    private readonly Func<BatchState?> _state;
    private readonly IPartitionRows _later;
    private TaskCompletionSource? _written;
    private TaskCompletionSource? _taken;

    /// <summary>Hosts a partition.</summary>
    /// <param name="batchId">The batch.</param>
    /// <param name="state">The batch's durable state.</param>
    /// <param name="digest">The batch's digest, which is part of the key of rows of its own.</param>
    /// <param name="partitions">Makes the partition.</param>
    internal HostedPartition(string batchId, Func<BatchState?> state, string digest, IPartitions partitions)
    {
        _state = state;
        _later = partitions.RowsOf(PartitionSpec.Key(batchId, digest, 0));
        Partition = partitions.NewPartition(batchId, () => this);
        Partition.Committed = () => _taken?.TrySetResult();
    }

    internal Partition Partition { get; }

    /// <summary>What the partition wants to be written in the batch's row; null: nothing.</summary>
    internal Segment? Waiting { get; private set; }

    /// <summary>Called when <see cref="Waiting"/> has come.</summary>
    internal required Action WriteWanted { get; init; }

    public int MaxAddedBytes => MaxBytes;

    /// <summary>Whether a batch's only partition is small enough to be hosted.</summary>
    internal static bool Fits(PartitionSpec only)
    {
        long bytes = only.Store?.Length ?? 0;
        foreach (InstanceSpec instance in only.Instances)
        {
            bytes += 20 + instance.Id.Length + instance.Workflow.Length + (instance.Params?.Length ?? 0) + (2 * (instance.Label?.Length ?? 0));
        }

        return bytes <= MaxBytes;
    }

    /// <summary>What the partition will report once <see cref="Waiting"/> is durable.</summary>
    internal PartitionReport Foreseen => Partition.ReportWith(Waiting!);

    /// <summary>The batch's row holds <see cref="Waiting"/>. Completes when the partition has taken it in and readers see it.</summary>
    internal Task WrittenAsync()
    {
        _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Waiting = null;
        _written!.SetResult();
        return _taken.Task;
    }

    /// <summary>The batch's activation has ended: nothing is written any more, and nobody is kept waiting.</summary>
    internal void End(Exception exception)
    {
        Waiting = null;
        _written?.TrySetException(exception);
        Partition.Leave();
        _taken?.TrySetResult();
    }

    Task<PartitionSpec?> IPartitionRows.ReadSpecAsync() => Task.FromResult(_state()?.Hosted);

    /// <summary>They were written when the batch was created.</summary>
    Task IPartitionRows.WriteSpecAsync(PartitionSpec spec) => Task.CompletedTask;

    Task<Segment?> IPartitionRows.ReadSegmentAsync(int index) => index == 0 ? Task.FromResult(_state()?.HostedResults) : _later.ReadSegmentAsync(index);

    Task IPartitionRows.WriteSegmentAsync(int index, Segment segment)
    {
        if (index > 0)
        {
            return _later.WriteSegmentAsync(index, segment);
        }

        Waiting = segment;
        _written = new(TaskCreationOptions.RunContinuationsAsynchronously);
        WriteWanted();
        return _written.Task;
    }
}
