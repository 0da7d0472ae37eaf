using Orleans.Storage;

namespace Cano;

/// <summary>Removes everything that a partition of a batch that is over, or never was, has in storage. One that was broken off is done again.</summary>
internal sealed class PartitionRemoval(IGrainStorage storage, string batchId, string key)
{
    /// <summary>So many checkpoints are looked for at once.</summary>
    private const int ChecksAtOnce = 16;

    /// <summary>Removes a partition that has rows of its own.</summary>
    internal async Task RunAsync()
    {
        Row<PartitionSpec> specRow = PartitionRows.Spec(storage, key);
        if (await specRow.ReadAsync() is not { } spec)
        {
            return;
        }

        // What leads to the rest goes last: the instances lead to everything, the segments say what has run.
        await RemoveSegmentsAsync(spec, hosted: null, incarnation: null);
        await specRow.ClearAsync();
    }

    /// <summary>Removes what is not in its batch's row of a partition whose beginning is there.</summary>
    internal Task RunAsync(PartitionSpec spec, Segment? results, string? incarnation) =>
        results is null ? Task.CompletedTask : RemoveSegmentsAsync(spec, results, incarnation);

    private async Task RemoveSegmentsAsync(PartitionSpec spec, Segment? hosted, string? incarnation)
    {
        Segment[] first = hosted is null ? [] : [hosted];
        List<(Row<Segment> Row, Segment Held)> rows = await ReadSegmentsAsync(first.Length);
        Segment[] segments = [.. first, .. rows.Select(one => one.Held)];

        // Without any, nothing has run, or it is done already.
        if (segments.Length > 0)
        {
            await RemoveCheckpointsAsync([.. MayHaveRun(spec, segments)], incarnation ?? segments[0].Incarnation);
        }

        for (int place = rows.Count - 1; place >= 0; place--)
        {
            await rows[place].Row.ClearAsync();
        }
    }

    private async Task<List<(Row<Segment> Row, Segment Held)>> ReadSegmentsAsync(int first)
    {
        List<(Row<Segment>, Segment)> segments = [];
        while (true)
        {
            Row<Segment> row = PartitionRows.At(storage, key, first + segments.Count);
            if (await row.ReadAsync() is not { } segment)
            {
                return segments;
            }

            segments.Add((row, segment));
        }
    }

    /// <summary>
    /// The instances that may have left a checkpoint: cancelled ones do, and those that ended do if the silo died before it was removed. Where a single activation has done all
    /// the work, its seal says which instances without a result it had started; otherwise an earlier one may have started any.
    /// </summary>
    private static IEnumerable<string> MayHaveRun(PartitionSpec spec, Segment[] segments)
    {
        if (segments[^1] is not { Fence: 1, Seal: { } seal })
        {
            return spec.Instances.Select(instance => instance.Id);
        }

        return segments.SelectMany(segment => segment.Results).Select(result => result.Index).Concat(seal.Started).Select(index => spec.Instances[index].Id);
    }

    private async Task RemoveCheckpointsAsync(string[] instances, string? incarnation)
    {
        foreach (string[] some in instances.Chunk(ChecksAtOnce))
        {
            await Task.WhenAll(some.Select(instance => RemoveCheckpointAsync(instance, incarnation)));
        }
    }

    private async Task RemoveCheckpointAsync(string instance, string? incarnation)
    {
        Row<Checkpoint> row = CheckpointRow.At(storage, GrainKeys.OfInstance(batchId, incarnation, instance));
        if (await row.ReadAsync() is not null)
        {
            await row.ClearAsync();
        }
    }
}
