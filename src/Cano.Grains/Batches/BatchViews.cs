namespace Cano;

/// <summary>What readers of a batch see: the last published view, and a way to wait for the next.</summary>
internal sealed class BatchViews(string id, TimeProvider clock, TimeProvider pacing)
{
    /// <summary>The longest that a reader's call waits for news.</summary>
    internal static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly List<Signal> _waiting = [];
    private BatchView? _view;
    private long _version;
    private bool _ended;

    /// <summary>The last status that readers may see; null before there is one.</summary>
    internal BatchStatus? Status => _view?.Status;

    /// <summary>The status as of now.</summary>
    internal BatchStatus StatusNow(BatchState state) =>
        At(state.FinishedAt is null && Status is { } shown ? shown : StatusOf(id, state, arbiter: null), clock.GetUtcNow());

    /// <summary>
    /// Makes what is known now readable. Nothing is shown before the counts include all that is durable, so that no reader sees them fall.
    /// </summary>
    internal void Publish(BatchState state, Arbiter? arbiter)
    {
        bool finished = state.FinishedAt is not null;
        if (!finished && arbiter is { IsRecounted: false })
        {
            return;
        }

        _version = finished ? (state.Epoch << 32) + int.MaxValue : Math.Max(_version + 1, (state.Epoch << 32) + 1);
        _view = new(_version, StatusOf(id, state, arbiter), state.Header.Digest, state.Header.PartitionSizes, Final(state, arbiter), state.Hosted is not null)
        {
            Lost = state.Lost.Length > 0 ? state.Lost : null,
            Incarnation = state.Incarnation,
        };
        Wake();
    }

    /// <summary>Nothing more comes: whoever waits is woken.</summary>
    internal void End()
    {
        _ended = true;
        Wake();
    }

    /// <summary>The batch is gone: nothing that was shown of it is true of the next one with its id.</summary>
    internal void Forget()
    {
        _view = null;
        _version = 0;
    }

    /// <summary>The last view; waits for one with a version other than <paramref name="after"/>, up to <see cref="LongestWait"/>.</summary>
    /// <exception cref="TimeoutException">There was no view at all within that time: the partitions have not answered yet.</exception>
    internal async Task<BatchView> WatchAsync(long after)
    {
        long until = pacing.GetTimestamp() + (long)(LongestWait.TotalSeconds * pacing.TimestampFrequency);
        while (!_ended && (_view is null || (_version == after && _view.Status.Phase != BatchPhase.Finished)))
        {
            TimeSpan left = pacing.GetElapsedTime(pacing.GetTimestamp(), until);
            if (left <= TimeSpan.Zero)
            {
                break;
            }

            Signal next = new();
            _waiting.Add(next);
            await next.WaitAsync(left, pacing);
            _waiting.Remove(next);
        }

        return _view ?? throw new TimeoutException($"Batch '{id}' is being taken over and has not heard from all of its partitions yet; ask again.");
    }

    /// <summary>Waits until a stop can be read, up to <see cref="LongestWait"/>; returns at once when the activation has ended.</summary>
    /// <exception cref="TimeoutException">There was none within that time.</exception>
    internal async Task WaitForStopAsync()
    {
        long begun = pacing.GetTimestamp();
        for (long seen = -1; !_ended && _view?.Status.StopReason is null; seen = _version)
        {
            if (pacing.GetElapsedTime(begun) >= LongestWait)
            {
                throw new TimeoutException($"That batch '{id}' is to stop is noted, but its stop could not be written yet; ask again.");
            }

            await WatchAsync(seen);
        }
    }

    private static int[] Final(BatchState state, Arbiter? arbiter) =>
        state.FinishedAt is not null ? state.Header.PartitionSizes : [.. state.Header.PartitionSizes.Select((_, partition) => FinalOf(arbiter, partition))];

    private static int FinalOf(Arbiter? arbiter, int partition) => arbiter?.ReportOf(partition) is { } report ? report.Completed + report.Failed + report.Cancelled : 0;

    internal static BatchStatus StatusOf(string id, BatchState state, Arbiter? arbiter)
    {
        bool finished = state.FinishedAt is not null;
        int total = state.Header.Total;
        int completed = finished ? state.Completed : arbiter?.Tally.Completed ?? 0;
        int failed = finished ? state.Failed : arbiter?.Tally.Failed ?? 0;
        int cancelled = finished ? total - completed - failed : arbiter?.Tally.Cancelled ?? 0;
        int running = finished ? 0 : Math.Min(arbiter?.Tally.Running ?? 0, total - completed - failed - cancelled);
        bool begun = running + completed + failed > 0;
        return new()
        {
            Id = id,
            Name = state.Header.Name,
            Phase = finished ? BatchPhase.Finished : state.Stop is not null ? BatchPhase.Stopping : begun ? BatchPhase.Running : BatchPhase.Pending,
            StopReason = state.Stop?.Reason,
            DecidedBy = state.Stop?.DecidedBy,
            CompletedAtStop = state.Stop?.Completed,
            FailedAtStop = state.Stop?.Failed,
            Timeout = state.Header.Timeout,
            Total = total,
            Pending = total - completed - failed - cancelled - running,
            Running = running,
            Completed = completed,
            Failed = failed,
            Cancelled = cancelled,
            CreatedAt = state.CreatedAt,
            StartedAt = state.StartedAt,
            Deadline = state.Deadline,
            StoppedAt = state.Stop?.At,
            FinishedAt = state.FinishedAt,
            Unplaceable = finished ? 0 : Math.Min(arbiter?.Tally.Unplaceable ?? 0, total - completed - failed - cancelled - running),
            TotalDuration = state.Stop is null ? TimeSpan.Zero : state.Stop.At - state.StartedAt,
        };
    }

    /// <summary>The status of a batch that is not durable yet, for the catalog.</summary>
    internal static BatchStatus StatusBefore(string id, BatchState state) => StatusOf(id, state, arbiter: null) with { StartedAt = null, Deadline = null };

    /// <summary>The same status, its duration as of now.</summary>
    internal static BatchStatus At(BatchStatus status, DateTimeOffset now) =>
        status.StoppedAt is null && status.StartedAt is { } started && now > started ? status with { TotalDuration = now - started } : status;

    private void Wake()
    {
        foreach (Signal waiting in _waiting)
        {
            waiting.Raise();
        }
    }
}
