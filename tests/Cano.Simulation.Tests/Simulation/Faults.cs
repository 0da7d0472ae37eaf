namespace Cano;

/// <summary>How much may still go wrong in a schedule, and when it does.</summary>
internal sealed class Faults(SimulationScheduler scheduler, int budget, int rate)
{
    private int _left = budget;

    /// <summary>True once anything has gone wrong.</summary>
    internal bool Any { get; private set; }

    /// <summary>True once an activation was lost, whatever the reason: what it held (a window, a run) may be held twice from then on.</summary>
    internal bool ActivationLost { get; private set; }

    /// <summary>True once that was a partition's: what was admitted for it and not written is void, and another success may have been refused for it.</summary>
    internal bool PartitionLost { get; private set; }

    /// <summary>True once a batch activation went on beside a newer one: answers of the older one may be behind.</summary>
    internal bool BatchDoubled { get; set; }

    /// <summary>True once any activation went on beside a newer one.</summary>
    internal bool Doubled { get; set; }

    /// <summary>Nothing goes wrong before: most schedules spare the start, so that their faults strike where the protocol is at work.</summary>
    internal bool Armed { get; set; }

    internal void Lose(Activation? activation)
    {
        ActivationLost = true;
        PartitionLost |= activation is PartitionActivation;
    }

    internal void BeQuiet() => _left = 0;

    /// <summary>Whether something goes wrong here.</summary>
    internal bool Strikes()
    {
        if (_left <= 0 || !Armed || !scheduler.Chance(rate))
        {
            return false;
        }

        _left--;
        return Any = true;
    }

    /// <summary>Which of the things that can go wrong, from 1; 0: nothing does.</summary>
    internal int Pick(int kinds) => Strikes() ? 1 + scheduler.Random.Next(kinds) : 0;
}
