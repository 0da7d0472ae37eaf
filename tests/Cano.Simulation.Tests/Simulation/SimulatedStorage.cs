using Orleans.Storage;

namespace Cano;

/// <summary>Rows with ETags in memory. A write lands when the scheduler picks it, its answer comes later still, and both can go wrong.</summary>
internal sealed class SimulatedStorage(World world)
{
    /// <summary>How often in succession a row that is there may fail to be read: more often, and a removal takes it for one that can't be read.</summary>
    private const int MostFailedReads = 2;

    private readonly Dictionary<(GrainId Key, string Name), (object Value, string ETag)> _rows = [];
    private readonly Dictionary<(GrainId Key, string Name), int> _failedReads = [];
    private long _etag;

    private SimulationScheduler Scheduler => world.Scheduler;

    /// <summary>All rows that there are.</summary>
    internal IEnumerable<StoredRow> Rows => _rows.Select(row => new StoredRow(row.Key.Name, row.Key.Key.Key.ToString()!, row.Value.Value));

    /// <summary>The storage as silos have it.</summary>
    internal IGrainStorage Grains => _grains ??= new View(this);

    private View? _grains;

    /// <summary>A row vanishes, and nothing tells of it.</summary>
    internal void Lose(string kind, string key, string stateName) => _rows.Remove((GrainId.Create("cano", $"{kind}/{key}"), stateName));

    private Task ReadAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        TaskCompletionSource answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bool fails = world.Faults.Strikes();
        Scheduler.Add(Name("read", stateName, grainId), () =>
        {
            int failed = _failedReads.GetValueOrDefault((grainId, stateName));
            fails &= failed < MostFailedReads;
            _failedReads[(grainId, stateName)] = fails ? failed + 1 : 0;
            if (fails)
            {
                Scheduler.Note("  the read fails");
                answer.SetException(new IOException("The read failed."));
                return;
            }

            bool exists = _rows.TryGetValue((grainId, stateName), out (object Value, string ETag) row);
            grainState.RecordExists = exists;
            grainState.State = exists && typeof(T) != typeof(UnreadRow) ? (T)row.Value : default!;
            grainState.ETag = exists ? row.ETag : null!;
            if (exists && typeof(T) == typeof(UnreadRow))
            {
                grainState.State = (T)(object)new UnreadRow();
            }

            answer.SetResult();
        });
        return answer.Task;
    }

    private Task WriteAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        object value = grainState.State!;
        return ChangeAsync(stateName, grainId, grainState, MayBeRefused<T>(), value);
    }

    private Task ClearAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ChangeAsync(stateName, grainId, grainState, MayBeRefused<T>(), value: null);

    /// <summary>Those whose <see cref="Row{T}"/> waits by the simulation's time before it tries again.</summary>
    private static bool MayBeRefused<T>() => typeof(T) == typeof(BatchState) || typeof(T) == typeof(Segment) || typeof(T) == typeof(PartitionSpec);

    private Task ChangeAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState, bool mayBeRefused, object? value)
    {
        TaskCompletionSource answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Turns? writer = SynchronizationContext.Current as Turns;
        string? etag = grainState.ETag;
        int fault = world.Faults.Pick(mayBeRefused ? 4 : 3);
        void Land()
        {
            if (writer is { IsDead: true } && Scheduler.Chance(500))
            {
                Scheduler.Note("  the writer is dead and the write is lost");
                return;
            }

            if (fault is 1 or 4)
            {
                Scheduler.Note("  the write fails and does not land");
                answer.SetException(fault == 1 ? new IOException("The write failed.") : StorageException.NeverAttempted("No turn came."));
                return;
            }

            (GrainId, string) key = (grainId, stateName);
            string? present = _rows.TryGetValue(key, out (object Value, string ETag) row) ? row.ETag : null;
            if (present != etag && !IgnoresETag(value))
            {
                Scheduler.Note("  the ETag does not match");
                answer.SetException(new InconsistentStateException($"Wanted {etag}, found {present}.", present ?? "", etag ?? ""));
                return;
            }

            string? next = Keep(key, value, row.Value);
            Scheduler.Add(Name("written", stateName, grainId), () =>
            {
                if (fault == 2)
                {
                    Scheduler.Note("  the write has landed but its answer is an error");
                    answer.SetException(new IOException("The write failed after it had landed."));
                    return;
                }

                grainState.ETag = next!;
                grainState.RecordExists = next is not null;
                answer.SetResult();
            });
        }

        string name = Name(value is null ? $"removal by {writer?.Name}" : $"write of {writer?.Name}", stateName, grainId);
        if (fault == 3 && !(etag is null && value is BatchState))
        {
            // A removal that is under way for longer than its caller waits would meet, and remove, what was written anew meanwhile.
            Scheduler.After(TimeSpan.FromMilliseconds(Scheduler.Random.Next(1, value is null ? 5_000 : 45_000)), name, Land);
        }
        else
        {
            Scheduler.Add(name, Land);
        }

        return answer.Task;
    }

    private string? Keep((GrainId Key, string Name) row, object? value, object? before)
    {
        string key = row.Key.Key.ToString()!;
        if (value is null)
        {
            _rows.Remove(row);
            Scheduler.Note("  removed");
            world.Watcher.Removed(row.Name, key);
            return null;
        }

        string next = (++_etag).ToString();
        object stored = Stored(value, before);
        _rows[row] = (stored, next);
        Scheduler.Note($"  landed: {stored}");
        world.Watcher.Landed(row.Name, key, stored);
        return next;
    }

    private string Name(string what, string stateName, GrainId grainId) => Scheduler.Trace is null ? what : $"{what} {stateName} {grainId.Key}";

    private bool IgnoresETag(object? value) => (world.Breach == Breach.Fence && value is Segment) || (world.Breach == Breach.StopETag && value is BatchState);

    private object Stored(object value, object? before) => (world.Breach, value) switch
    {
        (Breach.EpochDurable, Segment segment) => segment with { Epoch = (before as Segment)?.Epoch ?? 1 },
        (Breach.SegmentsUnbound, Segment segment) => segment with { Incarnation = world.Watcher.State?.Incarnation },
        _ => value,
    };

    private sealed class View(SimulatedStorage rows) : IGrainStorage
    {
        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => rows.ReadAsync(stateName, grainId, grainState);

        public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => rows.WriteAsync(stateName, grainId, grainState);

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => rows.ClearAsync(stateName, grainId, grainState);
    }
}

/// <summary>A row as it is.</summary>
/// <param name="Name">The name of its state.</param>
/// <param name="Key">Its key, with what it is of.</param>
/// <param name="Value">What it holds.</param>
internal sealed record StoredRow(string Name, string Key, object Value);

/// <summary>The time by which a row waits before it tries again: pauses that are drawn by chance are all alike here, so that the same seed stays the same schedule.</summary>
internal sealed class RowClock(TimeProvider time) : TimeProvider
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    public override long TimestampFrequency => time.TimestampFrequency;

    public override long GetTimestamp() => time.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        time.CreateTimer(callback, state, dueTime == Timeout.InfiniteTimeSpan ? dueTime : s_pause, period);
}
