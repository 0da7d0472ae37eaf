using System.Diagnostics;
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
    private HostedPartition? _hosted;
    private bool _persisting;
    private bool _foreseen;
    private bool _starting;
    private bool _entered;
    private DateTimeOffset _told;
    private Task _announced = Task.CompletedTask;
    private LastingSpan? _span;

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

    /// <summary>Called once, when this activation has written that the batch is finished, and has told the catalog: until then it is found there as one that somebody drives.</summary>
    internal Action? Finished { get; set; }

    /// <summary>True while the batch has to be driven.</summary>
    internal bool IsUnfinished => _state is { FinishedAt: null };

    /// <summary>True once there is something to stay for: the batch, or a start of it.</summary>
    internal bool Exists => _state is not null || _starting;

    /// <summary>When the strategy's duration ends; null if it has none, or if the stop is decided.</summary>
    internal DateTimeOffset? Deadline => _arbiter is { Stop: not null } ? null : _state?.Deadline;

    /// <summary>When <see cref="Tick"/> has something to do: the deadline, or the next word to the catalog; null if neither is to come.</summary>
    internal DateTimeOffset? NextTick => IsUnfinished && _services.CatalogInterval is { } interval && _told + interval() is var told && !(Deadline < told) ? told : Deadline;

    /// <summary>Reads the row and, when the batch is not finished, takes it over: from here on an older activation can't write any more.</summary>
    internal async Task LoadAsync()
    {
        _state = await _row.ReadAsync();
        if (_state is null)
        {
            return;
        }

        if (_state.Hosted is not null)
        {
            _hosted = Host(_state.Header.Digest);
            await _hosted.Partition.LoadAsync();
        }

        if (_state.Purge is not null)
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
            return state.Header.Digest == header.Digest ? await JoinAsync() : throw new BatchConflictException(_id);
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
            _services.Rules.CheckOnly(_id, header, only);
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

        _services.Metrics.BatchStarted();
        Drive(fresh: true);
        return Status();
    }

    /// <summary>The partition that this batch hosts, for readers.</summary>
    internal Partition RequireHosted()
    {
        RequireBatch();
        return _hosted is not null
            ? _hosted.Partition
            : throw new CanoConfigurationException(ErrorCodes.InvalidDocument, $"The results of batch '{_id}' are in its partitions; ask those.");
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
        while (_views.Status is not { StopReason: not null });

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

    /// <summary>Time has passed: the deadline may have come, and lists are to show how far the batch is.</summary>
    internal void Tick()
    {
        if (Failure is not null || _arbiter is null)
        {
            return;
        }

        DateTimeOffset now = _services.Clock.GetUtcNow();
        _arbiter.Tick(now);
        Advance();
        if (IsUnfinished && now >= _told + _services.CatalogInterval?.Invoke())
        {
            if (_announced.IsCompleted)
            {
                Announce();
            }

            // Where the catalog has not taken the last word yet, the next is due later: otherwise this would be called again and again.
            _told = now;
        }
    }

    /// <summary>The holder goes away: what a hosted partition has ready is written at once; then nothing more is said or written, but the catalog is told what is due.</summary>
    internal async Task LeaveAsync()
    {
        if (_hosted is not null && Failure is null)
        {
            await _hosted.Partition.LeaveAsync();
        }

        End(new SupersededException("The activation has left."));
        await _announced;
    }

    /// <summary>Makes the batch exist: its row and its entry in the catalog, written at the same time. It has started once both are there.</summary>
    private async Task CreateAsync(BatchHeader header, PartitionSpec? only)
    {
        bool hosts = only is not null && HostedPartition.Fits(only);
        BatchState state = NewState(header) with { Hosted = hosts ? only : null };
        Task entered = _services.Catalog.PutAsync(Entry(state, BatchViews.StatusBefore(_id, state)));
        try
        {
            if (only is not null && !hosts)
            {
                // The entry comes first: by it the partition is found, should the start be broken off.
                await entered;
                await _services.Partitions.PrepareAsync(PartitionSpec.Key(_id, header.Digest, 0), only);
            }

            await WriteAsync(state with { StartedAt = _services.Clock.GetUtcNow() });
            await entered;
            _entered = true;
            if (hosts)
            {
                _hosted = Host(header.Digest);
                await _hosted.Partition.PrepareAsync(only!);
            }
        }
        catch (Exception exception)
        {
            // The row may be there without the entry: the next activation sees to it before it lets anyone join.
            End(exception);
            throw;
        }
    }

    /// <summary>Whoever starts a batch that exists may rely on it as on a new one: it is found after any crash.</summary>
    private async Task<BatchStatus> JoinAsync()
    {
        BatchStatus status = await GetStatusAsync();
        if (!_entered && IsUnfinished)
        {
            await _services.Catalog.PutAsync(Entry(_state!, status));
            _entered = true;
        }

        return status;
    }

    private HostedPartition Host(string digest)
    {
        HostedPartition hosted = new(_id, () => _state, digest, _services.Partitions) { WriteWanted = Advance };
        hosted.Partition.Ended = () => End(hosted.Partition.Failure!);
        return hosted;
    }

    private void Drive(bool fresh)
    {
        BatchState state = _state!;
        _told = _services.Clock.GetUtcNow();
        _arbiter = new(state.Header, state.Epoch, state.Deadline, state.Stop, fresh);
        _calls = new int[state.Header.PartitionSizes.Length];
        _span = LastingSpan.Begin(Spans.Batch, ActivityKind.Consumer, _id, state.Header.TraceParent);
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

    private bool MustPersist => _hosted?.Waiting is not null || (_arbiter!.Stop is not null && _state!.Stop is null) || (_state!.Stop is not null && _arbiter.IsSealed && _state.FinishedAt is null);

    private async Task ExchangeAsync(int partition)
    {
        string key = PartitionSpec.Key(_id, _state!.Header.Digest, partition);
        _calls[partition]++;
        PartitionReport? report = null;
        for (int attempt = 0; report is null && Failure is null && _arbiter!.ReportOf(partition) is not { Sealed: true }; attempt++)
        {
            try
            {
                PartitionOrders orders = OrdersFor(partition);
                report = await (_hosted is { } hosted ? hosted.Partition.ExchangeAsync(orders) : _services.Partitions.ExchangeAsync(key, orders));
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
        return _span is { TraceParent: var parent } ? orders with { TraceParent = parent } : orders;
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
                await PersistOnceAsync();
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

    /// <summary>Writes what is to be written: results of the partition that it hosts, the stop, the end, all that there is of it in one.</summary>
    private async Task PersistOnceAsync()
    {
        BatchState next = _state!;
        bool results = _hosted?.Waiting is not null;
        if (results)
        {
            _foreseen = true;
            next = next with { HostedResults = _hosted!.Waiting };
            _arbiter!.Foresee(0, _hosted.Foreseen, _services.Clock.GetUtcNow());
        }

        bool stops = next.Stop is null && _arbiter!.Stop is not null;
        next = next with { Stop = _arbiter!.Stop };
        if (next.Stop is not null && _arbiter.IsSealed)
        {
            next = next with { FinishedAt = _services.Clock.GetUtcNow(), Completed = _arbiter.Completed, Failed = _arbiter.Failed };
        }

        await WriteAsync(next);
        if (results)
        {
            await _hosted!.WrittenAsync();
            _foreseen = false;
        }

        if (stops)
        {
            _arbiter.StopIsDurable();
            _services.Logger.BatchStopped(_id, next.Stop!.Reason, next.Stop.DecidedBy, next.Stop.Completed, next.Stop.Failed);
        }

        if (next.FinishedAt is not null)
        {
            // Before anyone is told: who has seen the end finds it counted.
            _services.Metrics.BatchFinished(next.Stop!, next.StartedAt);
            _span?.With(TelemetryNames.StopReason, TelemetryNames.Word(next.Stop!.Reason)).End();
        }

        Publish();
        if (next.FinishedAt is not null)
        {
            _ = FinishAsync();
        }
    }

    private async Task FinishAsync()
    {
        Announce();
        await _announced;
        Finished?.Invoke();
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
    private void Announce()
    {
        _told = _services.Clock.GetUtcNow();
        _announced = AnnounceAsync(_announced);
    }

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

    private BatchStatus Status() => _state!.FinishedAt is null && _views.Status is { } shown
        ? BatchViews.At(shown, _services.Clock.GetUtcNow())
        : BatchViews.At(BatchViews.StatusOf(_id, _state, arbiter: null), _services.Clock.GetUtcNow());

    /// <summary>Shows readers what is durable: not what the arbiter foresees of a write under way, after which this is called again.</summary>
    private void Publish()
    {
        if (!_foreseen)
        {
            _views.Publish(_state!, _arbiter);
        }
    }

    private void End(Exception exception)
    {
        if (Failure is null)
        {
            Failure = exception;
            _hosted?.End(exception);
            _views.End();
            _span?.End();
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
/// <param name="Metrics">Where to count.</param>
/// <param name="Retention">How long finished batches are kept, and tombstones after them.</param>
/// <param name="CatalogInterval">How often the catalog is told how far an unfinished batch is; null: it is not told before the end.</param>
internal sealed record BatchServices(
    IPartitions Partitions,
    IBatchCatalog Catalog,
    BatchRules Rules,
    string Owner,
    TimeProvider Clock,
    TimeProvider Pacing,
    ILogger Logger,
    IBatchParts Parts,
    CanoMetrics Metrics,
    TimeSpan Retention,
    Func<TimeSpan>? CatalogInterval = null);
