using Microsoft.Extensions.Logging;

namespace Cano;

internal static partial class RecoveryLog
{
    [LoggerMessage(4001, LogLevel.Information, "Batch {Batch} had nobody to drive it; it goes on.")]
    internal static partial void BatchResumed(this ILogger logger, string batch);

    [LoggerMessage(4002, LogLevel.Error, "Batch {Batch} has nobody to drive it and could not be resumed; it is tried again.")]
    internal static partial void BatchNotResumed(this ILogger logger, Exception exception, string batch);

    [LoggerMessage(4003, LogLevel.Warning, "The catalog could not be read for batches that need recovery; it is tried again in {Interval}.")]
    internal static partial void RecoveryFailed(this ILogger logger, Exception exception, TimeSpan interval);

    [LoggerMessage(4005, LogLevel.Information, "The start of batch {Batch} was broken off; what it had left is removed.")]
    internal static partial void StartCleanedUp(this ILogger logger, string batch);

    [LoggerMessage(4006, LogLevel.Debug, "Batch {Batch} is still being removed.")]
    internal static partial void RemovalTakesLonger(this ILogger logger, string batch);
}
