using System.Diagnostics.CodeAnalysis;

namespace Cano;

/// <content>The end of a batch's rows: a purge leaves a tombstone, the remains of a start that was broken off leave nothing. Both are decided in the batch's row before anything is removed.</content>
internal sealed partial class Batch
{
    /// <summary>So many partitions are removed in one step; then others get their turn at the storage.</summary>
    private const int PartitionsPerStep = 8;

    /// <summary>So many partitions are asked at once whether they are prepared.</summary>
    private const int PartitionsPerCount = 64;

    private static readonly TimeSpan s_pauseOfPurge = TimeSpan.FromMilliseconds(20);

    private Task? _removal;

    /// <summary>True while rows of it are being removed, which must be driven to its end.</summary>
    internal bool IsBeingRemoved => _state is { Purge.Left: > 0 };

    /// <summary>See <see cref="IBatchGrain.PurgeAsync"/>.</summary>
    internal async Task<bool> PurgeAsync()
    {
        ThrowIfEnded();
        switch (_state)
        {
            case null or { Purge.BrokenOff: true }:
                throw new BatchNotFoundException(_id);
            case { FinishedAt: null }:
                throw new BatchNotFinishedException(_id);
            case { Purge: null } finished:
                // The catalog first: it is what leads recovery back here, should this activation be lost half way.
                BatchState begun = Purging(finished);
                await _services.Catalog.PutAsync(Entry(begun, Status()));
                await WriteAsync(begun);
                break;
            case { Purge.Left: 0 }:
                Announce();
                await _announced;
                break;
        }

        return await RemovedAsync();
    }

    /// <summary>See <see cref="IBatchGrain.ExpireAsync"/>.</summary>
    internal async Task<bool> ExpireAsync()
    {
        ThrowIfEnded();
        switch (_state)
        {
            case null:
                return true;
            case { Purge: null, FinishedAt: { } finished } when HasExpired(finished):
                await WriteAsync(Purging(_state));
                return await RemovedAsync();
            case { Purge: { Left: 0 } purge } when HasExpired(purge.At):
                await ForgetAsync();
                return true;
            default:
                return IsBeingRemoved && await RemovedAsync();
        }
    }

    /// <summary>See <see cref="IBatchGrain.CleanUpAsync"/>.</summary>
    internal async Task<bool> CleanUpAsync(string digest, int partitions)
    {
        ThrowIfEnded();
        if (_state is null)
        {
            // The row is what keeps a start that another activation may be making from coming to pass: only one of the two can add it.
            await WriteAsync(Remains(digest, partitions));
        }

        if (_state is { Purge.BrokenOff: true })
        {
            return await RemovedAsync() && _state is null;
        }

        if (_state!.Header.Digest == digest)
        {
            return false;
        }

        // Another content has become the batch of this id, so that this one never will.
        await Task.WhenAll(Keys(digest, 0, partitions).Select(_services.Parts.RemoveAsync));
        return true;
    }

    /// <exception cref="BatchNotFoundException">There is no such batch.</exception>
    /// <exception cref="BatchPurgedException">It was purged.</exception>
    [MemberNotNull(nameof(_state))]
    private void RequireBatch()
    {
        ThrowIfEnded();
        if (_state is null or { Purge.BrokenOff: true } || IsForgettable)
        {
            throw new BatchNotFoundException(_id);
        }

        if (_state.Purge is not null)
        {
            throw new BatchPurgedException(_id);
        }
    }

    /// <summary>Before a start: ends what stands in its way and may go.</summary>
    /// <exception cref="BatchPurgedException">The id was purged, and not so long ago that it could be forgotten.</exception>
    private async Task SettlePurgeAsync()
    {
        while (_state is { Purge.BrokenOff: true })
        {
            await RemovedAsync();
        }

        if (IsForgettable)
        {
            await ForgetAsync();
        }
        else if (_state?.Purge is not null)
        {
            throw new BatchPurgedException(_id);
        }
    }

    /// <exception cref="CanoConfigurationException">A partition is not there, or has another number of instances than the header says.</exception>
    private async Task RequirePreparedAsync(BatchHeader header)
    {
        int[] sizes = header.PartitionSizes;
        foreach (int[] some in Enumerable.Range(0, sizes.Length).Chunk(PartitionsPerCount))
        {
            Task<int>[] counts = [.. some.Select(partition => _services.Parts.CountAsync(PartitionSpec.Key(_id, header.Digest, partition)))];
            foreach (int partition in some)
            {
                int found = await counts[partition - some[0]];
                if (found != sizes[partition])
                {
                    // Entered once more, for those of its partitions that are there to be found.
                    await _services.Catalog.PutAsync(EntryBefore(header));
                    throw new CanoConfigurationException(
                        ErrorCodes.NotPrepared,
                        $"The batch '{_id}' was not started: of partition {partition + 1} of {sizes.Length}, {found} instances are stored and {sizes[partition]} belong to it. "
                        + "It was never sent, or the start took so long that it was cleaned up. Start the batch again from the beginning.");
                }
            }
        }
    }

    private BatchEntry EntryBefore(BatchHeader header)
    {
        BatchState state = NewState(header);
        return Entry(state, BatchViews.StatusBefore(_id, state));
    }

    private BatchState NewState(BatchHeader header)
    {
        DateTimeOffset created = _services.Clock.GetUtcNow();
        return new() { Header = header, CreatedAt = created, StartedAt = created, Epoch = 1 };
    }

    private BatchState Purging(BatchState finished) =>
        finished with { Epoch = finished.Epoch + 1, Purge = new(_services.Clock.GetUtcNow(), finished.Header.PartitionSizes.Length, BrokenOff: false) };

    private BatchState Remains(string digest, int partitions)
    {
        DateTimeOffset now = _services.Clock.GetUtcNow();
        BatchHeader header = new() { Timeout = new ConcurrentTimeout.WaitForever(), PartitionSizes = [], Digest = digest, Workflows = [] };
        return new() { Header = header, CreatedAt = now, StartedAt = now, FinishedAt = now, Purge = new(now, partitions, BrokenOff: true) };
    }

    private bool IsForgettable => _state?.Purge is { Left: 0 } purge && HasExpired(purge.At);

    private bool HasExpired(DateTimeOffset since) => _services.Clock.GetUtcNow() - since >= _services.Retention;

    /// <summary>Waits for the end of a removal, a bounded time.</summary>
    /// <returns>True: nothing is left to remove.</returns>
    private async Task<bool> RemovedAsync()
    {
        if (!IsBeingRemoved)
        {
            return true;
        }

        DriveRemoval();
        await Task.WhenAny(_removal!, Task.Delay(Pace.ReaderWait, _services.Pacing));
        ThrowIfEnded();
        return !IsBeingRemoved;
    }

    private void DriveRemoval()
    {
        if (_removal is null or { IsCompleted: true })
        {
            _removal = RemoveAsync();
        }
    }

    private async Task RemoveAsync()
    {
        try
        {
            while (Failure is null && _state is { Purge: { Left: > 0 } purge } state)
            {
                int first = Math.Max(0, purge.Left - PartitionsPerStep);
                await RemovePartitionsAsync(state, first, purge.Left - first);
                if (first > 0)
                {
                    await WriteAsync(state with { Purge = purge with { Left = first } });
                    await Task.Delay(s_pauseOfPurge, _services.Pacing);
                }
                else
                {
                    await ConcludeAsync(state, purge);
                }
            }
        }
        catch (Exception exception)
        {
            End(exception);
        }
    }

    private async Task ConcludeAsync(BatchState state, PurgeRecord purge)
    {
        if (purge.BrokenOff)
        {
            await ClearAsync();
            return;
        }

        await _services.Parts.RemoveSharedStoreAsync(_id);
        await WriteAsync(Tombstone(state, purge));
        _hosted = null;
        _services.Logger.BatchPurged(_id);
        Announce();
        await _announced;
        Finished?.Invoke();
    }

    /// <summary>What no person has written: the id, numbers and times.</summary>
    private static BatchState Tombstone(BatchState state, PurgeRecord purge) => state with
    {
        Header = state.Header with { Name = null, PartitionSizes = [], Workflows = [], Labels = [], LargestParamsInstance = null },
        Epoch = state.Epoch + 1,
        Stop = state.Stop! with { DecidedBy = null },
        Hosted = null,
        HostedResults = null,
        Purge = purge with { Left = 0 },
    };

    private async Task RemovePartitionsAsync(BatchState state, int first, int count)
    {
        if (state.Hosted is { } hosted)
        {
            // What it knows is no longer so, and the row that holds it becomes the tombstone.
            _hosted = null;
            await _services.Parts.RemoveHostedAsync(PartitionSpec.Key(_id, state.Header.Digest, 0), hosted, state.HostedResults);
            return;
        }

        await Task.WhenAll(Keys(state.Header.Digest, first, count).Select(_services.Parts.RemoveAsync));
    }

    private IEnumerable<string> Keys(string digest, int first, int count) => Enumerable.Range(first, count).Select(partition => PartitionSpec.Key(_id, digest, partition));

    /// <summary>From here on the id is as if it had never been used.</summary>
    private async Task ForgetAsync()
    {
        // Nodes that ignored their cancellation may have written to it after the purge.
        await _services.Parts.RemoveSharedStoreAsync(_id);
        BatchEntry entry = Entry(_state!, Status());
        await ClearAsync();
        await _services.Catalog.RemoveAsync(entry);
    }

    private async Task ClearAsync()
    {
        try
        {
            await _row.ClearAsync();
            _state = null;
            _entered = false;
        }
        catch (Exception exception)
        {
            End(exception);
            throw;
        }
    }
}
