using Microsoft.Extensions.Logging;

namespace Cano;

internal static partial class BatchLog
{
    [LoggerMessage(1001, LogLevel.Information, "Batch {Batch} has stopped: {Reason}, decided by {Instance}, {Completed} completed, {Failed} failed.")]
    internal static partial void BatchStopped(this ILogger logger, string batch, StopReason reason, string? instance, int completed, int failed);

    [LoggerMessage(EventId = 1002, Message = "Partition {Partition} did not answer, attempt {Attempt}; it is asked again.")]
    internal static partial void PartitionDidNotAnswer(this ILogger logger, LogLevel level, Exception exception, string partition, int attempt);

    [LoggerMessage(1003, LogLevel.Warning, "The catalog could not be told of batch {Batch}; recovery will.")]
    internal static partial void CatalogNotTold(this ILogger logger, Exception exception, string batch);

    [LoggerMessage(1004, LogLevel.Debug, "Batch {Batch} has ended its activation; another one goes on.")]
    internal static partial void BatchEnded(this ILogger logger, Exception exception, string batch);

    [LoggerMessage(1005, LogLevel.Information, "Batch {Batch} was purged.")]
    internal static partial void BatchPurged(this ILogger logger, string batch);

    [LoggerMessage(1006, LogLevel.Error, "Batch {Batch} has ended its activation because of an unexpected fault; another one goes on.")]
    internal static partial void BatchFailed(this ILogger logger, Exception exception, string batch);

    [LoggerMessage(1007, LogLevel.Error, "Partition {Partition} has no rows in storage: its instances can't go on. Restore them, or cancel the batch, which then ends without them.")]
    internal static partial void PartitionLost(this ILogger logger, Exception exception, string partition);

    [LoggerMessage(1008, LogLevel.Warning, "The removal of batch {Batch} was broken off; recovery takes it up again.")]
    internal static partial void RemovalFailed(this ILogger logger, Exception exception, string batch);
}
