using Microsoft.Extensions.Logging;

namespace Cano;

internal static partial class PartitionLog
{
    /// <summary>A call that fails once or twice is normal while a cluster changes; from the third time on it is a warning.</summary>
    internal static LogLevel LevelOf(int attempt) => attempt < 2 ? LogLevel.Debug : LogLevel.Warning;

    [LoggerMessage(1101, LogLevel.Debug, "Partition {Partition} has ended its activation; another one goes on.")]
    internal static partial void PartitionEnded(this ILogger logger, Exception exception, string partition);

    [LoggerMessage(EventId = 1102, Message = "Instance {Batch}/{Instance} did not answer, attempt {Attempt}; it is asked again.")]
    internal static partial void InstanceDidNotAnswer(this ILogger logger, LogLevel level, Exception exception, string batch, string instance, int attempt);

    [LoggerMessage(1104, LogLevel.Debug, "The checkpoint of instance {Batch}/{Instance} could not be removed.")]
    internal static partial void CheckpointNotRemoved(this ILogger logger, Exception exception, string batch, string instance);

    [LoggerMessage(EventId = 1103, Message = "Silo {Silo} could not be told that batch {Batch} has stopped, attempt {Attempt}.")]
    internal static partial void RunsNotStopped(this ILogger logger, LogLevel level, Exception exception, string batch, SiloAddress silo, int attempt);

    [LoggerMessage(1105, LogLevel.Error, "Partition {Partition} has ended its activation because of an unexpected fault; another one goes on.")]
    internal static partial void PartitionFailed(this ILogger logger, Exception exception, string partition);

    [LoggerMessage(1106, LogLevel.Warning, "The row {Row} of partition {Partition} can't be read. It is removed all the same; checkpoints that only it leads to stay.")]
    internal static partial void RowNotReadable(this ILogger logger, Exception exception, string row, string partition);
}
