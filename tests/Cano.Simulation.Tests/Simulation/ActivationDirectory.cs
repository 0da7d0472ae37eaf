namespace Cano;

/// <summary>Which activation answers for a key. Sometimes an older one lives on beside it and still gets some of the messages.</summary>
internal sealed class ActivationDirectory(World world)
{
    private readonly Dictionary<string, Activation> _current = [];
    private readonly List<Activation> _outdated = [];
    private readonly Silo[] _silos = [.. Enumerable.Range(0, world.Scenario.Silos).Select(n => new Silo(n, world))];
    private int _count;

    internal IReadOnlyList<Silo> Silos => [.. _silos];

    internal bool IsActive(string key) => _current.ContainsKey(key);

    /// <summary>The activation that a message for the batch would reach; null if there is none.</summary>
    internal BatchActivation? Batch => _current.GetValueOrDefault(Scenario.BatchId) as BatchActivation;

    /// <summary>True while an activation lives on beside its successor.</summary>
    internal bool HasOutdated => _outdated.Count > 0;

    internal bool IsOutdated(Activation activation) => _outdated.Contains(activation);

    internal Silo RandomSilo() => _silos[world.Scheduler.Random.Next(_silos.Length)];

    /// <summary>The activation that a message for a key reaches; it is made if there is none.</summary>
    internal Activation Route(string key, bool any = true)
    {
        if (any && _outdated.Count > 0 && world.Scheduler.Chance(400) && _outdated.Find(one => one.Key == key) is { } outdated)
        {
            return outdated;
        }

        if (!_current.TryGetValue(key, out Activation? activation))
        {
            Silo silo = RandomSilo();
            string number = world.Scheduler.Trace is null ? "" : $"#{++_count} on silo {silo.Number}";
            activation = key == Scenario.BatchId
                ? new BatchActivation(world, key, silo, $"B{number}")
                : new PartitionActivation(world, key, silo, $"P{key[^1]}{number}");
            world.Scheduler.Note($"  {activation.Turns.Name} comes up");
            _current[key] = activation;
        }

        return activation;
    }

    internal void Remove(Activation activation)
    {
        _outdated.Remove(activation);
        if (_current.TryGetValue(activation.Key, out Activation? current) && current == activation)
        {
            _current.Remove(activation.Key);
        }
    }

    /// <summary>A process dies, and all that was active there.</summary>
    internal void KillSilo()
    {
        int number = world.Scheduler.Random.Next(_silos.Length);
        Silo silo = _silos[number];
        _silos[number] = new(number, world);
        world.Scheduler.Note($"!! silo {number} dies");
        world.Faults.Lose(null);
        foreach (Activation activation in _current.Values.Concat(_outdated).Where(one => one.Silo == silo).ToArray())
        {
            world.Faults.Lose(activation);
            activation.Turns.Kill();
            Remove(activation);
        }

        world.Instances.KillSilo(silo);
    }

    /// <summary>An activation is asked to go, as when the directory entry was lost.</summary>
    internal void Deactivate()
    {
        if (RandomActivation() is { } activation)
        {
            world.Scheduler.Note($"!! {activation.Turns.Name} is deactivated");
            world.Faults.Lose(activation);
            if (world.Scheduler.Chance(500))
            {
                activation.HandOver();
                return;
            }

            Remove(activation);
            activation.Leave();
        }
    }

    /// <summary>The activation of a key goes at once, so that the next message reads its rows anew.</summary>
    internal void Deactivate(string key)
    {
        if (_current.GetValueOrDefault(key) is { } activation)
        {
            world.Faults.Lose(activation);
            Remove(activation);
            activation.Leave();
        }
    }

    /// <summary>The directory forgets an activation, which lives on and still gets some messages.</summary>
    internal void Double()
    {
        if (RandomActivation() is { } activation)
        {
            world.Scheduler.Note($"!! {activation.Turns.Name} is doubled");
            world.Faults.Lose(activation);
            world.Faults.Doubled = true;
            world.Faults.BatchDoubled |= activation is BatchActivation;
            _current.Remove(activation.Key);
            _outdated.Add(activation);
            // Cut off for good sooner or later: it gets no messages any more, or it is found out and asked to go.
            world.Scheduler.After(TimeSpan.FromMilliseconds(world.Scheduler.Random.Next(1, 60_000)), $"{activation.Turns.Name} is found out", () =>
            {
                Remove(activation);
                activation.Leave();
            });
        }
    }

    private Activation? RandomActivation() => _current.Count == 0 ? null : _current.Values.ElementAt(world.Scheduler.Random.Next(_current.Count));
}
