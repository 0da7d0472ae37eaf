using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Cano;

/// <summary>
/// Logs instances that failed, each once. Of one batch the first <see cref="MaxPerSpan"/> in a span of time are logged one by one, the rest
/// as a number at the end of the span: a batch may have a million instances. Safe for concurrent use.
/// </summary>
internal sealed class FailureLog(ILogger logger, TimeProvider clock) : IDisposable
{
    /// <summary>What the engine's own loggers are called.</summary>
    internal const string Category = "Cano.Workflows";

    /// <summary>As many as a person reads.</summary>
    internal const int MaxPerSpan = 10;

    internal static readonly TimeSpan Span = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, BatchFailures> _batches = new(StringComparer.Ordinal);

    /// <summary>An instance failed for good.</summary>
    /// <param name="batchId">Its batch.</param>
    /// <param name="instanceId">Its id.</param>
    /// <param name="workflow">Its workflow.</param>
    /// <param name="error">Why.</param>
    /// <param name="exception">What its node threw last; null: nothing.</param>
    internal void Add(string batchId, string instanceId, string workflow, WorkflowError error, Exception? exception)
    {
        if (logger.IsEnabled(LogLevel.Warning) && IsToBeLogged(batchId))
        {
            Write(logger, batchId, instanceId, workflow, error, exception);
        }
    }

    /// <summary>Logs one failure. Where nothing limits how many there are, it is called directly.</summary>
    internal static void Write(
        ILogger logger, string batchId, string instanceId, string workflow, WorkflowError error, Exception? exception) =>
        logger.InstanceFailed(
            exception is null ? null : BoundedException.Of(exception),
            batchId,
            instanceId,
            workflow,
            error.Kind,
            error.State,
            error.Attempts,
            error.Message);

    /// <summary>Logs what was left out so far.</summary>
    public void Dispose()
    {
        foreach (BatchFailures batch in _batches.Values)
        {
            End(batch);
        }
    }

    private bool IsToBeLogged(string batchId)
    {
        while (true)
        {
            BatchFailures batch = _batches.GetOrAdd(batchId, static id => new(id));
            lock (batch)
            {
                if (batch.HasEnded)
                {
                    // Its span ended at this moment: a new one begins.
                    continue;
                }

                batch.Timer ??= clock.CreateTimer(_ => End(batch), state: null, Span, Timeout.InfiniteTimeSpan);
                return batch.Count++ < MaxPerSpan;
            }
        }
    }

    private void End(BatchFailures batch)
    {
        int leftOut;
        lock (batch)
        {
            if (batch.HasEnded)
            {
                return;
            }

            batch.HasEnded = true;
            leftOut = batch.Count - MaxPerSpan;
            batch.Timer?.Dispose();
        }

        _batches.TryRemove(new(batch.BatchId, batch));
        if (leftOut > 0)
        {
            logger.FailuresLeftOut(leftOut, batch.BatchId, Span);
        }
    }

    /// <summary>The failures of one batch in the present span; its lock guards it.</summary>
    private sealed class BatchFailures(string batchId)
    {
        internal string BatchId => batchId;

        internal int Count { get; set; }

        internal bool HasEnded { get; set; }

        internal ITimer? Timer { get; set; }
    }
}
