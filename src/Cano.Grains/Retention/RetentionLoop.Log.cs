using Microsoft.Extensions.Logging;

namespace Cano;

internal static partial class RetentionLog
{
    [LoggerMessage(4101, LogLevel.Warning, "The catalog could not be read for batches that have been kept long enough; it is tried again in {Interval}.")]
    internal static partial void RetentionFailed(this ILogger logger, Exception exception, TimeSpan interval);

    [LoggerMessage(4103, LogLevel.Warning, "Batch {Batch} has been kept long enough and could not be purged or forgotten; it is tried again in {Interval}.")]
    internal static partial void BatchNotExpired(this ILogger logger, Exception exception, string batch, TimeSpan interval);
}
