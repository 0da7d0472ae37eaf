using System.Diagnostics;

namespace Cano;

/// <summary>
/// Drives a batch that is not finished: the only place that acts on what its <see cref="Arbiter"/> decides. One loop hears its hosted
/// partition, writes what is decided, tells the partitions what is new, until nothing changes; events wake it.
/// </summary>
internal sealed class BatchDriver
{
    private readonly BatchRecord _record;
    private readonly BatchServices _services;
    private readonly BatchViews _views;
    private readonly BatchAnnouncer _announcer;
    private readonly Arbiter _arbiter;
    private readonly PartitionLink[] _links;
    private readonly HostedWork? _hosted;
    private readonly LastingSpan? _span;
    private Signal _wake = new();
    private bool _changed;
    private Task _loop = Task.CompletedTask;

    /// <summary>Begins to drive; nothing happens before <see cref="Wake"/>.</summary>
    /// <param name="record">The batch, taken over or created durably.</param>
    /// <param name="services">What all batches of the silo use.</param>
    /// <param name="views">What readers see.</param>
    /// <param name="announcer">The way to the catalog.</param>
    /// <param name="hosted">The partition that the batch hosts; null where partitions have rows of their own.</param>
    /// <param name="fresh">True: this activation created the batch.</param>
    internal BatchDriver(BatchRecord record, BatchServices services, BatchViews views, BatchAnnouncer announcer, HostedWork? hosted, bool fresh)
    {
        _record = record;
        _services = services;
        _views = views;
        _announcer = announcer;
        _hosted = hosted;
        BatchState state = record.State!;
        _arbiter = new(state, fresh);
        _links = hosted is not null
            ? []
            : [.. state.Header.PartitionSizes.Select((_, index) => new PartitionLink(index, GrainKeys.OfPartition(record.Id, state.Header.Digest, index), this, services))];
        _span = LastingSpan.Begin(Spans.Batch, ActivityKind.Consumer, record.Id, state.Header.TraceParent);
        Publish();
    }

    /// <summary>
    /// Called once the end is durable and the catalog knows it: until then the batch is found there as one that is driven.
    /// </summary>
    internal Action? Finished { get; set; }

    /// <summary>
    /// When the strategy's duration ends; null if it has none, if the stop is decided, or if it has ended and partitions have not been
    /// heard yet: the last one to speak decides then.
    /// </summary>
    internal DateTimeOffset? Deadline =>
        _arbiter.Stop is null && _record.State!.Deadline is { } at && (_arbiter.IsRecounted || at > _services.Clock.GetUtcNow()) ? at : null;

    /// <summary>Time has passed: the deadline may have come.</summary>
    internal void Tick(DateTimeOffset now)
    {
        _arbiter.Tick(now);
        Wake();
    }

    /// <summary>Someone asks for the batch to stop. It is noted at once, also where the partitions have not been heard yet.</summary>
    internal void RequestCancel()
    {
        _arbiter.RequestCancel(_services.Clock.GetUtcNow());
        Wake();
    }

    /// <summary>Whether a partition has anything left to tell.</summary>
    internal bool HasToAsk(int partition) => _record.IsAlive && !_arbiter.IsDone(partition);

    /// <summary>What holds for a partition now.</summary>
    internal PartitionOrders OrdersFor(int partition)
    {
        PartitionOrders orders = _arbiter.OrdersFor(partition, _services.Clock.GetUtcNow());
        return _span is { TraceParent: var parent } ? orders with { TraceParent = parent, Baggage = _record.State!.Header.Baggage } : orders;
    }

    /// <summary>A partition has answered.</summary>
    internal Hearing Hear(int partition, PartitionReport report)
    {
        if (!_record.IsAlive)
        {
            return Hearing.Superseded;
        }

        Hearing hearing = _arbiter.Hear(partition, report, _services.Clock.GetUtcNow());
        if (hearing is Hearing.Superseded)
        {
            _record.End(new SupersededException($"Batch '{_record.Id}' has a later activation."));
        }
        else if (hearing is Hearing.Taken)
        {
            Publish();
            Wake();
        }

        return hearing;
    }

    /// <summary>A partition has no rows any more.</summary>
    internal void HearLost(int partition)
    {
        _arbiter.HearLost(partition, _services.Clock.GetUtcNow());
        Publish();
        Wake();
    }

    /// <summary>Something failed that no repetition mends: the activation ends, and the next one goes on.</summary>
    internal void Fail(Exception exception)
    {
        _services.Logger.BatchFailed(exception, _record.Id);
        _record.End(exception);
    }

    /// <summary>The activation has ended: nothing is said or written any more.</summary>
    internal void End()
    {
        _hosted?.Work.Abandon();
        _span?.End();
        _wake.Raise();
    }

    /// <summary>
    /// The holder goes away: what the hosted partition has ready is written at once, so that it need not run again elsewhere.
    /// </summary>
    internal async Task LeaveAsync()
    {
        if (_hosted is { Work.State: { IsOwner: true } state })
        {
            state.IsLeaving = true;
            Wake();
            await _loop;
        }
    }

    /// <summary>Something has changed: the loop looks what is to be done.</summary>
    internal void Wake()
    {
        _changed = true;
        if (!_loop.IsCompleted)
        {
            _wake.Raise();
        }
        else if (_record.IsAlive)
        {
            _loop = Supervised.RunAsync(RunWhileNeededAsync, Fail);
        }
    }

    private async Task RunWhileNeededAsync()
    {
        await Task.Yield();
        while (_changed && _record.IsAlive && _record.State is { FinishedAt: null })
        {
            _changed = false;
            _hosted?.Exchange(this, _arbiter);
            if (await WriteAsync())
            {
                _changed = true;
                continue;
            }

            Send();
            if (!_changed && _hosted?.Work.State is { IsLeaving: false } state && state.UntilDue(_services.PartitionServices.Elapsed) is { } left)
            {
                _wake = new();
                await _wake.WaitAsync(left, _services.Pacing);
                _changed = true;
            }
        }
    }

    private void Send()
    {
        while (_links.Length > 0 && _arbiter.TryTakeDirty(out int partition))
        {
            _links[partition].Send();
        }
    }

    /// <summary>
    /// Writes what is to be written: results of the partition that is hosted, the stop, the end, all that there is of it in one.
    /// </summary>
    /// <returns>False: there was nothing.</returns>
    private async Task<bool> WriteAsync()
    {
        BatchState before = _record.State!;
        DateTimeOffset now = _services.Clock.GetUtcNow();
        PartitionCommit? commit = _hosted?.Plan();
        if (commit is { Number: not HostedPartition.SegmentInBatchRow })
        {
            await _hosted!.WriteAsync(commit, _record);
            return true;
        }

        PartitionReport? after = commit?.ReportAfter(_hosted!.Work.State.Report(), _hosted.Work.State.Durable);
        BatchState next = Next(before, commit, after, now);
        if (ReferenceEquals(next, before))
        {
            return false;
        }

        TimeSpan begun = _services.PartitionServices.Elapsed;
        try
        {
            await _record.WriteAsync(next);
        }
        catch (Exception) when (!_record.IsAlive)
        {
            return true;
        }

        if (_record.IsAlive)
        {
            if (commit is not null)
            {
                _hosted!.Work.Applied(commit, begun);
                _hosted.Exchange(this, _arbiter);
            }

            Written(before, next);
        }

        return true;
    }

    private BatchState Next(BatchState before, PartitionCommit? commit, PartitionReport? after, DateTimeOffset now)
    {
        BatchState next = commit is null ? before : before with { HostedResults = commit.Segment };
        StopRecord? stop = before.Stop ?? (after is null ? _arbiter.Stop : _arbiter.StopAfter(0, after, now));
        if (stop is not null && (before.Stop is null || _arbiter.Lost.Length > before.Lost.Length))
        {
            // Also one that is lost only after the stop: nothing else would end the batch.
            next = next with { Stop = stop, Lost = _arbiter.Lost };
        }

        if (stop is null || !(after?.Sealed ?? _arbiter.IsSealed))
        {
            return next;
        }

        (int completed, int failed) = after is null ? (_arbiter.Tally.Completed, _arbiter.Tally.Failed) : (after.Completed, after.Failed);
        return next with { FinishedAt = now < stop.At ? stop.At : now, Completed = completed, Failed = failed };
    }

    /// <summary>What was decided is durable: now it is acted on, and told.</summary>
    private void Written(BatchState before, BatchState next)
    {
        if (before.Stop is null && next.Stop is { } stop)
        {
            // First of all, so that nothing begins on this silo once the stop can be read.
            _services.PartitionServices.Instances.StopHere(_record.Id, next.Incarnation);
            _services.Logger.BatchStopped(_record.Id, stop.Reason, stop.DecidedBy, stop.Completed, stop.Failed);
        }

        if (!ReferenceEquals(before.Stop, next.Stop) || !ReferenceEquals(before.Lost, next.Lost))
        {
            _arbiter.StopIsDurable(next.Stop!, next.Lost);
            StopRunsOfLostPartitions(next);
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
            _ = Supervised.RunAsync(FinishAsync, Fail);
        }
    }

    /// <summary>A partition without rows can't stop its runs: they may be on any silo.</summary>
    private void StopRunsOfLostPartitions(BatchState state)
    {
        if (state.Lost.Length > 0)
        {
            _ = Supervised.RunAsync(() => _services.PartitionServices.Instances.StopEverywhereAsync(_record.Id, state.Incarnation), Fail);
        }
    }

    private async Task FinishAsync()
    {
        await _announcer.TellAsync();
        Finished?.Invoke();
    }

    /// <summary>Shows readers what is durable.</summary>
    private void Publish() => _views.Publish(_record.State!, _arbiter);
}
