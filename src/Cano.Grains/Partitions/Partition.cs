namespace Cano;

/// <summary>
/// One activation of a partition that has rows of its own: the driver of a <see cref="PartitionState"/>. One loop writes what the state
/// plans, applies it and wakes those who wait for news. It knows nothing of Orleans; its holder calls it from one scheduler, one turn at a
/// time.
/// </summary>
/// <remarks>
/// It ends (<see cref="Failure"/>) with the first write that fails, because then its outcome is unknown, and when it learns that a later
/// activation is at work. Calls that wait are answered then, and a new activation reads what is durable.
/// </remarks>
internal sealed class Partition
{
    private readonly string _key;
    private readonly string _batchId;
    private readonly PartitionServices _services;
    private readonly IPartitionReads _reads;
    private readonly NewsBoard _news;
    private readonly OnDemand _load;
    private IPartitionRows _rows;
    private PartitionWork? _work;
    private Signal _wake = new();
    private TimeSpan _waitsUntil = TimeSpan.MinValue;
    private Task _loop = Task.CompletedTask;

    internal Partition(string key, PartitionServices services)
    {
        _key = key;
        _batchId = GrainKeys.BatchOf(key);
        _services = services;
        _rows = services.OpenRows(key);
        _reads = services.OpenRows(key);
        _news = new(services.Pacing);
        _load = new(LoadOnceAsync, services.PauseBefore, services.Pacing);
    }

    /// <summary>Why this activation has ended; null while it lives.</summary>
    internal Exception? Failure { get; private set; }

    /// <summary>Called once, when this activation ends by itself.</summary>
    internal Action? Ended { get; set; }

    /// <summary>What it knows and decides; null while it is not loaded, and where there are no rows.</summary>
    internal PartitionState? State => _work?.State;

    /// <summary>How many instances are stored; 0 if there are none.</summary>
    internal async Task<int> CountAsync()
    {
        await LoadAsync();
        // What this activation has only read may have been removed since, with its batch.
        return State is { IsOwner: false } ? (await _services.OpenRows(_key).ReadSpecAsync())?.Instances.Length ?? 0
            : State?.Durable.Count ?? 0;
    }

    /// <summary>Since when an instance runs; null if it does not, or not by this activation.</summary>
    internal DateTimeOffset? RunningSince(int index) => _work?.RunningSince(index);

    /// <summary>
    /// The results as they are durable now; null where there are no rows. An activation that has not written may have loaded before the
    /// last write of another one: it reads anew.
    /// </summary>
    internal async Task<ResultLog?> OpenLogAsync()
    {
        await _load.RunAsync();
        if (_work is { State: { } state } work && Failure is null && (state.IsOwner || state.Durable.IsFinal))
        {
            return work.Log;
        }

        IPartitionReads rows = _services.OpenRows(_key);
        return await ResultLog.LoadAsync(rows) is { } loaded ? new(_key, loaded.Index, rows, _services.Segments) : null;
    }

    /// <summary>See <see cref="IPartitionGrain.PrepareAsync"/>.</summary>
    internal async Task PrepareAsync(PartitionSpec spec)
    {
        if (await CountAsync() > 0)
        {
            return;
        }

        ThrowIfEnded();
        _work?.Abandon();
        _rows = _services.OpenRows(_key);
        try
        {
            await _rows.WriteSpecAsync(spec);
            _work = NewWork(spec, new(spec), isOwner: true);
        }
        catch (Exception exception)
        {
            End(exception);
            throw;
        }
    }

    /// <summary>See <see cref="IPartitionGrain.ExchangeAsync"/>.</summary>
    internal async Task<PartitionReport> ExchangeAsync(PartitionOrders orders)
    {
        await LoadAsync();
        PartitionWork work = await RequireIncarnationAsync(orders);
        PartitionState state = work.State;
        if (orders.Fence > state.Durable.Fence)
        {
            End(new SupersededException($"A partition of batch '{_batchId}' has a later activation."));
            ThrowIfEnded();
        }

        state.Obey(orders);
        while (state.MustObey)
        {
            Wake();
            await _news.WaitForWriteAsync();
            ThrowIfEnded();
        }

        if (orders.Epoch < state.Durable.Epoch)
        {
            return state.Report();
        }

        work.Apply(orders);
        Wake();
        _news.AnswerAll();
        long known = orders.Fence == state.Durable.Fence ? orders.Known : -1;
        if (state.Version <= known && Failure is null)
        {
            await _news.WaitForAsync(known);
        }

        ThrowIfEnded();
        return state.Report();
    }

    /// <summary>
    /// The holder must go away: what is ready is written at once, so that it need not run again elsewhere; then <see cref="Leave"/>. One
    /// that has nothing to commit writes nothing: it may have come up for a reader only, and its rows may be gone.
    /// </summary>
    internal async Task LeaveAsync()
    {
        if (State is { IsOwner: true, IsLeaving: false } state && Failure is null)
        {
            state.IsLeaving = true;
            while (state.UntilCommit(_services.Elapsed) == TimeSpan.Zero && Failure is null)
            {
                Wake();
                await _news.WaitForWriteAsync();
            }
        }

        Leave();
    }

    /// <summary>The holder goes away (a silo shuts down): nothing is started or written any more, what runs is left running.</summary>
    internal void Leave() => End(new SupersededException("The activation has left."));

    /// <summary>Reads the rows, in the first call.</summary>
    internal async Task LoadAsync()
    {
        ThrowIfEnded();
        await _load.RunAsync();
        ThrowIfEnded();
    }

    private async Task LoadOnceAsync()
    {
        if (await ResultLog.LoadAsync(_rows) is { } loaded && Failure is null && _work is null)
        {
            _work = NewWork(loaded.Spec, loaded.Index, isOwner: false);
        }
    }

    private PartitionWork NewWork(PartitionSpec spec, ResultIndex index, bool isOwner) => new(_key, spec, index, isOwner, _reads, Segment.MaxAddedBytes, _services, Wake, Fail);

    /// <summary>
    /// Rows of another incarnation than the one that speaks are what a purge has missed, or the one that speaks is over itself. The batch's
    /// row says which.
    /// </summary>
    /// <exception cref="BatchDataLostException">The rows are not there.</exception>
    private async Task<PartitionWork> RequireIncarnationAsync(PartitionOrders orders)
    {
        if (_work is null)
        {
            // A storage that is being restored may have brought them since the last call.
            await LoadOnceAsync();
            ThrowIfEnded();
        }

        if (_work is null)
        {
            throw new BatchDataLostException(_batchId, "a partition");
        }

        if (!_work.State.IsOfOtherIncarnation(orders.Incarnation))
        {
            return _work;
        }

        if (await _services.ReadBatch(_batchId) is not { Purge: null } batch || batch.Incarnation != orders.Incarnation)
        {
            throw new SupersededException($"The batch '{_batchId}' that speaks is over; its partition belongs to a later one of that id.");
        }

        IPartitionRows rows = _services.OpenRows(_key);
        PartitionSpec spec = await rows.ReadSpecAsync() ?? throw new BatchDataLostException(_batchId, "a partition");
        ThrowIfEnded();
        if (_work.State.IsOfOtherIncarnation(orders.Incarnation))
        {
            _work.Abandon();
            _rows = rows;
            _work = NewWork(spec, new(spec), isOwner: false);
        }

        return _work;
    }

    /// <summary>Something has changed: the loop looks what is due, if anything is due before the time that it waits for anyway.</summary>
    private void Wake()
    {
        if (Failure is not null || State is not { } state)
        {
            return;
        }

        _news.Raise(state.Version);
        if (_loop.IsCompleted)
        {
            if (state.UntilDue(_services.Elapsed) is not null)
            {
                _loop = Supervised.RunAsync(RunWhileDueAsync, Fail);
            }
        }
        else if (state.UntilDue(_services.Elapsed) is { } left && _services.Elapsed + left < _waitsUntil)
        {
            _wake.Raise();
        }
    }

    private async Task RunWhileDueAsync()
    {
        await Task.Yield();
        while (Failure is null && _work is { State: { } state } work && state.UntilDue(_services.Elapsed) is { } left)
        {
            if (left > TimeSpan.Zero)
            {
                _wake = new();
                _waitsUntil = _services.Elapsed + left;
                await _wake.WaitAsync(left, _services.Pacing);
                _waitsUntil = TimeSpan.MinValue;
            }
            else if (state.TakeProgress(_services.Elapsed))
            {
                _news.Raise(state.Version);
            }
            else
            {
                await CommitAsync(work);
            }
        }
    }

    private async Task CommitAsync(PartitionWork work)
    {
        if (await work.CommitAsync(work.PlanCommit(), _rows, isAlive: () => Failure is null, End))
        {
            _news.Written(work.State.Version);
        }
    }

    private void Fail(Exception exception)
    {
        _services.Logger.PartitionFailed(exception, _key);
        End(exception);
    }

    private void End(Exception exception)
    {
        if (Failure is not null)
        {
            return;
        }

        Failure = exception;
        _work?.Abandon();
        _wake.Raise();
        _news.End();
        Ended?.Invoke();
    }

    private void ThrowIfEnded()
    {
        if (Failure is not null)
        {
            throw new SupersededException(Failure.Message, Failure);
        }
    }
}
