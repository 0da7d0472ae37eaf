namespace Cano;

/// <summary>
/// One activation of a batch: loads it, and leads each call to the part that serves it. It knows nothing of Orleans; its holder calls it
/// from one scheduler, one turn at a time.
/// </summary>
internal sealed class Batch
{
    private readonly string _id;
    private readonly BatchServices _services;
    private readonly BatchRecord _record;
    private readonly BatchViews _views;
    private readonly BatchAnnouncer _announcer;
    private readonly BatchCreation _creation;
    private readonly BatchRemoval _removal;
    private readonly OnDemand _load;
    private BatchDriver? _driver;
    private HostedWork? _hosted;

    internal Batch(string id, IBatchRow row, BatchServices services)
    {
        _id = id;
        _services = services;
        _record = new(id, row) { Ended = OnEnded };
        _views = new(id, services.Clock, services.Pacing);
        _announcer = new(_record, _views, services);
        _creation = new(_record, _announcer, services);
        _removal = new(_record, _announcer, _views, services) { Removed = () => Finished?.Invoke(), Forgotten = () => (_driver, _hosted) = (null, null) };
        _load = new(LoadOnceAsync, services.PartitionServices.PauseBefore, services.Pacing);
    }

    /// <summary>Why this activation has ended; null while it lives.</summary>
    internal Exception? Failure => _record.Failure;

    /// <summary>Called once, when this activation ends by itself.</summary>
    internal Action? Ended { get; set; }

    /// <summary>Called when the batch has begun to need driving, by a start or a take-over.</summary>
    internal Action? Driven { get; set; }

    /// <summary>Called when nothing is left to drive, and the catalog knows it.</summary>
    internal Action? Finished { get; set; }

    /// <summary>True while the batch has to be driven.</summary>
    internal bool IsUnfinished => _record.State is { FinishedAt: null };

    /// <summary>True while rows of it are being removed, which must be driven to its end.</summary>
    internal bool IsBeingRemoved => _removal.IsUnderWay;

    /// <summary>True once there is something to stay for: the batch, or a start of it.</summary>
    internal bool Exists => _record.State is not null || _creation.IsUnderWay;

    /// <summary>When <see cref="Tick"/> has something to do: the deadline, or the next word to the catalog; null if neither is to come.</summary>
    internal DateTimeOffset? NextTick => Earlier(IsUnfinished ? _announcer.NextProgress : null, _driver?.Deadline);

    /// <summary>
    /// Reads the row and, when the batch is not finished, takes it over: from then on an older activation can't write any more. Done in the
    /// first call.
    /// </summary>
    internal async Task LoadAsync()
    {
        _record.ThrowIfEnded();
        await _load.RunAsync();
        _record.ThrowIfEnded();
    }

    /// <summary>See <see cref="IBatchGrain.PrepareAsync"/>.</summary>
    internal async Task<BatchStatus?> PrepareAsync(BatchHeader header)
    {
        if (await FindAsync(header) is { } existing)
        {
            return existing;
        }

        await _creation.PrepareAsync(header);
        return null;
    }

    /// <summary>See <see cref="IBatchGrain.StartAsync"/>.</summary>
    internal async Task<BatchStatus> StartAsync(BatchHeader header, PartitionSpec? only)
    {
        if (await FindAsync(header) is { } existing)
        {
            return existing;
        }

        await _creation.RunAsync(header, only);
        await DriveFreshAsync();
        return _views.StatusNow(_record.State!);
    }

    /// <summary>Reads the results of the partition that this batch hosts.</summary>
    /// <exception cref="CanoConfigurationException">The batch hosts none.</exception>
    internal async Task<PartitionReader> OpenReaderAsync()
    {
        BatchState state = await RequireAsync();
        if (state.Hosted is null)
        {
            throw new CanoConfigurationException(ErrorCodes.InvalidDocument, $"The results of batch '{_id}' are in its partitions; ask those.");
        }

        HostedWork hosted = _hosted ??= await HostedWork.OpenAsync(_record, _services, isFresh: false, static () => { }, _record.End);
        return new(() => Task.FromResult<ResultLog?>(hosted.Work.Log), hosted.Work.RunningSince);
    }

    /// <summary>See <see cref="IBatchGrain.GetStatusAsync"/>.</summary>
    internal async Task<BatchStatus> GetStatusAsync() => (await WatchAsync(-1)).Status;

    /// <summary>See <see cref="IBatchGrain.WatchAsync"/>.</summary>
    internal async Task<BatchView> WatchAsync(long after)
    {
        await RequireAsync();
        BatchView view = await _views.WatchAsync(after);
        _record.ThrowIfEnded();
        return view with { Status = BatchViews.At(view.Status, _services.Clock.GetUtcNow()) };
    }

    /// <summary>See <see cref="IBatchGrain.LocateAsync"/>.</summary>
    internal async Task<int[]?> LocateAsync(string instanceId)
    {
        BatchState state = await RequireAsync();
        return state.IndexBuckets > 0 && _services.Index is { } index
            ? await index.FindAsync(_id, state.Header.Digest, state.IndexBuckets, instanceId)
            : null;
    }

    /// <summary>See <see cref="IBatchGrain.CancelAsync"/>.</summary>
    /// <exception cref="TimeoutException">The wish is noted, but the stop is not durable yet; ask again.</exception>
    internal async Task<BatchStatus> CancelAsync()
    {
        await RequireAsync();
        _driver?.RequestCancel();
        await _views.WaitForStopAsync();
        _record.ThrowIfEnded();
        return _views.StatusNow(_record.State!);
    }

    /// <summary>See <see cref="IBatchGrain.ResumeAsync"/>. A finished batch is entered in the catalog again, in case that was missed.</summary>
    internal async Task<bool> ResumeAsync()
    {
        await LoadAsync();
        if (IsBeingRemoved)
        {
            _removal.Drive();
            return true;
        }

        if (_record.State is { FinishedAt: not null })
        {
            await _announcer.TellAsync();
        }

        return IsUnfinished;
    }

    /// <summary>See <see cref="IBatchGrain.PurgeAsync"/>.</summary>
    internal async Task<bool> PurgeAsync()
    {
        await LoadAsync();
        return await _removal.PurgeAsync();
    }

    /// <summary>See <see cref="IBatchGrain.ExpireAsync"/>.</summary>
    internal async Task<bool> ExpireAsync()
    {
        await LoadAsync();
        return await _removal.ExpireAsync();
    }

    /// <summary>See <see cref="IBatchGrain.CleanUpAsync"/>.</summary>
    internal async Task<bool> CleanUpAsync(string digest, int partitions)
    {
        await LoadAsync();
        return await _removal.CleanUpAsync(digest, partitions);
    }

    /// <summary>See <see cref="IBatchGrain.WithdrawAsync"/>.</summary>
    internal async Task<bool> WithdrawAsync(string digest, int partitions) =>
        await CleanUpAsync(digest, partitions) && await _creation.WithdrawAsync(digest);

    /// <summary>Time has passed: the deadline may have come, and lists are to show how far the batch is.</summary>
    internal void Tick()
    {
        if (Failure is not null || _driver is null)
        {
            return;
        }

        DateTimeOffset now = _services.Clock.GetUtcNow();
        _driver.Tick(now);
        if (IsUnfinished)
        {
            _announcer.TellProgress(now);
        }
    }

    /// <summary>The holder goes away: what a hosted partition has ready is written at once; then nothing more is said or written, but the catalog is told what is due.</summary>
    internal async Task LeaveAsync()
    {
        if (_driver is not null && Failure is null)
        {
            await _driver.LeaveAsync();
        }

        _record.End(new SupersededException("The activation has left."));
        await _announcer.LastTold;
    }

    private async Task LoadOnceAsync()
    {
        await _record.ReadAsync();
        if (_record.State is not { } state || state.Purge is not null || Failure is not null)
        {
            return;
        }

        if (state.FinishedAt is not null)
        {
            _views.Publish(state, arbiter: null);
            return;
        }

        await TakeOverAsync(state);
    }

    private async Task TakeOverAsync(BatchState state)
    {
        if (state.Hosted is not null)
        {
            _hosted = await OpenHostedAsync(isFresh: false);
        }

        await _record.WriteAsync(state with { Epoch = state.Epoch + 1 });
        BeginToDrive(isFresh: false);
        _ = _announcer.TellAsync();
    }

    private async Task DriveFreshAsync()
    {
        if (_record.State!.Hosted is not null)
        {
            _hosted = await OpenHostedAsync(isFresh: true);
        }

        BeginToDrive(isFresh: true);
    }

    private void BeginToDrive(bool isFresh)
    {
        if (Failure is null)
        {
            _announcer.Begin();
            _driver = new(_record, _services, _views, _announcer, _hosted, isFresh) { Finished = () => Finished?.Invoke() };
            _driver.Wake();
            Driven?.Invoke();
        }
    }

    private Task<HostedWork> OpenHostedAsync(bool isFresh) =>
        HostedWork.OpenAsync(_record, _services, isFresh, () => _driver?.Wake(), exception => _driver?.Fail(exception));

    /// <summary>The batch, if it exists; otherwise it may be started.</summary>
    /// <exception cref="BatchConflictException">The id is taken by a batch with other content.</exception>
    private async Task<BatchStatus?> FindAsync(BatchHeader header)
    {
        await LoadAsync();
        await _removal.SettleAsync();
        if (_record.State is not { } state)
        {
            _services.Rules.Check(_id, header);
            return null;
        }

        if (!state.Header.HasContentOf(header))
        {
            throw new BatchConflictException(_id);
        }

        BatchStatus status = await GetStatusAsync();
        await _creation.ConfirmEnteredAsync(status);
        return status;
    }

    /// <exception cref="BatchNotFoundException">There is no such batch.</exception>
    /// <exception cref="BatchPurgedException">It was purged.</exception>
    private async Task<BatchState> RequireAsync()
    {
        await LoadAsync();
        return _removal.Require();
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other : one;

    private void OnEnded(Exception exception)
    {
        _driver?.End();
        _views.End();
        Ended?.Invoke();
    }
}
