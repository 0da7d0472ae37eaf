namespace Cano;

/// <summary>
/// The row of one batch, as one activation sees it: it remembers the ETag, and a write succeeds only if the row still is what this
/// activation believes.
/// </summary>
internal interface IBatchRow
{
    /// <summary>The state; null when there is no such batch.</summary>
    Task<BatchState?> ReadAsync();

    /// <summary>Writes the state. What it throws means that the outcome is unknown: the activation must end.</summary>
    Task WriteAsync(BatchState state);

    /// <summary>Removes the row, as it was read or written. What it throws means the same as that of a write.</summary>
    Task ClearAsync();
}

/// <summary>The way from a batch to its partitions.</summary>
internal interface IPartitions
{
    Task PrepareAsync(string key, PartitionSpec spec);

    Task<PartitionReport> ExchangeAsync(string key, PartitionOrders orders);
}
