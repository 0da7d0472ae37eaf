using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace Cano;

/// <summary>
/// Removes everything that a partition of a batch that is over, or never was, has in storage. One that was broken off is done again.
/// </summary>
/// <remarks>What it reads only shows what else there may be: a row that can't be read is removed like others.</remarks>
internal sealed class PartitionRemoval(IGrainStorage storage, string batchId, string key, ILogger logger)
{
    /// <summary>How many checkpoints are removed at once.</summary>
    private const int ChecksAtOnce = 16;

    /// <summary>
    /// How many rows behind the end of the chain are looked at. A stale activation may add a segment while the chain is being removed,
    /// which then lies behind a gap.
    /// </summary>
    private const int LooksBeyondGap = 4;

    /// <summary>How often a row is read that the storage has and does not give, before it counts as one that can't be read.</summary>
    private const int MaxReads = 3;

    /// <summary>Removes a partition that has rows of its own.</summary>
    internal async Task RunAsync()
    {
        // What leads to the rest goes last: the instances lead to everything, the segments say what has run.
        (bool exists, PartitionSpec? spec) = await LookAsync<PartitionSpec>(PartitionRows.SpecName);
        await RemoveSegmentsAsync(spec, hosted: null, incarnation: null);
        if (exists)
        {
            await RemoveRowAsync(PartitionRows.SpecName);
        }
    }

    /// <summary>Removes what is not in its batch's row of a partition whose beginning is there.</summary>
    internal Task RunAsync(PartitionSpec spec, Segment? results, string? incarnation) =>
        results is null ? Task.CompletedTask : RemoveSegmentsAsync(spec, results, incarnation);

    private async Task RemoveSegmentsAsync(PartitionSpec? spec, Segment? hosted, string? incarnation)
    {
        Segment?[] first = hosted is null ? [] : [hosted];
        List<(int Number, Segment? Held)> rows = await FindSegmentsAsync(first.Length);
        Segment?[] segments = [.. first, .. rows.Select(one => one.Held)];

        // Without any, nothing has run, or it is done already.
        if (spec is not null && segments.Length > 0)
        {
            string?[] incarnations = incarnation is not null
                ? [incarnation]
                : [.. segments.OfType<Segment>().Select(segment => segment.Incarnation).Distinct(StringComparer.Ordinal)];
            string[] instances = [.. MayHaveRun(spec, segments)];
            foreach (string? one in incarnations)
            {
                await RemoveCheckpointsAsync(instances, one);
            }
        }

        for (int place = rows.Count - 1; place >= 0; place--)
        {
            await RemoveRowAsync(PartitionRows.SegmentName(rows[place].Number));
        }
    }

    private async Task<List<(int Number, Segment? Held)>> FindSegmentsAsync(int first)
    {
        List<(int, Segment?)> segments = [];
        for (int number = first, missing = 0; missing <= LooksBeyondGap; number++)
        {
            (bool exists, Segment? held) = await LookAsync<Segment>(PartitionRows.SegmentName(number));
            if (exists)
            {
                segments.Add((number, held));
                missing = 0;
            }
            else
            {
                missing++;
            }
        }

        return segments;
    }

    /// <summary>
    /// The instances that may have left a checkpoint: cancelled ones do, and those that ended do if the silo died before it was removed.
    /// Where a single activation has done all the work, its seal says which instances without a result it had started; otherwise an earlier
    /// one may have started any.
    /// </summary>
    private static IEnumerable<string> MayHaveRun(PartitionSpec spec, Segment?[] segments)
    {
        if (segments[^1] is not { Fence: 1, Seal: { } seal } || Array.Exists(segments, segment => segment is null))
        {
            return spec.Instances.Select(instance => instance.Id);
        }

        return segments.SelectMany(segment => segment!.Results).Select(result => result.Index).Concat(seal.Started).Select(index => spec.Instances[index].Id);
    }

    /// <summary>Looks at a row.</summary>
    /// <returns>Whether it is there, and what it holds; null where it can't be read.</returns>
    private async Task<(bool Exists, T? Held)> LookAsync<T>(string stateName)
        where T : class
    {
        Row<UnreadRow> unread = new(storage, stateName, PartitionRows.Kind, key);
        for (int read = 1; ; read++)
        {
            try
            {
                T? held = await new Row<T>(storage, stateName, PartitionRows.Kind, key).ReadAsync();
                return (held is not null, held);
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                // Is it the storage that fails, or what the row holds? The first goes through here.
                if (await unread.ReadAsync() is null)
                {
                    return (false, null);
                }

                if (read == MaxReads)
                {
                    logger.RowNotReadable(exception, stateName, key);
                    return (true, null);
                }
            }
        }
    }

    private Task RemoveRowAsync(string stateName) => RowRemoval.RemoveAsync(storage, stateName, PartitionRows.Kind, key);

    private async Task RemoveCheckpointsAsync(string[] instances, string? incarnation)
    {
        foreach (string[] some in instances.Chunk(ChecksAtOnce))
        {
            await AllOf.RunAsync(some.Select(instance => CheckpointRow.RemoveAsync(storage, GrainKeys.OfInstance(batchId, incarnation, instance))));
        }
    }
}
