using Microsoft.Extensions.Logging;

namespace Cano;

internal static partial class PartitionLog
{
    [LoggerMessage(1101, LogLevel.Debug, "Partition {Partition} has ended its activation; another one goes on.")]
    internal static partial void PartitionEnded(this ILogger logger, Exception exception, string partition);

    [LoggerMessage(1102, LogLevel.Warning, "Instance {Batch}/{Instance} did not answer, attempt {Attempt}; it is asked again.")]
    internal static partial void InstanceDidNotAnswer(this ILogger logger, Exception exception, string batch, string instance, int attempt);

    [LoggerMessage(1103, LogLevel.Warning, "Instance {Batch}/{Instance} could not be told to cancel, attempt {Attempt}.")]
    internal static partial void InstanceNotCancelled(this ILogger logger, Exception exception, string batch, string instance, int attempt);

    [LoggerMessage(1104, LogLevel.Debug, "The checkpoint of instance {Batch}/{Instance} could not be removed.")]
    internal static partial void CheckpointNotRemoved(this ILogger logger, Exception exception, string batch, string instance);
}
