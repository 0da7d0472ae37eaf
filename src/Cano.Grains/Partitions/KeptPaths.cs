namespace Cano;

/// <summary>
/// Whose path is kept with its result: in a small partition every instance's; in others those of a sample, and of those that fail, up to a
/// number for each partition.
/// A path for every instance would cost more than its result.
/// </summary>
internal sealed class KeptPaths(ResultIndex durable)
{
    /// <summary>A partition of this many instances or fewer keeps every path.</summary>
    internal const int SmallPartition = 100;

    /// <summary>One in this many instances is in the sample.</summary>
    internal const int SampledOf = 64;

    /// <summary>How many of those that fail and are not in the sample have their paths kept: the first ones.</summary>
    internal const int MaxFailed = 100;

    private int _failed = durable.KeptFailurePaths;

    /// <summary>The outcome as it is kept: without its path where there are enough.</summary>
    internal InstanceOutcome Kept(int index, InstanceOutcome outcome)
    {
        if (outcome.Path is null || durable.Names.IsSampled(index))
        {
            return outcome;
        }

        return !outcome.IsSuccess && _failed++ < MaxFailed ? outcome : outcome with { Path = null };
    }
}
