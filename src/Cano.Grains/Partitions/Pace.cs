namespace Cano;

/// <summary>How long things wait for each other. These are about messages and writes, not about workflows: they follow the system's clock.</summary>
internal static class Pace
{
    /// <summary>The longest that a call waits for news before it answers "nothing new". Well below the time-out of a grain call (30 s).</summary>
    internal static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    /// <summary>The longest that a reader's call waits for news.</summary>
    internal static readonly TimeSpan ReaderWait = TimeSpan.FromSeconds(10);

    /// <summary>A result waits at least this long for others that run, unless something is urgent.</summary>
    internal static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(2);

    /// <summary>Results that come this soon after a write wait for others to share the next one, unless something is urgent.</summary>
    internal static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(15);

    /// <summary>The same while more than <see cref="GroupSize"/> instances of the partition have not ended: many more results are to come.</summary>
    internal static readonly TimeSpan LongLinger = TimeSpan.FromMilliseconds(100);

    /// <summary>So many results are worth a write at once.</summary>
    internal const int GroupSize = 200;

    /// <summary>The longest that the runs of a stopped partition wait for their cancel while it is being closed; and where they are many, for how long once it is.</summary>
    internal static readonly TimeSpan BeforeCancels = TimeSpan.FromMilliseconds(100);

    /// <summary>How long an activation that must go waits for the run that it has cancelled.</summary>
    internal static readonly TimeSpan HandOver = TimeSpan.FromSeconds(5);

    /// <summary>How often at most a partition reports mere progress (instances that began).</summary>
    internal static readonly TimeSpan Progress = TimeSpan.FromMilliseconds(100);

    /// <summary>The pause before the <paramref name="attempt"/>th repetition of a call that failed, from 0: 20 ms, doubled each time, at most 5 s.</summary>
    internal static TimeSpan Backoff(int attempt) => TimeSpan.FromMilliseconds(Math.Min(5_000, 20 << Math.Min(attempt, 8)));
}
