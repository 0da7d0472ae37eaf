namespace Cano;

/// <summary>Runs whose tokens are to be signalled, each by one of the threads that share the work.</summary>
internal sealed class SignalPass(RunControl[] runs)
{
    private int _taken;

    /// <summary>True: each run has been taken.</summary>
    internal bool IsDone => Volatile.Read(ref _taken) >= runs.Length;

    /// <summary>Takes the next run; null: each has been taken.</summary>
    internal RunControl? TakeNext()
    {
        int place = Interlocked.Increment(ref _taken) - 1;
        return place < runs.Length ? runs[place] : null;
    }
}
