using System.Diagnostics;

namespace Cano;

/// <summary>
/// The span around a start, and what it hands on: the batch's spans hang below it, or below whatever sampled span the caller has.
/// </summary>
internal static class SubmitSpan
{
    /// <summary>Starts a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="start">Starts it under the header that it is given.</param>
    /// <returns>What the start gives.</returns>
    internal static async Task<T> AroundAsync<T>(PreparedBatch batch, Func<BatchHeader, Task<T>> start)
    {
        using Activity? span = Spans.Source.StartActivity(Spans.Submit, ActivityKind.Producer);
        span?.SetTag(TelemetryNames.BatchId, batch.Id);
        try
        {
            BatchHeader header = Spans.TraceParent is { } parent
                ? batch.Header with { TraceParent = parent, Baggage = BaggageText.Of(Activity.Current) }
                : batch.Header;
            return await start(header).ConfigureAwait(false);
        }
        catch (Exception exception) when (span is not null)
        {
            span.Fail((exception as CanoException)?.Code ?? exception.GetType().FullName!, exception.Message);
            throw;
        }
    }
}
