namespace Cano;

/// <summary>
/// Whose path, and whose stack if it fails, is kept with its result: in a small partition every instance's; in others those of a sample,
/// and of those that fail, up to a number for each partition. A path for every instance would cost more than its result. Cancelled
/// instances' are kept as far as they came.
/// </summary>
internal sealed class KeptPaths(ResultIndex durable)
{
    /// <summary>A partition of this many instances or fewer keeps every path.</summary>
    internal const int SmallPartition = 100;

    /// <summary>One in this many instances is in the sample.</summary>
    internal const int SampledOf = 64;

    /// <summary>How many of those that fail and are not in the sample have their paths kept: the first ones.</summary>
    internal const int MaxFailed = 100;

    /// <summary>How many bytes of the row the paths of cancelled instances take at most; the rest is left out.</summary>
    internal const int MaxCancelledBytes = 128 * 1024;

    private readonly Dictionary<int, InstancePath> _cancelled = [];
    private int _failed = durable.KeptFailurePaths;

    /// <summary>Whether the stack of an instance is kept if it fails; false is final, true may be too much.</summary>
    internal bool MayKeepStack(int index) => _failed < MaxFailed || durable.Names.IsSampled(index);

    /// <summary>The outcome as it is kept: without its path and stack where there are enough.</summary>
    internal InstanceOutcome Kept(int index, InstanceOutcome outcome)
    {
        if (durable.Names.IsSampled(index) || (outcome.Path is null && outcome.Error?.Stack is null))
        {
            return outcome;
        }

        return !outcome.IsSuccess && _failed++ < MaxFailed
            ? outcome
            : outcome with { Path = null, Error = outcome.Error is null ? null : outcome.Error with { Stack = null } };
    }

    /// <summary>Takes in how far instances had come that were stopped, of those whose path is kept.</summary>
    /// <param name="window">Which instances have started.</param>
    /// <param name="pathOf">How far the instance of an id had come; null: that is not known.</param>
    internal void AddStopped(InstanceWindow window, Func<string, InstancePath?> pathOf)
    {
        foreach ((int index, _) in window.StartedBy(long.MaxValue, durable))
        {
            if (durable.Names.IsSampled(index) && pathOf(durable.Names.Id(index)) is { } path)
            {
                _cancelled[index] = path;
            }
        }
    }

    /// <summary>The paths of instances that are sealed as cancelled, in their order; empty if none is known.</summary>
    /// <param name="started">The instances.</param>
    /// <param name="surplus">Those among them that did complete.</param>
    internal InstancePath?[] OfSealed((int Index, long At)[] started, IEnumerable<ReadyOutcome> surplus)
    {
        foreach (ReadyOutcome one in surplus)
        {
            if (one.Outcome.Path is { } path)
            {
                _cancelled[one.Index] = path;
            }
        }

        if (_cancelled.Count == 0)
        {
            return [];
        }

        InstancePath?[] paths = new InstancePath?[started.Length];
        int bytes = 0;
        for (int place = 0; place < started.Length && bytes < MaxCancelledBytes; place++)
        {
            paths[place] = _cancelled.GetValueOrDefault(started[place].Index);
            bytes += paths[place]?.ApproximateBytes ?? 0;
        }

        return paths;
    }
}
