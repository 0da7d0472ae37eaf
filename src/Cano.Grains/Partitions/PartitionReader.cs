namespace Cano;

/// <summary>
/// Makes results to be read from a partition's log. Cancelled ones are stored nowhere: they are what a seal says of the rest.
/// </summary>
/// <param name="openLog">Opens the log: what is durable at that moment.</param>
/// <param name="runningSince">Since when an instance runs; null if it does not, or not by this activation.</param>
internal sealed class PartitionReader(Func<Task<ResultLog?>> openLog, Func<int, DateTimeOffset?> runningSince)
{
    /// <summary>A page ends after this many bytes, so that no message grows near the limit of 1 MB.</summary>
    private const int PageBytes = 512 * 1024;

    private static readonly ResultPage s_nothing = new([], 0);

    /// <summary>See <see cref="IResultsGrain.ReadInOrderAsync"/>.</summary>
    internal async Task<ResultPage> ReadInOrderAsync(int from, int count) => await openLog() is { } log ? await InOrderAsync(log, from, count) : s_nothing;

    /// <summary>See <see cref="IResultsGrain.ReadAsFinalAsync"/>.</summary>
    internal async Task<ResultPage> ReadAsFinalAsync(int from, int count) => await openLog() is { } log ? await AsFinalAsync(log, from, count) : s_nothing;

    /// <summary>See <see cref="IResultsGrain.FindAsync"/>.</summary>
    internal async Task<ResultPage?> FindAsync(string instanceId) =>
        await openLog() is { } log && log.Index.Names.Find(instanceId) is >= 0 and var index ? await InOrderAsync(log, index, 1) with { Next = index } : null;

    /// <summary>See <see cref="IResultsGrain.DescribeAsync"/>.</summary>
    internal async Task<InstanceDescription?> DescribeAsync(string instanceId)
    {
        if (await openLog() is not { } log || log.Index.Names.Find(instanceId) is not (>= 0 and var index))
        {
            return null;
        }

        PartitionSpec spec = await log.ReadSpecAsync();
        return new()
        {
            Ordinal = spec.FirstOrdinal + index,
            Submitted = spec.Instances[index],
            RunningSince = RunningSince(log.Index, index),
            Result = await ResultOfAsync(log, spec, index),
        };
    }

    /// <summary>See <see cref="IResultsGrain.GetStatisticsAsync"/>.</summary>
    internal async Task<BatchStatistics> GetStatisticsAsync(double sampleShare)
    {
        StatisticsBuilder statistics = new(sampleShare, maxVariants: PartitionSpec.MaxInstances + 1);
        if (await openLog() is not { } log)
        {
            return statistics.Build();
        }

        PartitionSpec spec = await log.ReadSpecAsync();
        for (int index = 0; index < log.Index.Count; index++)
        {
            if (await ResultOfAsync(log, spec, index) is { } result)
            {
                statistics.Add(result);
            }
            else
            {
                statistics.Add(spec.FirstOrdinal + index, spec.Instances[index], RunningSince(log.Index, index));
            }
        }

        return statistics.Build();
    }

    /// <summary>The final results among <paramref name="count"/> places from <paramref name="from"/>, in the order submitted.</summary>
    internal static Task<ResultPage> InOrderAsync(ResultLog log, int from, int count) =>
        PageAsync(log, from, Math.Min(log.Index.Count, from + (long)count), place => place);

    /// <summary>
    /// The results that became final as number <paramref name="from"/> and following; cancelled ones last, in the order submitted.
    /// </summary>
    internal static Task<ResultPage> AsFinalAsync(ResultLog log, int from, int count)
    {
        ResultIndex index = log.Index;
        int ended = index.Order.Count;
        int[]? cancelled = null;
        return PageAsync(log, from, Math.Min(index.FinalCount, from + (long)count), place =>
        {
            if (place < ended)
            {
                return index.Order[place];
            }

            cancelled ??= [.. Enumerable.Range(0, index.Count).Where(one => !index.HasResult(one))];
            return cancelled[place - ended];
        });
    }

    private static async Task<ResultPage> PageAsync(ResultLog log, int from, long end, Func<int, int> indexAt)
    {
        if (from >= end)
        {
            return new([], from);
        }

        PartitionSpec spec = await log.ReadSpecAsync();
        List<InstanceResult> results = [];
        int bytes = 0;
        int place = from;
        for (; place < end && bytes < PageBytes; place++)
        {
            if (await ResultOfAsync(log, spec, indexAt(place)) is { } result)
            {
                results.Add(result);
                bytes += 160 + StoredResult.Estimate(result.FinalState, result.Output, result.Error, result.Path);
            }
        }

        return new([.. results], place);
    }

    private static async ValueTask<InstanceResult?> ResultOfAsync(ResultLog log, PartitionSpec spec, int index) => await log.ReadAsync(index) is { } stored
        ? Ended(spec, index, stored)
        : log.Index.Seal is { } seal ? Cancelled(spec, index, seal) : null;

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
            Path = started >= 0 && started < (seal.Paths?.Length ?? 0) ? seal.Paths![started] : null,
        };
    }

    private DateTimeOffset? RunningSince(ResultIndex index, int instance) => index.IsFinal ? null : runningSince(instance);

    private static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);
}
