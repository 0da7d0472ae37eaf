using System.Diagnostics;

namespace Cano;

/// <summary>
/// A span that lasts longer than a turn of its grain: that of a batch's activation, or of a partition's. It is nobody's present span.
/// </summary>
internal sealed class LastingSpan
{
    /// <summary>Null where nobody on this silo wants it: what is below hangs under the one above, then.</summary>
    private readonly Activity? _span;

    private LastingSpan(Activity? span, string parent)
    {
        _span = span;
        TraceParent = span is { Recorded: true } ? span.Id! : parent;
    }

    /// <summary>What the spans below it are given as their parent.</summary>
    internal string TraceParent { get; }

    /// <summary>Begins a span.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="batchId">The batch.</param>
    /// <param name="parent">The one above; null where the start was not sampled.</param>
    /// <returns>The span; null where the start was not sampled.</returns>
    internal static LastingSpan? Begin(string name, ActivityKind kind, string batchId, string? parent)
    {
        if (parent is null)
        {
            return null;
        }

        Activity? present = Activity.Current;
        Activity? span = Spans.StartBelow(name, kind, parent);
        span?.SetTag(TelemetryNames.BatchId, batchId);
        Activity.Current = present;
        return new(span, parent);
    }

    internal LastingSpan With(string tag, object value)
    {
        _span?.SetTag(tag, value);
        return this;
    }

    /// <summary>Ends it; doing so again changes nothing.</summary>
    internal void End()
    {
        // Stopping would make the span that was present at its beginning the present one here.
        Activity? present = Activity.Current;
        _span?.Stop();
        Activity.Current = present;
    }
}
