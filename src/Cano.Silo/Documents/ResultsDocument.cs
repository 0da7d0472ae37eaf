using System.Text.Json;

namespace Cano;

/// <summary>Writes the results document of a finished batch, a page of results at a time.</summary>
internal static class ResultsDocument
{
    private const int PageSize = 1_000;

    internal static async Task WriteAsync(Stream output, BatchRun run, BatchView finished, CancellationToken cancellationToken = default)
    {
        await using Utf8JsonWriter writer = new(output, DocumentWriter.Indented);
        writer.WriteResultsStart(finished.Status);
        await foreach (InstanceResult result in ReadAsync(run, finished, cancellationToken))
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
