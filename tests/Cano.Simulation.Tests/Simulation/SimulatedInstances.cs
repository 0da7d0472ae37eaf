using System.Text;

namespace Cano;

/// <summary>
/// The instances' grains: a run is joined by whoever asks; it ends after some time, or never; a run whose outcome was told is forgotten. Some save a checkpoint on their way, and
/// some use their batch's shared store, with the code under test.
/// </summary>
internal sealed class SimulatedInstances(World world)
{
    private static readonly InstanceReply s_askAgain = new(null, Checkpointed: false);

    private readonly Dictionary<(string? Incarnation, string Id), Run> _current = [];
    private readonly List<Run> _alive = [];
    private readonly HashSet<(Silo Silo, string? Incarnation)> _stopped = [];

    /// <summary>The runs that go on and were never told to stop.</summary>
    internal IEnumerable<Run> Uncancelled => _alive.Where(run => !run.IsCancelled);

    /// <summary>How many cancelled runs go on at a silo.</summary>
    internal int GivenUpOn(Silo silo) => _alive.Count(run => run.Silo == silo && run.IsCancelled);

    /// <summary>An ask arrives on a silo: it joins the run there is, or begins one, unless the batch has stopped there.</summary>
    internal void Run(Silo silo, InstanceRun request, Action<InstanceReply> answer)
    {
        (string?, string) key = (request.Incarnation, request.Instance.Id);
        string id = request.Instance.Id;
        if (!world.Directory.Silos.Contains(silo))
        {
            return;
        }

        if (!_current.ContainsKey(key) && _stopped.Contains((silo, request.Incarnation)) && world.Breach != Breach.StopForgotten)
        {
            world.Scheduler.After(NewsBoard.Longest, $"{id} does not begin", () => answer(s_askAgain));
            return;
        }

        if (!_current.TryGetValue(key, out Run? run))
        {
            run = Begin(silo, request);
        }

        if (run.Outcome is not null)
        {
            Tell(run, answer);
        }
        else
        {
            Wait(run, answer);
        }
    }

    /// <summary>A silo hears that the batch has stopped: nothing begins there any more, and every run there gets its cancel.</summary>
    internal void Stop(Silo silo, string? incarnation)
    {
        _stopped.Add((silo, incarnation));
        foreach (Run run in _alive.Union(_current.Values).Where(run => run.Silo == silo && run.Incarnation == incarnation && !run.IsCancelled).ToArray())
        {
            run.Cancel();
            Forget(run);
            if (_alive.Contains(run))
            {
                silo.Slots.RunGivenUp();
                if (world.Scheduler.Random.Next(10) >= world.Scenario.IgnoresCancelInTen)
                {
                    Gone(run);
                }
            }

            AnswerAll(run, s_askAgain);
        }
    }

    /// <summary>Whether a silo has heard of a stop.</summary>
    internal bool HasStopped(Silo silo, string? incarnation) => _stopped.Contains((silo, incarnation));

    internal void KillSilo(Silo silo)
    {
        foreach (Run run in _alive.Union(_current.Values).Where(one => one.Silo == silo).ToArray())
        {
            run.Turns.Kill();
            _alive.Remove(run);
            run.Waiting.Clear();
            Forget(run);
        }
    }

    /// <summary>The directory forgets a run, which goes on; whoever asks next begins another.</summary>
    internal void Double()
    {
        if (_current.Count > 0)
        {
            (string? Incarnation, string Id) key = _current.Keys.ElementAt(world.Scheduler.Random.Next(_current.Count));
            world.Scheduler.Note($"!! instance {key.Id} is doubled");
            world.Faults.Lose(null);
            _current.Remove(key);
        }
    }

    /// <summary>An instance's outcome is durable: its checkpoint is removed.</summary>
    internal void Forget(string? incarnation, string id, Action<bool> answer) =>
        new Turns(world.Scheduler, $"removal of the checkpoint of {id}").Run(() => _ = RemoveAsync(incarnation, id, answer));

    private async Task RemoveAsync(string? incarnation, string id, Action<bool> answer)
    {
        try
        {
            await CheckpointRow.RemoveAsync(world.Storage.Grains, KeyOf(incarnation, id));
            answer(true);
        }
        catch (Exception exception)
        {
            world.Scheduler.Note($"  the checkpoint of {id} stays: {exception.Message}");
        }
    }

    private Run Begin(Silo silo, InstanceRun request)
    {
        string id = request.Instance.Id;
        Run run = _current[(request.Incarnation, id)] = new(id, request.Incarnation, silo, silo.Clock.GetUtcNow(), new(world.Scheduler, $"run of {id}"));
        world.Watcher.RunBegan(id, request.Incarnation, world.Instances.HasStopped(silo, request.Incarnation));
        _alive.Add(run);
        world.Watcher.RunStarted(
            id, _alive.Count(one => one.Id == id && one.Incarnation == request.Incarnation), _alive.Count(one => one.Incarnation == request.Incarnation));
        TimeSpan delay = Delay();
        bool neverEnds = world.Scenario.NeverEnds[int.Parse(id.AsSpan(1))];
        bool saves = world.Scheduler.Chance(world.Scenario.SavesInAThousand);
        if (saves || request.MayHaveCheckpoint)
        {
            run.Turns.Run(() => _ = LiveAsync(run, request.MayHaveCheckpoint, saves, neverEnds ? null : delay));
        }
        else if (!neverEnds)
        {
            world.Scheduler.After(delay, $"{id} ends", () => End(run));
        }

        return run;
    }

    private async Task LiveAsync(Run run, bool resumes, bool saves, TimeSpan? delay)
    {
        CheckpointRow row = run.Row = new(world.Storage.Grains, KeyOf(run.Incarnation, run.Id));
        try
        {
            if (resumes && await row.ReadAsync() is { } found)
            {
                world.Watcher.Resumed(run, found);
                run.StartedAt = found.StartedAt;
            }

            if (saves)
            {
                await Task.Delay((delay ?? TimeSpan.FromSeconds(1)) / 2, world.Scheduler.Time);
                await row.SaveAsync(new() { State = "Monday", StartedAt = run.StartedAt, Store = Encoding.UTF8.GetBytes(run.Incarnation ?? "") }, run.Token);
                if (world.Scheduler.Chance(500))
                {
                    await UseStoreAsync(run);
                }
            }
        }
        catch (OperationCanceledException) when (run.IsCancelled)
        {
            world.Scheduler.Note($"  {run.Id} hears the stop");
            Gone(run);
            return;
        }
        catch (Exception exception)
        {
            // As in the product, the run is over without an outcome, and is asked for again.
            world.Scheduler.Note($"  {run.Id} breaks off: {exception.Message}");
            Gone(run);
            Forget(run);
            AnswerAll(run, s_askAgain);
            return;
        }

        if (delay is { } left)
        {
            await Task.Delay(left / 2, world.Scheduler.Time);
            End(run);
        }
    }

    private string KeyOf(string? incarnation, string id) =>
        GrainKeys.OfInstance(Scenario.BatchId, world.Breach == Breach.CheckpointsUnbound ? null : incarnation, id);

    private async Task UseStoreAsync(Run run)
    {
        SharedStoreRow row = new(world.Storage.Grains, GrainKeys.OfSharedStore(Scenario.BatchId, run.Incarnation));
        SharedStoreState state = await row.ReadAsync() ?? new();
        foreach (SharedValue value in state.Values.Values)
        {
            world.Watcher.ReadShared(run, Encoding.UTF8.GetString(value.Json));
        }

        long version = state.LastVersion + 1;
        try
        {
            await row.WriteAsync(new() { Values = new() { ["k"] = new(Encoding.UTF8.GetBytes(run.Incarnation ?? ""), version) }, LastVersion = version });
        }
        catch (BatchOverException)
        {
            world.Scheduler.Note($"  {run.Id} finds its batch over");
        }
    }

    private void Wait(Run run, Action<InstanceReply> answer)
    {
        run.Waiting.Add(answer);
        world.Scheduler.After(NewsBoard.Longest, $"{run.Id} still runs", () =>
        {
            if (run.Waiting.Remove(answer))
            {
                answer(s_askAgain);
            }
        });
    }

    private void End(Run run)
    {
        if (!Gone(run))
        {
            return;
        }

        DateTimeOffset now = run.Silo.Clock.GetUtcNow();
        bool success = world.Scheduler.Random.Next(10) < world.Scenario.SuccessInTen;
        InstanceOutcome outcome = new()
        {
            FinalState = success ? "Done" : null,
            Error = success ? null : new() { Kind = "Test.Error", Message = "simulated" },
            Output = success ? world.Scenario.Output : null,
            StartedAt = run.StartedAt,
            FinishedAt = now,
        };
        run.Outcome = outcome;
        if (run.Waiting.Count > 0)
        {
            AnswerAll(run, new(outcome, Checkpointed: run.HasCheckpoint));
            Forget(run);
        }
    }

    private void Tell(Run run, Action<InstanceReply> answer)
    {
        Forget(run);
        answer(new(run.Outcome, Checkpointed: run.HasCheckpoint));
    }

    private static void AnswerAll(Run run, InstanceReply reply)
    {
        Action<InstanceReply>[] waiting = [.. run.Waiting];
        run.Waiting.Clear();
        foreach (Action<InstanceReply> answer in waiting)
        {
            answer(reply);
        }
    }

    private void Forget(Run run)
    {
        if (_current.TryGetValue((run.Incarnation, run.Id), out Run? current) && current == run)
        {
            _current.Remove((run.Incarnation, run.Id));
        }
    }

    /// <summary>A run does not go on any more.</summary>
    private bool Gone(Run run)
    {
        bool was = _alive.Remove(run);
        if (was && run.IsCancelled)
        {
            run.Silo.Slots.GivenUpRunEnded();
        }

        return was;
    }

    private TimeSpan Delay()
    {
        bool slow = world.Scheduler.Random.Next(10) < world.Scenario.SlowInTen;
        return TimeSpan.FromMilliseconds(slow ? world.Scheduler.Random.Next(1, 45_000) : world.Scheduler.Random.Next(0, 30));
    }
}

/// <summary>One run of an instance.</summary>
#pragma warning disable CA1001 // The token source has no timer: there is nothing to dispose of.
internal sealed class Run(string id, string? incarnation, Silo silo, DateTimeOffset startedAt, Turns turns)
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _cancel = new();

    internal string Id => id;

    internal string? Incarnation => incarnation;

    internal Silo Silo => silo;

    internal Turns Turns => turns;

    internal DateTimeOffset StartedAt { get; set; } = startedAt;

    internal InstanceOutcome? Outcome { get; set; }

    internal CheckpointRow? Row { get; set; }

    internal bool HasCheckpoint => Row is { Exists: true };

    internal CancellationToken Token => _cancel.Token;

    internal bool IsCancelled => _cancel.IsCancellationRequested;

    internal List<Action<InstanceReply>> Waiting { get; } = [];

    internal void Cancel() => _cancel.Cancel();
}
