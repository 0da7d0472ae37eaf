namespace Cano;

/// <summary>
/// The pauses between repetitions of what failed. They double from the first to the longest; each is drawn from the upper half of its
/// range, so that callers which failed
/// together do not all come back together.
/// </summary>
/// <param name="First">The longest pause before the first repetition.</param>
/// <param name="Longest">The longest pause of all.</param>
internal readonly record struct RetryBackoff(TimeSpan First, TimeSpan Longest)
{
    /// <summary>
    /// For messages and writes inside a cluster: the loss of a silo or of a connection is over in a moment, or takes seconds.
    /// </summary>
    internal static readonly RetryBackoff Default = new(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(5));

    /// <summary>The pause before a repetition.</summary>
    /// <param name="repetition">Which, from 0.</param>
    /// <param name="random">From 0 to 1: where in its range the pause lies. Given by the caller, so that a simulation decides it.</param>
    internal TimeSpan PauseBefore(int repetition, double random)
    {
        double upper = Math.Min(Longest.Ticks, First.Ticks * Math.Pow(2, Math.Max(0, repetition)));
        return TimeSpan.FromTicks((long)(upper * (1 + random) / 2));
    }

    /// <summary>The same, at a place in the range that is drawn here.</summary>
    internal TimeSpan PauseBefore(int repetition) => PauseBefore(repetition, Random.Shared.NextDouble());
}
