using Microsoft.Extensions.Logging;

namespace Cano;

internal static partial class WorkflowProgramLog
{
    [LoggerMessage(2001, LogLevel.Warning, "Instance {InstanceId} of batch {BatchId} repeats state {State}: attempt {Attempt} threw {ExceptionType}")]
    internal static partial void Retrying(
        this ILogger logger, string batchId, string instanceId, string state, int attempt, string? exceptionType);

    [LoggerMessage(2002, LogLevel.Warning, "The services of a run of instance {InstanceId} of batch {BatchId} could not be disposed of; its outcome stands")]
    internal static partial void ScopeNotLeft(this ILogger logger, Exception exception, string batchId, string instanceId);
}
