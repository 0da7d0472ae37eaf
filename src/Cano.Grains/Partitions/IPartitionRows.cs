namespace Cano;

/// <summary>
/// The rows of one partition, as one activation sees them. It remembers the ETag of every row that it read or wrote, and each write succeeds only if the row still is what
/// this activation believes: a write that fails, for whatever reason, leaves the outcome unknown and the activation must end.
/// </summary>
internal interface IPartitionRows
{
    /// <summary>About how many bytes of results one write adds at most, unless a single result is larger.</summary>
    int MaxAddedBytes { get; }

    /// <summary>The instances; null when they were never written.</summary>
    Task<PartitionSpec?> ReadSpecAsync();

    /// <summary>Writes the instances, once.</summary>
    Task WriteSpecAsync(PartitionSpec spec);

    /// <summary>A segment; null when the chain ends before it.</summary>
    Task<Segment?> ReadSegmentAsync(int index);

    /// <summary>Writes the last segment of the chain, or adds one to it.</summary>
    Task WriteSegmentAsync(int index, Segment segment);
}
