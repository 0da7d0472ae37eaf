namespace Cano;

/// <summary>The instances' grains: a run is joined by whoever asks; it ends after some time, or never; a run whose outcome was told is forgotten.</summary>
internal sealed class SimulatedInstances(World world)
{
    private static readonly InstanceReply s_askAgain = new(null, Checkpointed: false);

    private readonly Dictionary<string, Run> _current = [];
    private readonly List<Run> _alive = [];
    private readonly HashSet<(Silo Silo, string? Incarnation)> _stopped = [];

    /// <summary>An ask arrives on a silo: it joins the run there is, or begins one, unless the batch has stopped there.</summary>
    internal void Run(Silo silo, InstanceRun request, Action<InstanceReply> answer)
    {
        string id = request.Instance.Id;
        if (!world.Directory.Silos.Contains(silo))
        {
            return;
        }

        if (!_current.ContainsKey(id) && _stopped.Contains((silo, request.Incarnation)))
        {
            world.Scheduler.After(NewsBoard.Longest, $"{id} does not begin", () => answer(s_askAgain));
            return;
        }

        if (!_current.TryGetValue(id, out Run? run))
        {
            _current[id] = run = new(id, silo, silo.Clock.GetUtcNow());
            world.Watcher.RunBegan(id, request.Incarnation);
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
            world.Scheduler.After(NewsBoard.Longest, $"{id} still runs", () =>
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

    /// <summary>A silo hears that the batch has stopped: nothing begins there any more, and every run there gets its cancel.</summary>
    internal void Stop(Silo silo, string? incarnation)
    {
        _stopped.Add((silo, incarnation));
        foreach (Run run in _alive.Concat(_current.Values).Where(run => run.Silo == silo).ToArray())
        {
            run.IsCancelled = true;
            Forget(run);
            if (world.Scheduler.Random.Next(10) >= world.Scenario.IgnoresCancelInTen)
            {
                _alive.Remove(run);
            }

            AnswerAll(run, s_askAgain);
        }
    }

    /// <summary>The instances that run and were never told to stop.</summary>
    internal IEnumerable<string> Uncancelled => _alive.Where(run => !run.IsCancelled).Select(run => run.Id);

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

        DateTimeOffset now = run.Silo.Clock.GetUtcNow();
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

    internal bool IsCancelled { get; set; }

    internal List<Action<InstanceReply>> Waiting { get; } = [];
}
