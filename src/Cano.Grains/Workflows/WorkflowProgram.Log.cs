using Microsoft.Extensions.Logging;

namespace Cano;

internal static partial class WorkflowProgramLog
{
    [LoggerMessage(
        2001,
        LogLevel.Debug,
        "Instance {InstanceId} of batch {BatchId} repeats state {State}: attempt {Attempt} threw {ExceptionType}: {Reason}")]
    internal static partial void Retrying(
        this ILogger logger, string batchId, string instanceId, string state, int attempt, string? exceptionType, string reason);

    [LoggerMessage(
        2002,
        LogLevel.Warning,
        "{Disposed} of a run of instance {InstanceId} of batch {BatchId} threw as it was disposed of; all else was disposed of, and its outcome stands")]
    internal static partial void NotDisposed(this ILogger logger, Exception exception, string disposed, string batchId, string instanceId);

    [LoggerMessage(
        2003,
        LogLevel.Warning,
        "Instance {InstanceId} of batch {BatchId} (workflow {Workflow}) failed: {Kind} in state {State} after {Attempts} attempts: {Reason}")]
    internal static partial void InstanceFailed(
        this ILogger logger,
        Exception? exception,
        string batchId,
        string instanceId,
        string workflow,
        string kind,
        string? state,
        int attempts,
        string reason);

    [LoggerMessage(
        2004,
        LogLevel.Warning,
        "{Count} more instances of batch {BatchId} failed on this silo within {Span}; they were not logged one by one")]
    internal static partial void FailuresLeftOut(this ILogger logger, int count, string batchId, TimeSpan span);

    [LoggerMessage(
        2005,
        LogLevel.Warning,
        "What decides on retries of state {State} of workflow {Workflow} (RetryMode.When) threw; the attempt is not repeated")]
    internal static partial void RetryFilterThrew(this ILogger logger, Exception exception, string state, string workflow);

    [LoggerMessage(2006, LogLevel.Warning, "A logging provider threw as the scope of an attempt of state {State} of workflow {Workflow} ended")]
    internal static partial void LogScopeThrew(this ILogger logger, Exception exception, string state, string workflow);
}
