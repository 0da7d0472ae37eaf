using Microsoft.Extensions.Logging;

namespace Cano;

/// <summary>
/// One activation of a batch: accepts it, drives its partitions, writes down the stop and the end, and answers readers. It knows nothing of Orleans; whoever holds it
/// calls it from one scheduler, one turn at a time. What to decide is the <see cref="Arbiter"/>'s.
/// </summary>
/// <remarks>It ends (<see cref="Failure"/>) with the first write that fails and when it learns of a later activation; a new one reads what is durable.</remarks>
internal sealed partial class Batch
{
    private readonly string _id;
    private readonly BatchServices _services;
    private readonly IBatchRow _row;
    private readonly BatchViews _views;
    private BatchState? _state;
    private Arbiter? _arbiter;
    private int[] _calls = [];
    private bool _persisting;
    private bool _starting;
    private Task _announced = Task.CompletedTask;

    internal Batch(string id, IBatchRow row, BatchServices services)
    {
        _id = id;
        _row = row;
        _services = services;
        _views = new(id, services.Pacing);
    }

    /// <summary>Why this activation has ended; null while it lives.</summary>
    internal Exception? Failure { get; private set; }

    /// <summary>Called once, when this activation ends by itself.</summary>
    internal Action? Ended { get; set; }

    /// <summary>Called once, when this activation has written that the batch is finished.</summary>
    internal Action? Finished { get; set; }

    /// <summary>True while the batch has to be driven.</summary>
    internal bool IsUnfinished => _state is { FinishedAt: null };

    /// <summary>True once there is something to stay for: the batch, or a start of it.</summary>
    internal bool Exists => _state is not null || _starting;

    /// <summary>When the strategy's duration ends; null if it has none, or if the stop is decided.</summary>
    internal DateTimeOffset? Deadline => _arbiter is { Stop: not null } ? null : _state?.Deadline;

    /// <summary>Reads the row and, when the batch is not finished, takes it over: from here on an older activation can't write any more.</summary>
    internal async Task LoadAsync()
    {
        _state = await _row.ReadAsync();
        if (_state is null)
        {
            return;
        }

        if (_state.FinishedAt is not null)
        {
            Publish();
            return;
        }

        BatchState next = _state with { Epoch = _state.Epoch + 1 };
        await _row.WriteAsync(next);
        _state = next;
        Drive(fresh: false);
        Announce();
    }

    /// <summary>See <see cref="IBatchGrain.PrepareAsync"/>.</summary>
    internal async Task<BatchStatus?> PrepareAsync(BatchHeader header)
    {
        BatchStatus? existing = await FindAsync(header);
        if (existing is null && header.PartitionSizes.Length > 1)
        {
            await _services.Catalog.PutAsync(EntryBefore(header));
        }

        return existing;
    }

    /// <summary>The batch, if it exists; otherwise it may be started.</summary>
    private async Task<BatchStatus?> FindAsync(BatchHeader header)
    {
        ThrowIfEnded();
        await SettlePurgeAsync();
        if (_state is { } state)
        {
            return state.Header.Digest == header.Digest ? await GetStatusAsync() : throw new BatchConflictException(_id);
        }

        _services.Rules.Check(_id, header);
        return null;
    }

    /// <summary>See <see cref="IBatchGrain.StartAsync"/>.</summary>
    internal async Task<BatchStatus> StartAsync(BatchHeader header, PartitionSpec? only)
    {
        if (await FindAsync(header) is { } existing)
        {
            return existing;
        }

        if (only is not null)
        {
            BatchRules.CheckOnly(header, only);
        }

        _starting = true;
        try
        {
            if (only is null)
            {
                await RequirePreparedAsync(header);
            }

            await CreateAsync(header, only);
        }
        finally
        {
            _starting = false;
        }

        Drive(fresh: true);
        return Status();
    }

    /// <summary>See <see cref="IBatchGrain.GetStatusAsync"/>.</summary>
    internal async Task<BatchStatus> GetStatusAsync() => (await WatchAsync(-1)).Status;

    /// <summary>See <see cref="IBatchGrain.WatchAsync"/>.</summary>
    internal async Task<BatchView> WatchAsync(long after)
    {
        RequireBatch();
        BatchView view = await _views.WatchAsync(after);
        ThrowIfEnded();
        return view with { Status = BatchViews.At(view.Status, _services.Clock.GetUtcNow()) };
    }

    /// <summary>See <see cref="IBatchGrain.CancelAsync"/>.</summary>
    internal async Task<BatchStatus> CancelAsync()
    {
        RequireBatch();

        // The wish is noted before anything is awaited: it holds also where the partitions have not been heard yet and this call gives up.
        long seen = -1;
        do
        {
            _arbiter?.RequestCancel(_services.Clock.GetUtcNow());
            Advance();
            seen = (await _views.WatchAsync(seen)).Version;
            ThrowIfEnded();
        }
        while (_state.Stop is null);

        return Status();
    }

    /// <summary>See <see cref="IBatchGrain.ResumeAsync"/>. A finished batch is entered in the catalog again, in case that was missed.</summary>
    internal async Task<bool> ResumeAsync()
    {
        ThrowIfEnded();
        if (IsBeingRemoved)
        {
            DriveRemoval();
            return true;
        }

        if (_state is { FinishedAt: not null })
        {
            Announce();
            await _announced;
        }

        return IsUnfinished;
    }

    /// <summary>Time has passed: the deadline may have come.</summary>
    internal void Tick()
    {
        if (Failure is null && _arbiter is not null)
        {
            _arbiter.Tick(_services.Clock.GetUtcNow());
            Advance();
        }
    }

    /// <summary>The holder goes away: nothing more is said or written, but the catalog is told what is due.</summary>
    internal Task LeaveAsync()
    {
        End(new SupersededException("The activation has left."));
        return _announced;
    }

    private async Task CreateAsync(BatchHeader header, PartitionSpec? only)
    {
        // The entry comes first: whatever a start that is broken off leaves is found by it.
        BatchState state = NewState(header);
        await _services.Catalog.PutAsync(Entry(state, BatchViews.StatusBefore(_id, state)));
        if (only is not null)
        {
            await _services.Partitions.PrepareAsync(PartitionSpec.Key(_id, header.Digest, 0), only);
        }

        await WriteAsync(state with { StartedAt = _services.Clock.GetUtcNow() });
    }

    private void Drive(bool fresh)
    {
        BatchState state = _state!;
        _arbiter = new(state.Header, state.Epoch, state.Deadline, state.Stop, fresh);
        _calls = new int[state.Header.PartitionSizes.Length];
        Publish();
        Advance();
    }

    /// <summary>Does what the arbiter's present view calls for: writes a decision down, tells the partitions what is new.</summary>
    private void Advance()
    {
        if (Failure is not null || _arbiter is null)
        {
            return;
        }

        if (!_persisting && MustPersist)
        {
            _persisting = true;
            _ = PersistAsync();
        }

        if (_arbiter.Stop is not null && _state!.Stop is null)
        {
            // A stop that is not durable yet can't be told, and what held before it would start instances for nothing: once it is durable everybody is told.
            return;
        }

        foreach (int partition in _arbiter.TakeDirty())
        {
            _ = ExchangeAsync(partition);
        }
    }

    private bool MustPersist => (_arbiter!.Stop is not null && _state!.Stop is null) || (_state!.Stop is not null && _arbiter.IsSealed && _state.FinishedAt is null);

    private async Task ExchangeAsync(int partition)
    {
        string key = PartitionSpec.Key(_id, _state!.Header.Digest, partition);
        _calls[partition]++;
        PartitionReport? report = null;
        for (int attempt = 0; report is null && Failure is null && _arbiter!.ReportOf(partition) is not { Sealed: true }; attempt++)
        {
            try
            {
                report = await _services.Partitions.ExchangeAsync(key, OrdersFor(partition));
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                // The answer did not come; all that is said is cumulative, so it is said again. Data that is lost is lost loudly, each time.
                LogLevel level = PartitionLog.LevelOf(attempt);
                _services.Logger.PartitionDidNotAnswer(level, exception, key, attempt + 1);
                await Task.Delay(Pace.Backoff(attempt), _services.Pacing);
            }
        }

        _calls[partition]--;
        if (report is not null && Failure is null)
        {
            Hear(partition, report);
        }
    }

    private PartitionOrders OrdersFor(int partition)
    {
        PartitionOrders orders = _arbiter!.OrdersFor(partition);
        Advance();
        return orders;
    }

    private void Hear(int partition, PartitionReport report)
    {
        switch (_arbiter!.Hear(partition, report, _services.Clock.GetUtcNow()))
        {
            case Hearing.Superseded:
                End(new SupersededException($"Batch '{_id}' has a later activation."));
                return;
            case Hearing.Outdated when _calls[partition] == 0 && !_arbiter.IsSealed:
                _ = ExchangeAsync(partition);
                return;
            case Hearing.Taken:
                Publish();
                Advance();
                return;
            default:
                return;
        }
    }

    private async Task PersistAsync()
    {
        try
        {
            while (MustPersist && Failure is null)
            {
                BatchState next = _state! with { Stop = _arbiter!.Stop };
                if (_arbiter.IsSealed)
                {
                    next = next with { FinishedAt = _services.Clock.GetUtcNow(), Completed = _arbiter.Completed, Failed = _arbiter.Failed };
                }

                bool stops = _state.Stop is null;
                await WriteAsync(next);
                if (stops)
                {
                    _arbiter.StopIsDurable();
                    _services.Logger.BatchStopped(_id, next.Stop!.Reason, next.Stop.DecidedBy, next.Stop.Completed, next.Stop.Failed);
                }

                Publish();
                if (next.FinishedAt is not null)
                {
                    Announce();
                    Finished?.Invoke();
                }
            }
        }
        catch (Exception exception)
        {
            End(exception);
        }
        finally
        {
            _persisting = false;
        }

        Advance();
    }

    private async Task WriteAsync(BatchState next)
    {
        try
        {
            await _row.WriteAsync(next);
            _state = next;
        }
        catch (Exception exception)
        {
            End(exception);
            throw;
        }
    }

    /// <summary>Tells the catalog, after all that it was told before: an entry that overtook the one that takes it away would stay.</summary>
    private void Announce() => _announced = AnnounceAsync(_announced);

    /// <summary>Tells the catalog. When that fails, recovery finds the old entry and asks this batch, which tells it again.</summary>
    private async Task AnnounceAsync(Task previous)
    {
        await previous;
        try
        {
            if (_state is not null)
            {
                await _services.Catalog.PutAsync(Entry(_state, Status()));
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            _services.Logger.CatalogNotTold(exception, _id);
        }
    }

    private BatchEntry Entry(BatchState state, BatchStatus status) => new()
    {
        Status = status,
        Version = (state.Epoch * 4) + (int)status.Phase,
        Owner = _services.Owner,
        Workflows = state.Header.Workflows,
        Labels = state.Header.Labels,
        Digest = state.Header.Digest,
        Partitions = state.Header.PartitionSizes.Length,
        IsBeingPurged = state.Purge is { Left: > 0 },
        PurgedAt = state.Purge is { Left: 0 } purge ? purge.At : null,
    };

    private BatchStatus Status() => BatchViews.At(BatchViews.StatusOf(_id, _state!, _arbiter), _services.Clock.GetUtcNow());

    private void Publish() => _views.Publish(_state!, _arbiter);

    private void End(Exception exception)
    {
        if (Failure is null)
        {
            Failure = exception;
            _views.End();
            Ended?.Invoke();
        }
    }

    private void ThrowIfEnded()
    {
        if (Failure is not null)
        {
            throw new SupersededException(Failure.Message, Failure);
        }
    }
}

/// <summary>What all batches of a silo use.</summary>
/// <param name="Partitions">The way to the partitions.</param>
/// <param name="Catalog">The list of batches.</param>
/// <param name="Rules">What a batch must keep to.</param>
/// <param name="Owner">This silo's address with its generation.</param>
/// <param name="Clock">The time that deadlines are measured by.</param>
/// <param name="Pacing">The time that messages wait by.</param>
/// <param name="Logger">Where to log.</param>
/// <param name="Parts">The way to what a batch has in other grains' rows.</param>
/// <param name="Retention">How long finished batches are kept, and tombstones after them.</param>
internal sealed record BatchServices(
    IPartitions Partitions,
    IBatchCatalog Catalog,
    BatchRules Rules,
    string Owner,
    TimeProvider Clock,
    TimeProvider Pacing,
    ILogger Logger,
    IBatchParts Parts,
    TimeSpan Retention);
