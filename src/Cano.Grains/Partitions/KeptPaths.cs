namespace Cano;

/// <summary>
/// Whose path is kept with its result: in a small partition every instance's; in others those of a sample, and of those that fail, up to a number for each partition. A path for
/// every instance would cost more than its result.
/// </summary>
internal sealed class KeptPaths(PartitionLedger ledger)
{
    /// <summary>A partition of so many instances or fewer keeps every path.</summary>
    internal const int SmallPartition = 100;

    /// <summary>One in so many instances is in the sample.</summary>
    internal const int SampledOf = 64;

    /// <summary>How many of those that fail and are not in the sample have their paths kept: the first ones.</summary>
    internal const int MaxFailed = 100;

    private int _failed = -1;

    /// <summary>Whether an instance's path is kept however it ends. It depends on its id alone, so it is the same after a crash.</summary>
    internal bool IsSampled(InstanceSpec instance) => ledger.Count <= SmallPartition || StableHash.ComputeHash(instance.Id) % SampledOf == 0;

    /// <summary>The outcome as it is kept: without its path where there are enough.</summary>
    internal InstanceOutcome Kept(InstanceSpec instance, InstanceOutcome outcome)
    {
        if (outcome.Path is null || IsSampled(instance))
        {
            return outcome;
        }

        if (_failed < 0)
        {
            _failed = ledger.Order.Count(index => ledger.ResultOf(index) is { IsSuccess: false, Path: not null } && !IsSampled(ledger.Spec!.Instances[index]));
        }

        return !outcome.IsSuccess && _failed++ < MaxFailed ? outcome : outcome with { Path = null };
    }
}
