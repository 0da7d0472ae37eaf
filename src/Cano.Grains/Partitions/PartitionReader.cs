namespace Cano;

/// <summary>Makes results to be read from what a partition's ledger holds. Cancelled ones stand nowhere: they are what a seal says of the rest.</summary>
internal sealed class PartitionReader(Partition partition)
{
    /// <summary>A page ends after this many bytes, so that no message grows near the limit of 1 MB.</summary>
    private const int PageBytes = 512 * 1024;

    /// <summary>See <see cref="IResultsGrain.ReadInOrderAsync"/>.</summary>
    internal async Task<ResultPage> ReadInOrderAsync(int from, int count) => InOrder(await partition.ReadAsync(), from, count);

    /// <summary>See <see cref="IResultsGrain.ReadAsFinalAsync"/>.</summary>
    internal async Task<ResultPage> ReadAsFinalAsync(int from, int count) => AsFinal(await partition.ReadAsync(), from, count);

    /// <summary>See <see cref="IResultsGrain.FindAsync"/>: there are a thousand at most.</summary>
    internal async Task<ResultPage?> FindAsync(string instanceId)
    {
        PartitionLedger ledger = await partition.ReadAsync();
        return Find(ledger, instanceId) is { } index ? InOrder(ledger, index, 1) with { Next = index } : null;
    }

    /// <summary>See <see cref="IResultsGrain.DescribeAsync"/>.</summary>
    internal async Task<InstanceDescription?> DescribeAsync(string instanceId)
    {
        PartitionLedger ledger = await partition.ReadAsync();
        return Find(ledger, instanceId) is { } index
            ? new()
            {
                Ordinal = ledger.Spec!.FirstOrdinal + index,
                Submitted = ledger.Spec.Instances[index],
                RunningSince = RunningSince(ledger, index),
                Result = ResultOf(ledger, index),
            }
            : null;
    }

    /// <summary>See <see cref="IResultsGrain.GetStatisticsAsync"/>.</summary>
    internal async Task<BatchStatistics> GetStatisticsAsync(double sampleShare)
    {
        PartitionLedger ledger = await partition.ReadAsync();
        StatisticsBuilder statistics = new(sampleShare, maxVariants: PartitionSpec.MaxInstances + 1);
        for (int index = 0; index < ledger.Count; index++)
        {
            if (ResultOf(ledger, index) is { } result)
            {
                statistics.Add(result);
            }
            else
            {
                statistics.Add(ledger.Spec!.FirstOrdinal + index, ledger.Spec.Instances[index], RunningSince(ledger, index));
            }
        }

        return statistics.Build();
    }

    private DateTimeOffset? RunningSince(PartitionLedger ledger, int index) => ledger.IsFinal ? null : partition.RunningSince(index);

    private static int? Find(PartitionLedger ledger, string instanceId)
    {
        int index = Array.FindIndex(ledger.Spec?.Instances ?? [], instance => string.Equals(instance.Id, instanceId, StringComparison.Ordinal));
        return index < 0 ? null : index;
    }

    /// <summary>The final results among <paramref name="count"/> places from <paramref name="from"/>, in the order submitted.</summary>
    internal static ResultPage InOrder(PartitionLedger ledger, int from, int count) =>
        Page(ledger, from, Math.Min(ledger.Count, from + (long)count), place => place);

    /// <summary>The results that became final as number <paramref name="from"/> and following; cancelled ones last, in the order submitted.</summary>
    internal static ResultPage AsFinal(PartitionLedger ledger, int from, int count)
    {
        int[]? cancelled = null;
        return Page(ledger, from, Math.Min(ledger.FinalCount, from + (long)count), place =>
        {
            if (place < ledger.Order.Count)
            {
                return ledger.Order[place];
            }

            cancelled ??= [.. Enumerable.Range(0, ledger.Count).Where(index => ledger.ResultOf(index) is null)];
            return cancelled[place - ledger.Order.Count];
        });
    }

    private static ResultPage Page(PartitionLedger ledger, int from, long end, Func<int, int> indexAt)
    {
        List<InstanceResult> results = [];
        int bytes = 0;
        int place = from;
        for (; place < end && bytes < PageBytes; place++)
        {
            if (ResultOf(ledger, indexAt(place)) is { } result)
            {
                results.Add(result);
                bytes += 200 + (result.Output?.Length ?? 0) + (2 * (result.Error?.Message.Length ?? 0)) + (result.Path?.ApproximateBytes ?? 0);
            }
        }

        return new([.. results], place);
    }

    private static InstanceResult? ResultOf(PartitionLedger ledger, int index) => ledger.ResultOf(index) is { } stored
        ? Ended(ledger.Spec!, index, stored)
        : ledger.Seal is { } seal ? Cancelled(ledger.Spec!, index, seal) : null;

    private static InstanceResult Ended(PartitionSpec spec, int index, StoredResult stored) => new()
    {
        Ordinal = spec.FirstOrdinal + index,
        Id = spec.Instances[index].Id,
        Workflow = spec.Instances[index].Workflow,
        Label = spec.Instances[index].Label,
        Outcome = stored.IsSuccess ? WorkflowOutcome.Completed : WorkflowOutcome.Failed,
        FinalState = stored.FinalState,
        Error = stored.Error,
        Output = stored.Output,
        StartedAt = Time(stored.StartedAt),
        FinishedAt = Time(stored.FinishedAt),
        FinalAt = Time(stored.FinalAt),
        Path = stored.Path,
    };

    private static InstanceResult Cancelled(PartitionSpec spec, int index, Seal seal)
    {
        int started = Array.IndexOf(seal.Started, index);
        return new()
        {
            Ordinal = spec.FirstOrdinal + index,
            Id = spec.Instances[index].Id,
            Workflow = spec.Instances[index].Workflow,
            Label = spec.Instances[index].Label,
            Outcome = WorkflowOutcome.Cancelled,
            CancelReason = Array.IndexOf(seal.Surplus, index) >= 0 ? CancelReason.Surplus : seal.CancelReason,
            StartedAt = started >= 0 ? Time(seal.StartedAt[started]) : null,
            FinishedAt = started >= 0 ? Time(Math.Max(seal.StoppedAt, seal.StartedAt[started])) : null,
            FinalAt = Time(seal.SealedAt),
        };
    }

    private static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);
}
