namespace Cano;

/// <summary>
/// The end of a batch's rows: a purge leaves a tombstone, the remains of a start that was broken off leave nothing. Both are decided in the
/// batch's row before anything is
/// removed, and driven to their end from there.
/// </summary>
internal sealed class BatchRemoval(BatchRecord record, BatchAnnouncer announcer, BatchViews views, BatchServices services)
{
    /// <summary>Partitions removed in one step, so that others get their turn at the storage.</summary>
    private const int PartitionsPerStep = 8;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    private Task _loop = Task.CompletedTask;

    /// <summary>Called once the batch is purged, and the catalog knows it.</summary>
    internal required Action Removed { get; init; }

    /// <summary>Called once the id is as if it had never been used: what this activation knows of the batch is over.</summary>
    internal required Action Forgotten { get; init; }

    /// <summary>True while rows are being removed.</summary>
    internal bool IsUnderWay => record.State is { Purge.Left: > 0 };

    /// <summary>The batch, if it can be read.</summary>
    /// <exception cref="BatchNotFoundException">There is no such batch.</exception>
    /// <exception cref="BatchPurgedException">It was purged.</exception>
    internal BatchState Require()
    {
        if (record.State is not { } state || state.Purge is { BrokenOff: true } || IsForgettable)
        {
            throw new BatchNotFoundException(record.Id);
        }

        return state.Purge is null ? state : throw new BatchPurgedException(record.Id);
    }

    /// <summary>See <see cref="IBatchGrain.PurgeAsync"/>.</summary>
    internal async Task<bool> PurgeAsync()
    {
        switch (record.State)
        {
            case null or { Purge.BrokenOff: true }:
                throw new BatchNotFoundException(record.Id);
            case { FinishedAt: null }:
                throw new BatchNotFinishedException(record.Id);
            case { Purge: null } finished:
                // The catalog first: it is what leads recovery back here, should this activation be lost half way.
                BatchState begun = Purging(finished);
                await announcer.EnterAsync(begun, views.StatusNow(finished));
                await record.WriteAsync(begun);
                break;
            case { Purge.Left: 0 }:
                await announcer.TellAsync();
                break;
        }

        return await WaitAsync();
    }

    /// <summary>See <see cref="IBatchGrain.ExpireAsync"/>.</summary>
    internal async Task<bool> ExpireAsync()
    {
        switch (record.State)
        {
            case null:
                return true;
            case { Purge: null, FinishedAt: { } finished } state when HasExpired(finished):
                await record.WriteAsync(Purging(state));
                return await WaitAsync();
            case { Purge: { Left: 0 } purge } when HasExpired(purge.At):
                await ForgetAsync();
                return true;
            default:
                return IsUnderWay && await WaitAsync();
        }
    }

    /// <summary>See <see cref="IBatchGrain.CleanUpAsync"/>.</summary>
    internal async Task<bool> CleanUpAsync(string digest, int partitions)
    {
        if (record.State is null)
        {
            // The row is what keeps a start that another activation may be making from coming to pass: only one of the two can add it.
            await record.WriteAsync(Remains(digest, partitions));
        }

        if (record.State is { Purge.BrokenOff: true })
        {
            return await WaitAsync() && record.State is null;
        }

        if (record.State!.Header.Digest == digest)
        {
            return false;
        }

        // Another content has become the batch of this id, so that this one never will.
        foreach (int[] some in Enumerable.Range(0, partitions).Chunk(PartitionsPerStep))
        {
            await RemoveAsync(digest, some);
        }

        return true;
    }

    /// <summary>Before a start: ends what stands in its way and may go.</summary>
    /// <exception cref="BatchPurgedException">The id was purged, and not so long ago that it could be forgotten.</exception>
    internal async Task SettleAsync()
    {
        while (record.State is { Purge.BrokenOff: true })
        {
            await WaitAsync();
        }

        if (IsForgettable)
        {
            await ForgetAsync();
        }
        else if (record.State?.Purge is not null)
        {
            throw new BatchPurgedException(record.Id);
        }
    }

    /// <summary>Goes on with a removal, unless it is under way.</summary>
    internal void Drive()
    {
        if (_loop.IsCompleted)
        {
            _loop = Supervised.RunAsync(RunAsync, Fail);
        }
    }

    private bool IsForgettable => record.State?.Purge is { Left: 0 } purge && HasExpired(purge.At);

    private bool HasExpired(DateTimeOffset since) => services.Clock.GetUtcNow() - since >= services.Retention;

    private BatchState Purging(BatchState finished) => finished with
    {
        Epoch = finished.Epoch + 1,
        Purge = new(services.Clock.GetUtcNow(), finished.Header.PartitionSizes.Length, BrokenOff: false),
    };

    private BatchState Remains(string digest, int partitions)
    {
        DateTimeOffset now = services.Clock.GetUtcNow();
        BatchHeader header = new() { Timeout = new ConcurrentTimeout.WaitForever(), PartitionSizes = [], Digest = digest, Workflows = [] };
        return new() { Header = header, CreatedAt = now, StartedAt = now, FinishedAt = now, Purge = new(now, partitions, BrokenOff: true), IndexBuckets = InstanceIndex.BucketsFor(partitions * PartitionSpec.MaxInstances) };
    }

    /// <summary>Waits for the end of a removal, a bounded time.</summary>
    /// <returns>True: nothing is left to remove.</returns>
    private async Task<bool> WaitAsync()
    {
        if (!IsUnderWay)
        {
            return true;
        }

        Drive();
        Signal over = new();
        _ = RaiseAfterAsync(_loop, over);
        await over.WaitAsync(BatchViews.LongestWait, services.Pacing);
        record.ThrowIfEnded();
        return !IsUnderWay;
    }

    private static async Task RaiseAfterAsync(Task loop, Signal over)
    {
        await loop;
        over.Raise();
    }

    private async Task RunAsync()
    {
        while (record.IsAlive && record.State is { Purge: { Left: > 0 } purge } state)
        {
            int first = Math.Max(0, purge.Left - PartitionsPerStep);
            await RemovePartitionsAsync(state, first, purge.Left - first);
            if (first > 0)
            {
                await record.WriteAsync(state with { Purge = purge with { Left = first } });
                await Task.Delay(s_pause, services.Pacing);
            }
            else
            {
                await ConcludeAsync(state, purge);
            }
        }
    }

    private async Task ConcludeAsync(BatchState state, PurgeRecord purge)
    {
        if (services.Index is { } index)
        {
            await index.RemoveAsync(record.Id, state.Header.Digest, state.IndexBuckets);
        }

        if (purge.BrokenOff)
        {
            await record.ClearAsync();
            return;
        }

        await services.Parts.RemoveSharedStoreAsync(record.Id, state.Incarnation);
        await record.WriteAsync(Tombstone(state, purge));
        services.Logger.BatchPurged(record.Id);
        await announcer.TellAsync();
        Removed();
    }

    /// <summary>What no person has written: the id, numbers and times.</summary>
    private static BatchState Tombstone(BatchState state, PurgeRecord purge) => state with
    {
        Header = state.Header with { Name = null, PartitionSizes = [], Workflows = [], Labels = [], LargestParamsInstance = null, SharedStore = null },
        Epoch = state.Epoch + 1,
        Stop = state.Stop! with { DecidedBy = null },
        Hosted = null,
        HostedResults = null,
        Lost = [],
        IndexBuckets = 0,
        Purge = purge with { Left = 0 },
    };

    private Task RemovePartitionsAsync(BatchState state, int first, int count) => state.Hosted is { } hosted
        ? services.Parts.RemoveHostedAsync(GrainKeys.OfPartition(record.Id, state.Header.Digest, 0), hosted, state.HostedResults, state.Incarnation)
        : RemoveAsync(state.Header.Digest, Enumerable.Range(first, count));

    private Task RemoveAsync(string digest, IEnumerable<int> partitions) =>
        AllOf.RunAsync(partitions.Select(partition => services.Parts.RemoveAsync(GrainKeys.OfPartition(record.Id, digest, partition))));

    /// <summary>From here on the id is as if it had never been used.</summary>
    private async Task ForgetAsync()
    {
        BatchState state = record.State!;
        BatchStatus status = views.StatusNow(state);
        BatchEntry entry = announcer.Entry(state, status);

        // An entry of an earlier moment that stayed would have recovery purge the next batch of this id.
        await announcer.EnterAsync(state, status);
        await record.ClearAsync();
        views.Forget();
        Forgotten();
        await announcer.RemoveAsync(entry);
    }

    private void Fail(Exception exception)
    {
        services.Logger.RemovalFailed(exception, record.Id);
        record.End(exception);
    }
}
