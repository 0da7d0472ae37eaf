using System.Text.Json;

namespace Cano;

/// <summary>Writes the results document of a batch, holding a few results at a time.</summary>
internal static class ResultsDocument
{
    private const int PageSize = 1_000;

    /// <summary>
    /// Writes a document for nobody, so that the code is compiled by the time that a batch is answered: that takes some 50 ms, which would
    /// come on top of its deadline.
    /// </summary>
    internal static async Task RehearseAsync(BatchStatus status)
    {
        await using Utf8JsonWriter writer = new(Stream.Null, DocumentWriter.Indented);
        writer.WriteResultsStart(status with { StopReason = StopReason.DurationElapsed });
        DateTimeOffset? at = status.StartedAt;
        foreach (WorkflowOutcome outcome in Enum.GetValues<WorkflowOutcome>())
        {
            writer.WriteResult(new() { Id = status.Id, Workflow = status.Id, Outcome = outcome, CancelReason = CancelReason.DurationElapsed, StartedAt = at, FinishedAt = at });
        }

        writer.WriteResultsEnd();
        await writer.FlushAsync();
    }

    internal static async Task WriteAsync(Stream output, BatchStatus status, IAsyncEnumerable<InstanceResult> results, CancellationToken cancellationToken = default)
    {
        await using Utf8JsonWriter writer = new(output, DocumentWriter.Indented);
        writer.WriteResultsStart(status);
        await foreach (InstanceResult result in results.WithCancellation(cancellationToken))
        {
            writer.WriteResult(result);
            if (writer.BytesPending > 64 * 1024)
            {
                await writer.FlushAsync(cancellationToken);
            }
        }

        writer.WriteResultsEnd();
        await writer.FlushAsync(cancellationToken);
        await output.WriteAsync("\n"u8.ToArray(), cancellationToken);
        await output.FlushAsync(cancellationToken);
    }

    /// <summary>All results in the order submitted, holding one page at a time.</summary>
    internal static async IAsyncEnumerable<InstanceResult> ReadAsync(
        BatchRun run, BatchView finished, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (int at = 0; at < finished.Status.Total;)
        {
            ResultPage page = await run.ReadPageAsync(finished, at, PageSize, cancellationToken);
            foreach (InstanceResult result in page.Results)
            {
                yield return result;
            }

            at = page.Next;
        }
    }
}
