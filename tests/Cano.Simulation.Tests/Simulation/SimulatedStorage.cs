using Orleans.Storage;

namespace Cano;

/// <summary>Rows with ETags in memory. A write lands when the scheduler picks it, its answer comes later still, and both can go wrong.</summary>
internal sealed class SimulatedStorage(SimulationScheduler scheduler, Faults faults, Breach breach, Action<string, string, object> landed) : IGrainStorage
{
    private readonly Dictionary<(GrainId, string), (object Value, string ETag)> _rows = [];
    private long _etag;

    internal T? Peek<T>(string kind, string key, string stateName)
        where T : class => _rows.TryGetValue((GrainId.Create("cano", $"{kind}/{key}"), stateName), out (object Value, string ETag) row) ? (T)row.Value : null;

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        TaskCompletionSource answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bool fails = faults.Strikes();
        scheduler.Add(Name("read", stateName, grainId), () =>
        {
            if (fails)
            {
                scheduler.Note("  the read fails");
                answer.SetException(new IOException("The read failed."));
                return;
            }

            bool exists = _rows.TryGetValue((grainId, stateName), out (object Value, string ETag) row);
            grainState.RecordExists = exists;
            grainState.State = exists ? (T)row.Value : default!;
            grainState.ETag = exists ? row.ETag : null!;
            answer.SetResult();
        });
        return answer.Task;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        TaskCompletionSource answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Turns? writer = SynchronizationContext.Current as Turns;
        object value = grainState.State!;
        string? etag = grainState.ETag;
        int fault = faults.Pick(3);
        void Land()
        {
            if (writer is { IsDead: true } && scheduler.Chance(500))
            {
                scheduler.Note("  the writer is dead and the write is lost");
                return;
            }

            if (fault == 1)
            {
                scheduler.Note("  the write fails and does not land");
                answer.SetException(new IOException("The write failed."));
                return;
            }

            (GrainId, string) key = (grainId, stateName);
            string? present = _rows.TryGetValue(key, out (object Value, string ETag) row) ? row.ETag : null;
            if (present != etag && !IgnoresETag(value))
            {
                scheduler.Note("  the ETag does not match");
                answer.SetException(new InconsistentStateException($"Wanted {etag}, found {present}.", present ?? "", etag ?? ""));
                return;
            }

            string next = (++_etag).ToString();
            object stored = Stored(value, row.Value);
            _rows[key] = (stored, next);
            scheduler.Note($"  landed: {stored}");
            landed(stateName, grainId.Key.ToString()!, stored);
            scheduler.Add(Name("written", stateName, grainId), () =>
            {
                if (fault == 2)
                {
                    scheduler.Note("  the write has landed but its answer is an error");
                    answer.SetException(new IOException("The write failed after it had landed."));
                    return;
                }

                grainState.ETag = next;
                grainState.RecordExists = true;
                answer.SetResult();
            });
        }

        string name = Name($"write of {writer?.Name}", stateName, grainId);
        if (fault == 3)
        {
            scheduler.After(TimeSpan.FromMilliseconds(scheduler.Random.Next(1, 45_000)), name, Land);
        }
        else
        {
            scheduler.Add(name, Land);
        }

        return answer.Task;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new NotSupportedException();

    private string Name(string what, string stateName, GrainId grainId) => scheduler.Trace is null ? what : $"{what} {stateName} {grainId.Key}";

    private bool IgnoresETag(object value) => (breach == Breach.Fence && value is Segment) || (breach == Breach.StopETag && value is BatchState);

    private object Stored(object value, object? before) =>
        breach == Breach.EpochDurable && value is Segment segment ? segment with { Epoch = (before as Segment)?.Epoch ?? 1 } : value;
}
