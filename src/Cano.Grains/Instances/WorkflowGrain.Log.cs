using Microsoft.Extensions.Logging;

namespace Cano;

internal static partial class WorkflowLog
{
    [LoggerMessage(
        2101,
        LogLevel.Warning,
        "Something that instance {InstanceId} of batch {BatchId} had registered to be called at its cancellation threw.")]
    internal static partial void CancelCallbackThrew(this ILogger logger, Exception exception, string instanceId, string batchId);
}
