using Orleans.Storage;

namespace Cano;

/// <summary>Removes everything that a partition of a batch that is over, or never was, has in storage. One that was broken off is done again.</summary>
internal sealed class PartitionRemoval(IGrainStorage storage, string batchId, string key)
{
    /// <summary>So many checkpoints are looked for at once.</summary>
    private const int ChecksAtOnce = 16;

    internal async Task RunAsync()
    {
        Row<PartitionSpec> specRow = PartitionRows.Spec(storage, key);
        if (await specRow.ReadAsync() is not { } spec)
        {
            return;
        }

        await RemoveSegmentsAsync(spec, null);
        await specRow.ClearAsync();
    }

    /// <summary>Removes what a partition that its batch hosts has beside the batch's row, which holds its instances and its first results.</summary>
    internal Task RunAsync(PartitionSpec hosted, Segment? results) => results is null ? Task.CompletedTask : RemoveSegmentsAsync(hosted, results);

    private async Task RemoveSegmentsAsync(PartitionSpec spec, Segment? hosted)
    {
        List<(Row<Segment>? Row, Segment Held)> segments = await ReadSegmentsAsync(hosted);

        // What leads to the rest goes last: the instances lead to everything, the segments say what has run. Without any, nothing has, or it is done already.
        if (segments is [.., (_, var last)])
        {
            await RemoveCheckpointsAsync([.. MayHaveRun(spec, segments, last)]);
        }

        for (int index = segments.Count - 1; index >= 0; index--)
        {
            if (segments[index].Row is { } row)
            {
                await row.ClearAsync();
            }
        }
    }

    private async Task<List<(Row<Segment>? Row, Segment Held)>> ReadSegmentsAsync(Segment? hosted)
    {
        List<(Row<Segment>?, Segment)> segments = hosted is null ? [] : [(null, hosted)];
        while (true)
        {
            Row<Segment> row = PartitionRows.At(storage, key, segments.Count);
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
    private static IEnumerable<string> MayHaveRun(PartitionSpec spec, List<(Row<Segment>? Row, Segment Held)> segments, Segment last)
    {
        if (last is not { Fence: 1, Seal: { } seal })
        {
            return spec.Instances.Select(instance => instance.Id);
        }

        return segments.SelectMany(segment => segment.Held.Results).Select(result => result.Index).Concat(seal.Started).Select(index => spec.Instances[index].Id);
    }

    private async Task RemoveCheckpointsAsync(string[] instances)
    {
        foreach (string[] some in instances.Chunk(ChecksAtOnce))
        {
            await Task.WhenAll(some.Select(RemoveCheckpointAsync));
        }
    }

    private async Task RemoveCheckpointAsync(string instance)
    {
        CheckpointRow row = new(storage, $"{batchId}/{instance}");
        await row.ReadAsync();
        await row.ClearAsync();
    }
}
