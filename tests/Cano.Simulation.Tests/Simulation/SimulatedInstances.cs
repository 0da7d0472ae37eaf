namespace Cano;

/// <summary>The instances' grains: a run is joined by whoever asks; it ends after some time, or never; a run whose outcome was told is forgotten.</summary>
internal sealed class SimulatedInstances(World world)
{
    private static readonly InstanceReply s_askAgain = new(null, Checkpointed: false);

    private readonly Dictionary<string, Run> _current = [];
    private readonly List<Run> _alive = [];

    internal void Run(Silo silo, string id, Action<InstanceReply> answer)
    {
        if (!_current.TryGetValue(id, out Run? run))
        {
            _current[id] = run = new(id, silo, world.Scheduler.Time.GetUtcNow());
            _alive.Add(run);
            world.Watcher.RunStarted(id, _alive.Count(one => one.Id == id), _alive.Count);
            int ordinal = int.Parse(id.AsSpan(1));
            if (!world.Scenario.NeverEnds[ordinal])
            {
                world.Scheduler.After(Delay(), $"{id} ends", () => End(run));
            }
        }

        if (run.Outcome is null)
        {
            run.Waiting.Add(answer);
            world.Scheduler.After(Pace.LongestWait, $"{id} still runs", () =>
            {
                if (run.Waiting.Remove(answer))
                {
                    answer(s_askAgain);
                }
            });
        }
        else
        {
            Tell(run, answer);
        }
    }

    internal void Cancel(string id)
    {
        if (_current.Remove(id, out Run? run))
        {
            if (world.Scheduler.Random.Next(10) >= world.Scenario.IgnoresCancelInTen)
            {
                _alive.Remove(run);
            }

            AnswerAll(run, s_askAgain);
        }
    }

    internal void KillSilo(Silo silo)
    {
        foreach (Run run in _alive.Concat(_current.Values).Where(one => one.Silo == silo).ToArray())
        {
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
            string id = _current.Keys.ElementAt(world.Scheduler.Random.Next(_current.Count));
            world.Scheduler.Note($"!! instance {id} is doubled");
            world.Faults.Lose(null);
            _current.Remove(id);
        }
    }

    private void End(Run run)
    {
        if (!_alive.Remove(run))
        {
            return;
        }

        DateTimeOffset now = world.Scheduler.Time.GetUtcNow();
        bool success = world.Scheduler.Random.Next(10) < world.Scenario.SuccessInTen;
        InstanceOutcome outcome = new()
        {
            FinalState = success ? "Done" : null,
            Error = success ? null : new() { Kind = WorkflowErrorKinds.NodeFailed, Message = "simulated" },
            Output = success ? world.Scenario.Output : null,
            StartedAt = run.StartedAt,
            FinishedAt = now,
        };
        run.Outcome = outcome;
        if (run.Waiting.Count > 0)
        {
            AnswerAll(run, new(outcome, Checkpointed: world.Scheduler.Chance(200)));
            Forget(run);
        }
    }

    private void Tell(Run run, Action<InstanceReply> answer)
    {
        Forget(run);
        answer(new(run.Outcome, Checkpointed: false));
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
        if (_current.TryGetValue(run.Id, out Run? current) && current == run)
        {
            _current.Remove(run.Id);
        }
    }

    private TimeSpan Delay()
    {
        bool slow = world.Scheduler.Random.Next(10) < world.Scenario.SlowInTen;
        return TimeSpan.FromMilliseconds(slow ? world.Scheduler.Random.Next(1, 45_000) : world.Scheduler.Random.Next(0, 30));
    }
}

/// <summary>One run of an instance.</summary>
internal sealed class Run(string id, Silo silo, DateTimeOffset startedAt)
{
    internal string Id => id;

    internal Silo Silo => silo;

    internal DateTimeOffset StartedAt => startedAt;

    internal InstanceOutcome? Outcome { get; set; }

    internal List<Action<InstanceReply>> Waiting { get; } = [];
}
