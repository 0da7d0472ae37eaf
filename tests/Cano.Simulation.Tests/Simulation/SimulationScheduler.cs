namespace Cano;

/// <summary>
/// One schedule: everything that could happen next lies in one heap, and a seeded random picks. Single-threaded; the same seed is the same schedule.
/// </summary>
internal sealed class SimulationScheduler(int seed, bool traced)
{
    /// <summary>How often, in a thousand steps, time goes on though something else could happen.</summary>
    private const int TimeGoesOn = 60;

    private readonly List<Turns> _ready = [];
    private readonly List<(string Name, Action Run)> _events = [];
    private readonly int _thread = Environment.CurrentManagedThreadId;

    internal Random Random { get; } = new(seed);

    internal SimulatedTime Time { get; } = new();

    /// <summary>The time since the schedule began.</summary>
    internal TimeSpan Elapsed => TimeSpan.FromTicks(Time.Ticks) - TimeSpan.FromHours(1);

    internal List<string>? Trace { get; } = traced ? [] : null;

    internal int Steps { get; private set; }

    /// <summary>One of the events that can happen.</summary>
    internal void Add(string name, Action run) => _events.Add((name, run));

    /// <summary>An event that can happen only after some time.</summary>
    internal void After(TimeSpan delay, string name, Action run) =>
        Time.CreateTimer(_ => Add(name, run), null, delay, Timeout.InfiniteTimeSpan);

    internal bool Chance(int inAThousand) => Random.Next(1_000) < inAThousand;

    internal void Note(string what) => Trace?.Add($"{Steps,5} {Time.Ticks / 10_000.0 - 3_600_000,10:F1}ms {what}");

    internal void Ready(Turns turns) => _ready.Add(turns);

    internal void Forget(Turns turns) => _ready.Remove(turns);

    internal void RequireOwnThread()
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            Environment.FailFast("The simulation went on from a foreign thread: what it runs has used the thread pool or a real timer.");
        }
    }

    /// <summary>Lets one thing happen.</summary>
    /// <returns>False: nothing can, ever.</returns>
    internal bool Step()
    {
        Steps++;
        int choices = _ready.Count + _events.Count;
        if (choices == 0 || Chance(TimeGoesOn))
        {
            if (Time.AdvanceToNext())
            {
                return true;
            }

            if (choices == 0)
            {
                return false;
            }
        }

        int choice = Random.Next(choices);
        if (choice < _ready.Count)
        {
            Turns turns = _ready[choice];
            RemoveAt(_ready, choice);
            turns.RunNext();
        }
        else
        {
            (string name, Action run) = _events[choice - _ready.Count];
            RemoveAt(_events, choice - _ready.Count);
            Note(name);
            run();
        }

        return true;
    }

    /// <summary>Lets all turns happen that can without a message or time.</summary>
    internal void RunReady()
    {
        while (_ready.Count > 0)
        {
            Turns turns = _ready[0];
            RemoveAt(_ready, 0);
            turns.RunNext();
        }
    }

    private static void RemoveAt<T>(List<T> list, int index)
    {
        list[index] = list[^1];
        list.RemoveAt(list.Count - 1);
    }
}
