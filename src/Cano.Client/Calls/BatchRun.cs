using System.Runtime.CompilerServices;

namespace Cano;

/// <summary>
/// A batch that was started, its results untyped. Holds nothing but the id: making one makes no call. Safe for concurrent use.
/// </summary>
internal sealed class BatchRun
{
    private readonly IGrainFactory _grains;
    private readonly GrainCalls _calls;
    private readonly IBatchGrain _batch;

    internal BatchRun(IGrainFactory grains, string id, GrainCalls calls)
    {
        _grains = grains;
        _calls = calls;
        _batch = grains.GetGrain<IBatchGrain>(id);
        Id = id;
    }

    internal string Id { get; }

    internal Task<BatchStatus> GetStatusAsync(CancellationToken cancellationToken = default) =>
        _calls.CallAsync(_batch.GetStatusAsync, cancellationToken);

    /// <summary>Asks the batch to stop.</summary>
    /// <returns>The status once the stop is durable.</returns>
    internal Task<BatchStatus> CancelAsync(CancellationToken cancellationToken = default) =>
        _calls.CallAsync(_batch.CancelAsync, cancellationToken);

    /// <summary>Purges the batch and waits until all of it is gone.</summary>
    internal async Task PurgeAsync(CancellationToken cancellationToken = default)
    {
        while (!await _calls.CallAsync(_batch.PurgeAsync, cancellationToken).ConfigureAwait(false))
        {
            // The answer came after a bounded wait: a large batch is still being removed.
        }
    }

    /// <summary>Reads from the batch's shared store.</summary>
    internal async Task<T> ReadSharedStoreAsync<T>(Func<ISharedStoreGrain, Task<T>> read, CancellationToken cancellationToken = default)
    {
        BatchView view = await GetViewAsync(cancellationToken).ConfigureAwait(false);
        return await ReadSharedStoreAsync(view, read, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The same, of a batch whose view is known.</summary>
    internal Task<T> ReadSharedStoreAsync<T>(BatchView view, Func<ISharedStoreGrain, Task<T>> read, CancellationToken cancellationToken = default)
    {
        ISharedStoreGrain store = _grains.GetGrain<ISharedStoreGrain>(GrainKeys.OfSharedStore(Id, view.Incarnation));
        return _calls.CallAsync(() => read(store), cancellationToken);
    }

    /// <summary>The view now: which results may be read.</summary>
    internal Task<BatchView> GetViewAsync(CancellationToken cancellationToken = default) => GetViewAsync(-1, cancellationToken);

    /// <summary>The next view after a version, or the same one after some ten seconds without news.</summary>
    internal Task<BatchView> GetViewAsync(long after, CancellationToken cancellationToken = default) =>
        _calls.CallAsync(() => _batch.WatchAsync(after), cancellationToken);

    /// <summary>The view now, then each change, as often as the batch tells of one; ends after the view of a finished batch.</summary>
    internal async IAsyncEnumerable<BatchView> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        BatchView? last = null;
        long after = -1;
        while (last?.Status.Phase is not BatchPhase.Finished)
        {
            BatchView view = await _calls.CallAsync(() => _batch.WatchAsync(after), cancellationToken).ConfigureAwait(false);
            after = view.Version;
            if (last is null || IsNews(view, last))
            {
                last = view;
                yield return view;
            }
        }
    }

    /// <summary>Waits until every outcome is final.</summary>
    /// <returns>The last view.</returns>
    internal async Task<BatchView> WaitAsync(CancellationToken cancellationToken = default)
    {
        BatchView? last = null;
        await foreach (BatchView view in WatchAsync(cancellationToken).ConfigureAwait(false))
        {
            last = view;
        }

        return last!;
    }

    /// <summary>
    /// Each result once, in the order in which they became final, the cancelled at the end; ends when the batch is finished.
    /// </summary>
    internal async IAsyncEnumerable<InstanceResult> StreamAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ResultMerge? merge = null;
        await foreach (BatchView view in WatchAsync(cancellationToken).ConfigureAwait(false))
        {
            merge ??= new(PagesOf(view), view.Sizes.Length);
            await foreach (InstanceResult result in merge.ReadAsync(view, cancellationToken).ConfigureAwait(false))
            {
                yield return result;
            }
        }
    }

    /// <summary>Reads some results in the order submitted; those that are not final are left out. Of a finished batch none is.</summary>
    /// <param name="view">Any view of the batch.</param>
    /// <param name="from">The first place in the batch, from 0.</param>
    /// <param name="count">How many places to look at; the page ends earlier at a partition's end or when it grows large.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The results, and the place where to go on; that is <see cref="BatchStatus.Total"/> when none are left.</returns>
    /// <exception cref="BatchDataLostException">Results that the view counts, or the instances, are not in storage.</exception>
    internal async Task<ResultPage> ReadPageAsync(BatchView view, int from, int count, CancellationToken cancellationToken = default)
    {
        (int partition, int first) = PartitionPlaces.Locate(view.Sizes, from);
        if (partition == view.Sizes.Length)
        {
            return new ResultPage([], from);
        }

        int place = from - first;
        count = Math.Min(count, view.Sizes[partition] - place);
        if (view.Status.Phase is BatchPhase.Finished)
        {
            InstanceResult[] results = await PagesOf(view).ReadFinishedAsync(partition, place, count, cancellationToken).ConfigureAwait(false);
            return new ResultPage(results, from + results.Length);
        }

        ResultPage page = await PagesOf(view).ReadInOrderAsync(partition, place, count, cancellationToken).ConfigureAwait(false);
        return page with { Next = first + page.Next };
    }

    /// <summary>
    /// Looks for one instance by its id, in the partition that the batch's index names; without one in all, several at once.
    /// </summary>
    /// <param name="view">Any view of the batch.</param>
    /// <param name="instanceId">The instance's id.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Whether the batch has such an instance, and its result; null while that is not final.</returns>
    internal async Task<(bool Exists, InstanceResult? Result)> FindAsync(BatchView view, string instanceId, CancellationToken cancellationToken = default)
    {
        PartitionPages pages = PagesOf(view);
        ResultPage? found = await FirstAnswerAsync(view, instanceId, partition => pages.FindAsync(partition, instanceId, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        return (found is not null, found?.Results.SingleOrDefault());
    }

    /// <summary>Looks for one instance by its id, as <see cref="FindAsync"/> does, and reads all that is known of it.</summary>
    /// <param name="view">Any view of the batch.</param>
    /// <param name="instanceId">The instance's id.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Null: the batch has no such instance.</returns>
    internal Task<InstanceDescription?> DescribeAsync(BatchView view, string instanceId, CancellationToken cancellationToken = default)
    {
        PartitionPages pages = PagesOf(view);
        return FirstAnswerAsync(view, instanceId, partition => pages.DescribeAsync(partition, instanceId, cancellationToken), cancellationToken);
    }

    /// <summary>Reads the statistics of each partition, in their order; several are asked at once.</summary>
    /// <param name="view">Any view of the batch.</param>
    /// <param name="sampleShare">See <see cref="IResultsGrain.GetStatisticsAsync"/>.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="BatchDataLostException">Results that the view counts, or the instances, are not in storage.</exception>
    internal IAsyncEnumerable<BatchStatistics> ReadStatisticsAsync(BatchView view, double sampleShare, CancellationToken cancellationToken = default)
    {
        PartitionPages pages = PagesOf(view);
        return PartitionPages.AskAllAsync(
            view.Sizes.Length,
            partition => pages.GetStatisticsAsync(partition, view.Sizes[partition], view.Final[partition], sampleShare, cancellationToken));
    }

    /// <summary>All results of a finished batch, in the order submitted.</summary>
    /// <exception cref="BatchDataLostException">Some are not in storage.</exception>
    internal async Task<InstanceResult[]> ReadAllAsync(BatchView finished, CancellationToken cancellationToken = default)
    {
        PartitionPages pages = PagesOf(finished);
        InstanceResult[] all = new InstanceResult[finished.Sizes.Sum()];
        int[] firsts = PartitionPlaces.Firsts(finished.Sizes);
        await Parallel.ForAsync(
            0,
            firsts.Length,
            new ParallelOptions { MaxDegreeOfParallelism = PartitionPages.PartitionsAtOnce, CancellationToken = cancellationToken },
            async (p, token) =>
            {
                for (int at = 0; at < finished.Sizes[p];)
                {
                    InstanceResult[] page = await pages.ReadFinishedAsync(p, at, finished.Sizes[p] - at, token).ConfigureAwait(false);
                    page.CopyTo(all, firsts[p] + at);
                    at += page.Length;
                }
            }).ConfigureAwait(false);
        return all;
    }

    /// <summary>
    /// Tells a change from a repetition, and from an activation that knows less than was known: one that is being superseded, or that still
    /// gathers its partitions' counts. Outcomes are never unmade, so what falls behind is not news.
    /// </summary>
    internal static bool IsNews(BatchView view, BatchView last)
    {
        long final = view.Final.Sum(f => (long)f);
        long known = last.Final.Sum(f => (long)f);
        return view.Status.Phase >= last.Status.Phase && final >= known
            && (view.Version != last.Version || view.Status.Phase != last.Status.Phase || final != known);
    }

    /// <summary>The first answer that is not null, of the partitions that may have the instance.</summary>
    private async Task<T?> FirstAnswerAsync<T>(BatchView view, string instanceId, Func<int, Task<T?>> ask, CancellationToken cancellationToken)
        where T : class
    {
        int[]? candidates = view.Sizes.Length == 1
            ? [0]
            : await _calls.CallAsync(() => _batch.LocateAsync(instanceId), cancellationToken).ConfigureAwait(false);
        int count = candidates?.Length ?? view.Sizes.Length;
        await foreach (T? answer in PartitionPages.AskAllAsync(count, place => ask(candidates?[place] ?? place)).ConfigureAwait(false))
        {
            if (answer is not null)
            {
                return answer;
            }
        }

        return null;
    }

    private PartitionPages PagesOf(BatchView view) => new(_grains, _calls, Id, view);
}
