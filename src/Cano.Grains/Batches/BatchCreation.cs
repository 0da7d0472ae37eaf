namespace Cano;

/// <summary>
/// Makes a batch exist: checks that its partitions are prepared, and writes its row and its entry in the catalog. It has started once both
/// are there.
/// </summary>
internal sealed class BatchCreation(BatchRecord record, BatchAnnouncer announcer, BatchServices services)
{
    /// <summary>Partitions asked at once whether they are prepared.</summary>
    private const int CountsAtOnce = 64;

    private bool _isEntered;

    /// <summary>True while a start is under way.</summary>
    internal bool IsUnderWay { get; private set; }

    /// <summary>
    /// Enters a batch of several partitions in the catalog, so that what is prepared from here on is found should the start be broken off.
    /// </summary>
    internal Task PrepareAsync(BatchHeader header) => header.PartitionSizes.Length > 1 ? EnterBeforeAsync(NewState(header)) : Task.CompletedTask;

    /// <summary>Starts the batch.</summary>
    /// <param name="header">The batch without its instances.</param>
    /// <param name="only">The instances of a batch that has a single partition; null otherwise.</param>
    internal async Task RunAsync(BatchHeader header, PartitionSpec? only)
    {
        IsUnderWay = true;
        try
        {
            int buckets = 0;
            if (only is not null)
            {
                await services.Rules.CheckOnlyAsync(record.Id, header, only);
            }
            else
            {
                await RequirePreparedAsync(header);
                buckets = services.Index is { } index && header.PartitionSizes.Length > 1
                    ? await index.WriteAsync(record.Id, header.Digest, header.PartitionSizes.Length)
                    : 0;
            }

            await CreateAsync(header, only, buckets);
        }
        finally
        {
            IsUnderWay = false;
        }

        services.Metrics.BatchStarted();
    }

    /// <summary>
    /// Enters a batch that is joined in the catalog again, unless this activation knows that it is there: a start that joins it, too, has
    /// to be found after any crash.
    /// </summary>
    internal async Task ConfirmEnteredAsync(BatchStatus status)
    {
        if (!_isEntered && record.State is { FinishedAt: null } state)
        {
            await announcer.EnterAsync(state, status);
            _isEntered = true;
        }
    }

    /// <summary>
    /// Takes what was entered for a start that was broken off, and of which nothing is left, out of the catalog again. It is looked for
    /// there: the activation that entered it
    /// is gone, since no batch came of it.
    /// </summary>
    /// <returns>True: nothing of it is left there either.</returns>
    internal async Task<bool> WithdrawAsync(string digest)
    {
        foreach (BatchEntry entry in await services.Catalog.GetUnfinishedAsync())
        {
            if (entry.Status.Id == record.Id && entry.Digest == digest && entry.Status.Phase is BatchPhase.Pending)
            {
                await announcer.RemoveAsync(entry);
            }
        }

        return true;
    }

    private async Task CreateAsync(BatchHeader header, PartitionSpec? only, int indexBuckets)
    {
        bool hosts = only is not null && HostedPartition.Fits(only);
        BatchState state = NewState(header) with { Hosted = hosts ? only : null, Incarnation = services.NewIncarnation(), IndexBuckets = indexBuckets };
        Task entered = EnterBeforeAsync(state);
        try
        {
            if (only is not null && !hosts)
            {
                // The entry comes first: by it the partition is found, should the start be broken off.
                await entered;
                await services.Partitions.PrepareAsync(GrainKeys.OfPartition(record.Id, header.Digest, 0), only);
            }

            await record.WriteAsync(state with { StartedAt = services.Clock.GetUtcNow() });
            await entered;
            _isEntered = true;
        }
        catch (Exception exception)
        {
            // The row may be there without the entry: the next activation sees to it before a start joins it.
            record.End(exception);
            throw;
        }
    }

    /// <exception cref="CanoConfigurationException">A partition is not there, or has another number of instances than the header
    /// says.</exception>
    private async Task RequirePreparedAsync(BatchHeader header)
    {
        int[] sizes = header.PartitionSizes;
        foreach (int[] some in Enumerable.Range(0, sizes.Length).Chunk(CountsAtOnce))
        {
            Task<int>[] counts = [.. some.Select(partition => services.Parts.CountAsync(GrainKeys.OfPartition(record.Id, header.Digest, partition)))];
            foreach ((int partition, Task<int> count) in some.Zip(counts))
            {
                int found = await count;
                if (found != sizes[partition])
                {
                    // Entered once more, for those of its partitions that are there to be found.
                    await EnterBeforeAsync(NewState(header));
                    throw new CanoConfigurationException(
                        ErrorCodes.NotPrepared,
                        $"The batch '{record.Id}' was not started: of partition {partition + 1} of {sizes.Length}, {found} instances are stored and "
                        + $"{sizes[partition]} belong to it. It was never sent, or the start took so long that it was cleaned up. Start the batch again from the beginning.");
                }
            }
        }
    }

    private Task EnterBeforeAsync(BatchState state) => announcer.EnterAsync(state, BatchViews.StatusBefore(record.Id, state));

    private BatchState NewState(BatchHeader header)
    {
        DateTimeOffset created = services.Clock.GetUtcNow();
        return new() { Header = header, CreatedAt = created, StartedAt = created, Epoch = 1 };
    }
}
