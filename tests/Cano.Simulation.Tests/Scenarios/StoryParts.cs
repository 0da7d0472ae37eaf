using Orleans.Storage;

namespace Cano;

/// <summary>Rows with tags: a write lands at once, if its writer knows the present tag.</summary>
internal sealed class StoryStorage : IGrainStorage
{
    private readonly Dictionary<(GrainId Grain, string Name), (object Value, int Tag)> _rows = [];
    private string? _lost;
    private int _tag;

    /// <summary>What is written for a key does not land, and is not answered.</summary>
    internal void LoseWrites(string key, bool lost) => _lost = lost ? key : null;

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        bool exists = _rows.TryGetValue((grainId, stateName), out (object Value, int Tag) row);
        grainState.RecordExists = exists;
        grainState.State = exists ? (T)row.Value : default!;
        grainState.ETag = exists ? $"{row.Tag}" : null!;
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (_lost is not null && grainId.Key.ToString()!.EndsWith(_lost, StringComparison.Ordinal))
        {
            return new TaskCompletionSource().Task;
        }

        string? present = _rows.TryGetValue((grainId, stateName), out (object Value, int Tag) row) ? $"{row.Tag}" : null;
        if (present != grainState.ETag)
        {
            return Task.FromException(new InconsistentStateException($"Wanted {grainState.ETag}, found {present}.", present ?? "", grainState.ETag ?? ""));
        }

        _rows[(grainId, stateName)] = (grainState.State!, ++_tag);
        grainState.ETag = $"{_tag}";
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new NotSupportedException();

    /// <summary>Removes the rows of a key; of one name only if that is given.</summary>
    internal void Remove(string key, string? name)
    {
        foreach ((GrainId Grain, string Name) row in _rows.Keys.Where(row => row.Grain.Key.ToString()!.EndsWith(key, StringComparison.Ordinal)).ToArray())
        {
            if (name is null || row.Name == name)
            {
                _rows.Remove(row);
            }
        }
    }
}

/// <summary>Instances that run until the story ends them.</summary>
internal sealed class StoryInstances : IInstances
{
    private readonly Dictionary<string, TaskCompletionSource<InstanceReply>> _runs = [];
    private readonly HashSet<string?> _stopped = [];
    private readonly List<TaskCompletionSource> _waitForSilos = [];
    private bool _isPlaceable = true;

    internal List<string> Started { get; } = [];

    internal bool StoppedEverywhere { get; private set; }

    public long SilosVersion { get; private set; }

    internal bool IsRunning(string instance) => _runs.TryGetValue(instance, out TaskCompletionSource<InstanceReply>? run) && !run.Task.IsCompleted;

    internal void End(string instance, InstanceOutcome outcome) => _runs[instance].SetResult(new(outcome, Checkpointed: false));

    internal void Forget(string instance) => _runs.Remove(instance);

    internal void ForgetAll()
    {
        _runs.Clear();
        Started.Clear();
        StoppedEverywhere = false;
    }

    internal void SetPlaceable(bool isPlaceable)
    {
        _isPlaceable = isPlaceable;
        SilosVersion++;
        _waitForSilos.ForEach(change => change.TrySetResult());
        _waitForSilos.Clear();
    }

    public bool CanRun(string workflow) => _isPlaceable;

    public bool CanRunHere(string workflow) => _isPlaceable;

    public async Task WhenSilosChangeAsync(long seen, CancellationToken cancellationToken)
    {
        if (SilosVersion == seen)
        {
            TaskCompletionSource change = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waitForSilos.Add(change);
            using CancellationTokenRegistration registration = cancellationToken.Register(() => change.TrySetCanceled(cancellationToken));
            await change.Task;
        }
    }

    /// <summary>An ask joins the run that there is.</summary>
    public Task<InstanceReply> RunAsync(string batchId, InstanceRun run)
    {
        string id = run.Instance.Id;
        if (_stopped.Contains(run.Incarnation))
        {
            return new TaskCompletionSource<InstanceReply>().Task;
        }

        if (!_runs.TryGetValue(id, out TaskCompletionSource<InstanceReply>? present))
        {
            _runs[id] = present = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Started.Add(id);
        }

        return present.Task;
    }

    public void StopHere(string batchId, string? incarnation) => _stopped.Add(incarnation);

    public Task StopEverywhereAsync(string batchId, string? incarnation)
    {
        StoppedEverywhere = true;
        _stopped.Add(incarnation);
        return Task.CompletedTask;
    }

    public Task ForgetAsync(string batchId, string? incarnation, string instanceId) => Task.CompletedTask;
}

/// <summary>A catalog that takes everything.</summary>
internal sealed class StoryCatalog : IBatchCatalog
{
    public Task PutAsync(BatchEntry entry, CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task<IReadOnlyList<BatchEntry>> GetUnfinishedAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<IReadOnlyList<BatchEntry>> GetUnfinishedAsync(
        IReadOnlyCollection<string> exceptOwners, Predicate<string> isDriven, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<IReadOnlyList<BatchEntry>> GetExpiredAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task RemoveAsync(BatchEntry entry, CancellationToken cancellationToken = default) => Task.CompletedTask;
}
