namespace Cano;

/// <summary>A partition's rows, without faults, and at once unless writes are held back.</summary>
internal sealed class MemoryPartitionRows : IPartitionRows
{
    private PartitionSpec? _spec;

    internal List<Segment> Segments { get; } = [];

    /// <summary>What a segment's write waits for once it has landed.</summary>
    internal Task Gate { get; set; } = Task.CompletedTask;

    public int MaxAddedBytes => Segment.MaxAddedBytes;

    public Task<PartitionSpec?> ReadSpecAsync() => Task.FromResult(_spec);

    public Task WriteSpecAsync(PartitionSpec spec)
    {
        _spec = spec;
        return Task.CompletedTask;
    }

    public Task<Segment?> ReadSegmentAsync(int index) => Task.FromResult(index < Segments.Count ? Segments[index] : null);

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

    internal static PartitionSpec Spec(int instances) => new()
    {
        BatchId = "b",
        FirstOrdinal = 10,
        Instances = [.. Enumerable.Range(0, instances).Select(i => new InstanceSpec($"i{i}", "simulated", null, null))],
    };
}
