namespace Cano;

/// <summary>A partition's rows, without faults, and at once unless writes are held back.</summary>
internal sealed class MemoryPartitionRows : IPartitionRows
{
    private PartitionSpec? _spec;

    internal List<Segment> Segments { get; } = [];

    /// <summary>How often a segment was read.</summary>
    internal int Reads { get; private set; }

    /// <summary>What a segment's write waits for once it has landed.</summary>
    internal Task Gate { get; set; } = Task.CompletedTask;

    public Task<PartitionSpec?> ReadSpecAsync() => Task.FromResult(_spec);

    public Task WriteSpecAsync(PartitionSpec spec)
    {
        _spec = spec;
        return Task.CompletedTask;
    }

    public Task<Segment?> ReadSegmentAsync(int index)
    {
        Reads++;
        return Task.FromResult(index < Segments.Count ? Segments[index] : null);
    }

    public Task WriteSegmentAsync(int index, Segment segment)
    {
        if (index == Segments.Count)
        {
            Segments.Add(segment);
        }
        else
        {
            Segments[index] = segment;
        }

        return Gate;
    }

    /// <summary>Adds results as an activation would that has these rows to itself.</summary>
    internal ResultLog Commit(ResultLog? log, Seal? seal, params StoredResult[] added)
    {
        ResultIndex index = log?.Index ?? new(_spec!);
        bool opens = index.Last is null || index.Last.IsFull;
        int number = opens ? index.LastSegment + 1 : index.LastSegment;
        Segment segment = new() { Results = opens ? added : [.. index.Last!.Results, .. added], Seal = seal };
        _ = WriteSegmentAsync(number, segment);
        index.Take(number, segment, added);
        return log ?? new("b/0123456789abcdef/0", index, this, new());
    }

    /// <summary>Rows with the instances only.</summary>
    internal static MemoryPartitionRows With(PartitionSpec spec) => new() { _spec = spec };

    internal static PartitionSpec Spec(int instances) => new()
    {
        BatchId = "b",
        FirstOrdinal = 10,
        Instances = [.. Enumerable.Range(0, instances).Select(i => new InstanceSpec($"i{i}", "simulated", null, null))],
    };
}
