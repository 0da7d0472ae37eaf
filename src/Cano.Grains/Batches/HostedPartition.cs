namespace Cano;

/// <summary>
/// Where the only partition of a small batch has its rows: the instances and the first segment are members of the batch's row, later
/// segments have rows of their own. So a batch
/// is created in one write, and what it decides on results is in the same write as the results.
/// </summary>
internal static class HostedPartition
{
    /// <summary>The most bytes of instances, and about as many of results, that the batch's row takes in with one write.</summary>
    internal const int MaxBytes = 16 * 1024;

    /// <summary>The segment that is a member of the batch's row.</summary>
    internal const int SegmentInBatchRow = 0;

    /// <summary>Whether a batch's only partition is small enough to be hosted.</summary>
    internal static bool Fits(PartitionSpec only) => only.ApproximateBytes <= MaxBytes;

    /// <summary>Reads a hosted partition.</summary>
    /// <param name="record">The batch's row.</param>
    /// <param name="later">The rows of later segments.</param>
    internal sealed class Reads(BatchRecord record, IPartitionReads later) : IPartitionReads
    {
        public Task<PartitionSpec?> ReadSpecAsync() => Task.FromResult(record.State?.Hosted);

        public Task<Segment?> ReadSegmentAsync(int index) =>
            index == SegmentInBatchRow ? Task.FromResult(record.State?.HostedResults) : later.ReadSegmentAsync(index);
    }
}
