using System.Diagnostics;

namespace Cano;

/// <summary>The span of one attempt of a node.</summary>
internal static class NodeSpan
{
    /// <summary>Whether the attempt is part of a run whose span is recorded.</summary>
    internal static bool IsWanted => Spans.Source.HasListeners() && Activity.Current is { Recorded: true, OperationName: Spans.Instance };

    /// <summary>Begins it; to be disposed of when the attempt has ended.</summary>
    internal static Activity? Begin(string state, int attempt) =>
        Spans.Source.StartActivity(Spans.Node)?.SetTag(TelemetryNames.State, state).SetTag(TelemetryNames.Attempt, attempt);

    /// <summary>The attempt threw.</summary>
    internal static void Fail(Activity? span, Exception exception)
    {
        if (span is null)
        {
            return;
        }

        string type = exception.GetType().FullName!;
        string message = ErrorText.Bounded(Failure.Message(exception));
        span.AddEvent(new(
            "exception",
            tags: new() { ["exception.type"] = type, ["exception.message"] = message, ["exception.stacktrace"] = StackText.Of(exception) }));
        span.Fail(type, message);
    }
}
