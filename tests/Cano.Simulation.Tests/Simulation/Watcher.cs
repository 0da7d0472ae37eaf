using System.Text;

namespace Cano;

/// <summary>Sees every row that lands and every answer that a client gets, and says which promise is broken. What concerns one batch is its <see cref="Life"/>'s to judge.</summary>
internal sealed class Watcher(World world)
{
    private readonly Dictionary<string, Life> _lives = [];

    internal string? Violation { get; private set; }

    /// <summary>The batch's row as it is.</summary>
    internal BatchState? State { get; private set; }

    /// <summary>The batch that bears the id; null before the first.</summary>
    internal Life? Current { get; private set; }

    /// <summary>Rows that an activation which lived on has added while its batch was being removed, or after that: no purge can know of them.</summary>
    internal HashSet<(string Name, string Key)> LateRows { get; } = [];

    internal int LifeCount => _lives.Count;

    internal IEnumerable<Life> Lives => _lives.Values;

    internal bool CancelRequested { get; set; }

    internal void Violate(string what)
    {
        world.Scheduler.Note($"VIOLATION: {what}");
        Violation ??= what;
    }

    internal void Landed(string stateName, string key, object value)
    {
        switch (value)
        {
            case BatchState state:
                LandedState(state);
                break;
            case Segment { Incarnation: { } incarnation } segment when _lives.TryGetValue(incarnation, out Life? life):
                int partition = int.Parse(key.AsSpan(key.LastIndexOf('/') + 1));
                if (life.IsOver)
                {
                    LateRows.Add((stateName, key));
                }

                life.Landed(partition, int.Parse(stateName.AsSpan(stateName.LastIndexOf('.') + 1)), segment);
                break;
            case Checkpoint or SharedStoreState when world.Faults.Doubled && _lives.GetValueOrDefault(key.Split('/')[2]) is { IsOver: true }:
                LateRows.Add((stateName, key));
                break;
            case Segment segment:
                Violate($"A segment of incarnation {segment.Incarnation} is written, and there was no such batch.");
                break;
        }
    }

    internal void Removed(string stateName, string key)
    {
        if (stateName == "cano.batch")
        {
            Require(State?.Purge is not null, "The row of a batch was removed that was not purged.");
            State = null;
        }
        else if (stateName == "cano.partition" && State is { Purge: null, Hosted: null } state)
        {
            Require(!key.Contains(state.Header.Digest[..16]), $"The instances of a batch that exists were removed: {key}.");
        }
    }

    internal void RunStarted(string id, int runs, int running)
    {
        // An ask that a cancel overtakes begins a run anew: after the stop a cancelled one may still go on beside it.
        Require(world.Faults.Any || runs == 1 || State?.Stop is not null, $"{id} runs {runs} times at once though nothing went wrong.");
        Require(
            world.Faults.ActivationLost || State is null || running <= (State.Header.MaxConcurrency ?? int.MaxValue) || State.Stop is not null,
            $"{running} instances run, at most {State?.Header.MaxConcurrency} may.");
    }

    internal void RunBegan(string id, string? incarnation, bool stopHeard)
    {
        Require(incarnation == State?.Incarnation, $"{id} begins for incarnation {incarnation}; the batch's is {State?.Incarnation}.");
        Require(!stopHeard, $"{id} begins on a silo that has heard the stop.");
    }

    /// <summary>A run goes on from a checkpoint.</summary>
    internal void Resumed(Run run, Checkpoint found)
    {
        string of = Encoding.UTF8.GetString(found.Store!);
        Require(of == run.Incarnation, $"A run of {run.Id} of {run.Incarnation} goes on from a checkpoint of {of}.");
    }

    /// <summary>A run has read its batch's shared store.</summary>
    internal void ReadShared(Run run, string of) => Require(of == run.Incarnation, $"A run of {run.Id} of {run.Incarnation} reads the shared store of {of}.");

    /// <summary>At the end, a run goes on that was never told to stop.</summary>
    internal void StillRuns(Run run) => _lives.GetValueOrDefault(run.Incarnation ?? "")?.StillRuns(run.Id);

    internal void StartReturned()
    {
        Require(State is not null, "A start has returned and nothing is durable.");
        Require(
            State is not { FinishedAt: null } || world.Faults.BatchDoubled || world.Entries.GetValueOrDefault(State.Header.Digest) is { IsUnfinished: true },
            "A start has returned, and recovery would not find the batch in the catalog.");
    }

    internal void CancelReturned(BatchStatus status) => LifeOf(status)?.CancelReturned(status);

    /// <summary>A client has got a view.</summary>
    internal void Read(BatchView view) => LifeOf(view.Status)?.Read(view);

    /// <summary>A client has got a status.</summary>
    internal void Read(BatchStatus status, (Life? Of, BatchStatus? Status) before)
    {
        if (LifeOf(status) is { } life)
        {
            life.Read(status, life == before.Of ? before.Status : null);
        }
    }

    /// <summary>A client has got a page of the results of the batch that bears the id.</summary>
    /// <param name="contradiction">What they contradict.</param>
    /// <param name="page">The results.</param>
    /// <param name="outdated">True: an activation has answered that lives on beside its successor, and may not know that its rows are another batch's by now.</param>
    /// <returns>False: the results are of an earlier batch.</returns>
    internal bool Read(Func<Life, string?> contradiction, ResultPage page, bool outdated)
    {
        if (Current is not { } life)
        {
            return false;
        }

        if (outdated && _lives.Count > 1)
        {
            return false;
        }

        if (contradiction(life) is { } violation)
        {
            Violate(violation);
            return false;
        }

        life.Read(page);
        return true;
    }

    /// <summary>A purge has said that all is gone.</summary>
    internal void PurgeReturned()
    {
        if (Current is { IsOver: true } life)
        {
            Require(life.State!.Purge!.Left == 0, "A purge has returned, and something is left.");
            life.IsPurged = true;
        }
    }

    private void LandedState(BatchState state)
    {
        BatchState? before = State;
        State = state;
        world.Faults.Armed = true;
        Require(before is null || before.Incarnation == state.Incarnation, $"The row of {before?.Incarnation} became that of {state.Incarnation}.");
        if (state.Incarnation is not { } incarnation)
        {
            Require(state.Purge is { BrokenOff: true }, "A batch has no incarnation.");
            return;
        }

        if (!_lives.TryGetValue(incarnation, out Life? life))
        {
            Require(before is null, "A batch began where another was.");
            Current = _lives[incarnation] = life = new(world, world.Scenario.ContentOf(state.Header.Digest)!, incarnation) { Number = _lives.Count };
        }
        else
        {
            Require(life == Current, $"The row of {incarnation} came back.");
        }

        life.Landed(state);
    }

    private Life? LifeOf(BatchStatus status)
    {
        Life? life = _lives.Values.FirstOrDefault(one => one.Is(status));
        Require(life is not null, $"A status is of no batch that there was: {status}.");
        Require(life == Current || world.Faults.BatchDoubled, $"A status is of an earlier batch: {status}.");
        return life;
    }

    private void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            Violate(otherwise);
        }
    }
}
