namespace Cano;

/// <summary>Reads the rows of one partition. Reading changes nothing that a writer relies on.</summary>
internal interface IPartitionReads
{
    /// <summary>The instances; null when they were never written, or are gone.</summary>
    Task<PartitionSpec?> ReadSpecAsync();

    /// <summary>A segment of the results; null when there is none of that number.</summary>
    Task<Segment?> ReadSegmentAsync(int index);
}

/// <summary>
/// Reads and writes the rows of one partition, for one activation. It remembers the ETag of every row that it read or wrote, and each write
/// succeeds only if the row still is what this activation believes: a write that fails, for whatever reason, leaves the outcome unknown and
/// the activation must end.
/// </summary>
internal interface IPartitionRows : IPartitionReads
{
    /// <summary>Writes the instances, once.</summary>
    Task WriteSpecAsync(PartitionSpec spec);

    /// <summary>Writes the last segment of the chain, or adds one to it.</summary>
    Task WriteSegmentAsync(int index, Segment segment);
}
