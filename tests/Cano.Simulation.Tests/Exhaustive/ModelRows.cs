namespace Cano;

/// <summary>One batch of the exhaustive search.</summary>
/// <param name="Timeout">Its strategy.</param>
/// <param name="Sizes">How many instances each partition has.</param>
/// <param name="Failing">The instances that fail, as places in the batch.</param>
/// <param name="CancelRequested">Whether someone asks for it to stop.</param>
/// <param name="Faults">How much may go wrong in a history.</param>
/// <param name="IsFine">True: orders and reports travel by themselves, may be held up, and activations may live on beside their
/// successors.</param>
internal sealed record ProtocolCase(ConcurrentTimeout Timeout, int[] Sizes, int[] Failing, bool CancelRequested, int Faults, bool IsFine)
{
    /// <summary>True: a write lands whatever its writer knows.</summary>
    internal bool IgnoresTags { get; init; }

    private static readonly InstanceReply s_success = Reply(null);
    private static readonly InstanceReply s_failure = Reply(new() { Kind = WorkflowErrorKinds.NodeFailed, Message = "no" });

    internal InstanceReply OutcomeOf(int partition, int instance) => Failing.Contains(Sizes.Take(partition).Sum() + instance) ? s_failure : s_success;

    private static InstanceReply Reply(WorkflowError? error) => new(
        new() { FinalState = error is null ? "Done" : null, Error = error, StartedAt = SimulatedTime.Start, FinishedAt = SimulatedTime.Start }, Checkpointed: false);
}

/// <summary>The rows of a batch and its partitions. A write lands only where the writer knows the present tag.</summary>
internal sealed class ModelRows
{
    private readonly PartitionSpec[] _specs;
    private readonly List<Segment>[] _chains;
    private readonly int _quota;
    private readonly bool _ignoresTags;

    internal ModelRows(ProtocolCase @case)
    {
        _ignoresTags = @case.IgnoresTags;
        _quota = @case.Timeout.QuotaOrNull ?? int.MaxValue;
        _specs = [.. @case.Sizes.Select(MemoryPartitionRows.Spec)];
        _chains = [.. _specs.Select(_ => new List<Segment>())];
        Tags = new int[_specs.Length];
        Batch = new()
        {
            Header = new() { Timeout = @case.Timeout, Total = @case.Sizes.Sum(), PartitionSizes = @case.Sizes, Digest = "0123456789abcdef", Workflows = [] },
            StartedAt = ProtocolModel.Deadline - (@case.Timeout.DurationOrNull ?? TimeSpan.FromHours(1)),
        };
    }

    internal BatchState Batch { get; private set; }

    internal int BatchTag { get; private set; }

    internal int[] Tags { get; }

    internal int Completed { get; private set; }

    internal int Failed { get; private set; }

    internal bool AllFinal => Enumerable.Range(0, _chains.Length).All(IsFinal);

    internal ResultIndex Open(int partition)
    {
        ResultIndex index = new(_specs[partition]);
        for (int number = 0; number < _chains[partition].Count; number++)
        {
            index.TryTake(number, _chains[partition][number]);
        }

        return index;
    }

    internal bool TryWrite(int partition, PartitionCommit commit, int tag)
    {
        if (tag != Tags[partition] && !_ignoresTags)
        {
            return false;
        }

        List<Segment> chain = _chains[partition];
        ProtocolModel.Require(!IsFinal(partition), "A final partition is written.");
        Segment? before = chain.Count == 0 ? null : chain[^1];
        ProtocolModel.Require(before is null || (commit.Segment.Fence >= before.Fence && commit.Segment.Epoch >= before.Epoch), "Fence or epoch went back.");
        ProtocolModel.Require(before is null || before.Results.SequenceEqual(commit.Segment.Results.Take(before.Results.Length)), "An outcome changed.");
        ProtocolModel.Require(commit.Segment.Results.DistinctBy(one => one.Index).Count() == commit.Segment.Results.Length, "An instance has two outcomes.");
        chain.Clear();
        chain.Add(commit.Segment);
        Tags[partition]++;
        Completed += commit.Added.Count(one => one.IsSuccess);
        Failed += commit.Added.Count(one => !one.IsSuccess);
        return true;
    }

    internal bool TryWrite(BatchState next, int tag)
    {
        if (tag != BatchTag && !_ignoresTags)
        {
            return false;
        }

        ProtocolModel.Require(Batch.FinishedAt is null, "A finished batch is written.");
        if (Batch.Stop is null)
        {
            StopRecord stop = next.Stop!;
            ProtocolModel.Require(stop.Reason != StopReason.QuotaReached || Completed == _quota, $"{stop} with {Completed} Completed.");
            ProtocolModel.Require(stop.Reason != StopReason.AllFinished || Completed + Failed == Batch.Header.Total, $"{stop} before the end.");
            ProtocolModel.Require(stop.DecidedBy is not null == stop.Reason is StopReason.QuotaReached or StopReason.AllFinished, $"Decided by {stop.DecidedBy}.");
        }

        Batch = next;
        BatchTag++;
        return true;
    }

    internal void TakeOver()
    {
        Batch = Batch with { Epoch = Batch.Epoch + 1 };
        BatchTag++;
    }

    internal void Check()
    {
        ProtocolModel.Require(Completed <= _quota, $"{Completed} are Completed; the quota is {_quota}.");
        ProtocolModel.Require(Batch.Stop?.Reason != StopReason.QuotaReached || Completed == _quota, "Something was committed after the quota was reached.");
    }

    internal void AddTo(ref Fingerprint print)
    {
        print.Add(Batch);
        print.Add(BatchTag);
        print.Add(_chains);
        print.Add(Tags);
    }

    private bool IsFinal(int partition) =>
        _chains[partition] is [.., var last] && (last.Seal is not null || last.Results.Length == _specs[partition].Instances.Length);
}
