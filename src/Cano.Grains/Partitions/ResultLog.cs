namespace Cano;

/// <summary>
/// The results of a partition for those who read: the index in memory, the results themselves in the rows, fetched segment by segment. It
/// has no way to write.
/// </summary>
internal sealed class ResultLog(string key, ResultIndex index, IPartitionReads rows, SegmentCache cache)
{
    private WeakReference<PartitionSpec>? _spec;

    internal ResultIndex Index => index;

    /// <summary>Reads what is durable of a partition.</summary>
    /// <returns>The instances and the index of their results; null when the instances are not there.</returns>
    internal static async Task<(PartitionSpec Spec, ResultIndex Index)?> LoadAsync(IPartitionReads rows)
    {
        if (await rows.ReadSpecAsync() is not { } spec)
        {
            return null;
        }

        ResultIndex index = new(spec);
        for (int number = 0; await rows.ReadSegmentAsync(number) is { } segment && index.TryTake(number, segment); number++)
        {
            // The next one, until the chain ends.
        }

        return (spec, index);
    }

    /// <summary>The instances as they were submitted. They stay in memory for as long as there is room.</summary>
    internal async ValueTask<PartitionSpec> ReadSpecAsync()
    {
        if (_spec is not null && _spec.TryGetTarget(out PartitionSpec? known))
        {
            return known;
        }

        PartitionSpec spec = await rows.ReadSpecAsync() ?? throw new BatchDataLostException(GrainKeys.BatchOf(key), "a partition");
        Remember(spec);
        return spec;
    }

    /// <summary>The instances were just read or written.</summary>
    internal void Remember(PartitionSpec spec) => _spec = new(spec);

    /// <summary>The result of an instance; null if it has none.</summary>
    internal async ValueTask<StoredResult?> ReadAsync(int instance)
    {
        int number = index.SegmentOf(instance);
        if (number < 0)
        {
            return null;
        }

        return (await ReadSegmentAsync(number)).Results[index.PositionOf(instance)];
    }

    private async ValueTask<Segment> ReadSegmentAsync(int number)
    {
        if (number == index.LastSegment)
        {
            return index.Last!;
        }

        if (cache.Find(key, number, index.Incarnation) is { } known)
        {
            return known;
        }

        Segment segment = await rows.ReadSegmentAsync(number) ?? throw new BatchDataLostException(GrainKeys.BatchOf(key), "a segment of results");
        cache.Keep(key, number, segment);
        return segment;
    }
}
