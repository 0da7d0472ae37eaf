using System.Diagnostics;

namespace Cano;

/// <summary>The spans of a batch, from the caller to the attempts of its nodes. docs/telemetry.md describes them.</summary>
/// <remarks>
/// Here, because the caller's side and the silo's have one source in common. Only a start that was sampled hands a parent on, and without
/// one nothing is made.
/// </remarks>
internal static class Spans
{
    internal const string Submit = "cano.submit";
    internal const string Batch = "cano.batch";
    internal const string Partition = "cano.partition";
    internal const string Instance = "cano.instance";
    internal const string Node = "cano.node";

    internal static readonly ActivitySource Source = new(TelemetryNames.Source);

    /// <summary>
    /// What the present span hands on to others, as a W3C <c>traceparent</c>; null where it is not recorded, or there is none.
    /// </summary>
    internal static string? TraceParent => Activity.Current is { Recorded: true, IdFormat: ActivityIdFormat.W3C } present ? present.Id : null;

    /// <summary>Starts a span below one that may be in another process.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="parent">The W3C <c>traceparent</c> of the one above.</param>
    /// <returns>The span, which is the present one from here on; null where nobody wants it.</returns>
    internal static Activity? StartBelow(string name, ActivityKind kind, string parent) =>
        Source.HasListeners() && ActivityContext.TryParse(parent, traceState: null, isRemote: true, out ActivityContext above) ? Source.StartActivity(name, kind, above) : null;

    /// <summary>Notes that what the span stands for has failed.</summary>
    /// <param name="span">The span.</param>
    /// <param name="type">Which kind of failure; of few values.</param>
    /// <param name="message">What a person is told.</param>
    internal static void Fail(this Activity span, string type, string? message) => span.SetTag(TelemetryNames.ErrorType, type).SetStatus(ActivityStatusCode.Error, message);
}
