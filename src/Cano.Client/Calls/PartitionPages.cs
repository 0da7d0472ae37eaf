namespace Cano;

/// <summary>Reads the results of a batch's partitions, page by page.</summary>
internal sealed class PartitionPages(IGrainFactory grains, GrainCalls calls, string batchId, BatchView view)
{
    /// <summary>How many partitions are read at once.</summary>
    internal const int PartitionsAtOnce = 8;

    /// <summary>Asks all partitions the same question, several at once, and yields the answers in the partitions' order.</summary>
    internal static async IAsyncEnumerable<T> AskAllAsync<T>(int partitions, Func<int, Task<T>> ask)
    {
        foreach (int[] some in Enumerable.Range(0, partitions).Chunk(PartitionsAtOnce))
        {
            foreach (T answer in await Task.WhenAll(some.Select(ask)).ConfigureAwait(false))
            {
                yield return answer;
            }
        }
    }

    /// <summary>Some results in the order submitted, without those that are not final.</summary>
    /// <exception cref="BatchDataLostException">The partition knows nothing of those places.</exception>
    internal async Task<ResultPage> ReadInOrderAsync(int partition, int from, int count, CancellationToken cancellationToken)
    {
        if (IsLost(partition))
        {
            return new ResultPage(LostResults(partition, from, count), from + count);
        }

        IResultsGrain grain = Grain(partition);
        ResultPage page = await calls.CallAsync(() => grain.ReadInOrderAsync(from, count), cancellationToken).ConfigureAwait(false);
        return page.Next > from ? page : throw new BatchDataLostException(batchId, $"partition {partition}");
    }

    /// <summary>Some results of a finished batch, in the order submitted: one at least, none left out.</summary>
    internal Task<InstanceResult[]> ReadFinishedAsync(int partition, int from, int count, CancellationToken cancellationToken) =>
        ReadCountedAsync(partition, from, count, static (grain, from, count) => grain.ReadInOrderAsync(from, count), cancellationToken);

    /// <summary>
    /// Some results in the order in which they became final, of those that the batch counts: one at least, none left out.
    /// </summary>
    internal Task<InstanceResult[]> ReadAsFinalAsync(int partition, int from, int count, CancellationToken cancellationToken) =>
        ReadCountedAsync(partition, from, count, static (grain, from, count) => grain.ReadAsFinalAsync(from, count), cancellationToken);

    /// <summary>Looks for an instance in one partition.</summary>
    /// <returns>Null: it is not one of that partition. Otherwise a page with its result, if that is final.</returns>
    internal async Task<ResultPage?> FindAsync(int partition, string instanceId, CancellationToken cancellationToken)
    {
        if (IsLost(partition))
        {
            return null;
        }

        IResultsGrain grain = Grain(partition);
        return await calls.CallAsync(() => grain.FindAsync(instanceId), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Looks for an instance in one partition, and reads all that is known of it; null: it is not one of that partition.</summary>
    internal async Task<InstanceDescription?> DescribeAsync(int partition, string instanceId, CancellationToken cancellationToken)
    {
        if (IsLost(partition))
        {
            return null;
        }

        IResultsGrain grain = Grain(partition);
        return await calls.CallAsync(() => grain.DescribeAsync(instanceId), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What came of one partition's instances so far: of all of them, and of as many as the batch counts at least.</summary>
    /// <param name="partition">Which partition.</param>
    /// <param name="size">How many instances it has.</param>
    /// <param name="final">How many outcomes of it the batch counts.</param>
    /// <param name="sampleShare">See <see cref="IResultsGrain.GetStatisticsAsync"/>.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    internal Task<BatchStatistics> GetStatisticsAsync(int partition, int size, int final, double sampleShare, CancellationToken cancellationToken)
    {
        if (IsLost(partition))
        {
            return Task.FromResult(LostPartition.Statistics(size));
        }

        IResultsGrain grain = Grain(partition);
        return CallCountedAsync(
            async () =>
            {
                BatchStatistics part = await grain.GetStatisticsAsync(sampleShare).ConfigureAwait(false);
                int total = part.Variants.Sum(variant => variant.Total);
                int ended = part.Variants.Sum(variant => variant.Completed + variant.Failed + variant.Cancelled);
                return total == size && ended >= final
                    ? part
                    : throw new ResultsBehindException($"Partition {partition} of batch '{batchId}' added up {ended} of {total} instances, where {final} of {size} are counted.");
            },
            $"a result of partition {partition}",
            cancellationToken);
    }

    private Task<InstanceResult[]> ReadCountedAsync(
        int partition, int from, int count, Func<IResultsGrain, int, int, Task<ResultPage>> read, CancellationToken cancellationToken)
    {
        if (IsLost(partition))
        {
            return Task.FromResult(LostResults(partition, from, count));
        }

        IResultsGrain grain = Grain(partition);
        return CallCountedAsync(
            async () =>
            {
                ResultPage page = await read(grain, from, count).ConfigureAwait(false);
                if (page.Results.Length == 0 || page.Results.Length > count || page.Next - from != page.Results.Length)
                {
                    throw new ResultsBehindException(
                        $"Partition {partition} of batch '{batchId}' answered {page.Results.Length} results from {from}, next {page.Next}, where {count} are counted.");
                }

                return page.Results;
            },
            $"a result of partition {partition} (among places {from} to {from + count - 1})",
            cancellationToken);
    }

    private async Task<T> CallCountedAsync<T>(Func<Task<T>> call, string lost, CancellationToken cancellationToken)
    {
        try
        {
            return await calls.CallAsync(call, cancellationToken).ConfigureAwait(false);
        }
        catch (ResultsBehindException)
        {
            // Purged while it was read: then the batch says so.
            await calls.CallAsync(grains.GetGrain<IBatchGrain>(batchId).GetStatusAsync, cancellationToken).ConfigureAwait(false);
            throw new BatchDataLostException(batchId, lost);
        }
    }

    private bool IsLost(int partition) => view.Lost?.Contains(partition) is true;

    private InstanceResult[] LostResults(int partition, int from, int count) =>
        LostPartition.Results(view, PartitionPlaces.Firsts(view.Sizes)[partition] + from, count);

    private IResultsGrain Grain(int partition) =>
        view.Hosted ? grains.GetGrain<IBatchGrain>(batchId) : grains.GetGrain<IPartitionGrain>(PartitionSpec.Key(batchId, view.Digest, partition));
}
