using System.Text.Json.Serialization;

namespace Cano;

/// <summary>What came of one instance.</summary>
internal sealed record ResultDocument
{
    /// <summary>The instance's id.</summary>
    public required string Id { get; init; }

    /// <summary>The name of the workflow.</summary>
    public required string Workflow { get; init; }

    /// <summary>The variant; null if none.</summary>
    public string? Label { get; init; }

    /// <summary>What came of it.</summary>
    public WorkflowOutcome Outcome { get; init; }

    /// <summary>The exit state that it reached, or the failure state, as the user declared it; null otherwise.</summary>
    public string? FinalState { get; init; }

    /// <summary>Why it failed; null unless failed.</summary>
    public ErrorDocument? Error { get; init; }

    /// <summary>Why it was cancelled; null unless cancelled. <c>surplus</c>: it did complete, but after the quota was filled.</summary>
    public CancelReason? CancelReason { get; init; }

    /// <summary>How long it ran; waiting for a slot is not counted.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>When it first began to run; null if it never did.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended or was cancelled; null if it never started.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>What the workflow has put out: any JSON value; null if nothing.</summary>
    [JsonConverter(typeof(RawJsonConverter))]
    public byte[]? Output { get; init; }

    /// <summary>Without the error's stack, for lists.</summary>
    internal static ResultDocument Of(InstanceResult result) => Of(result, withStack: false);

    /// <summary>The result.</summary>
    /// <param name="result">What it is of.</param>
    /// <param name="withStack">Whether its error's stack is part of it.</param>
    internal static ResultDocument Of(InstanceResult result, bool withStack) => new()
    {
        Id = result.Id,
        Workflow = result.Workflow,
        Label = result.Label,
        Outcome = result.Outcome,
        FinalState = result.FinalState,
        Error = result.Error is { } error ? ErrorDocument.Of(error, withStack) : null,
        CancelReason = result.CancelReason,
        Duration = result.Duration,
        StartedAt = result.StartedAt,
        FinishedAt = result.FinishedAt,
        Output = result.Output,
    };

    /// <summary>As the library has it.</summary>
    /// <param name="ordinal">Its place in the batch, which the document does not say.</param>
    internal InstanceResult ToResult(int ordinal) => new()
    {
        Ordinal = ordinal,
        Id = Id,
        Workflow = Workflow,
        Label = Label,
        Outcome = Outcome,
        FinalState = FinalState,
        Error = Error?.ToError(),
        CancelReason = CancelReason,
        StartedAt = StartedAt,
        FinishedAt = FinishedAt,
        Output = Output,
    };
}

/// <summary>Why an instance failed.</summary>
/// <param name="Kind">What kind of failure it is, such as <c>node-failed</c>.</param>
/// <param name="Message">What happened; at most 4 KB.</param>
/// <param name="State">The state in which it happened, as the user declared it; null if before the first.</param>
/// <param name="Attempts">How many attempts that state's node had.</param>
/// <param name="Stack">
/// The exception as text, at most 4 KB; only where one instance is asked for, and in <c>results.ndjson</c>. Left out where it was not kept:
/// it is of those failures whose path is.
/// </param>
internal sealed record ErrorDocument(
    string Kind,
    string Message,
    string? State,
    int Attempts,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Stack = null)
{
    internal static ErrorDocument Of(WorkflowError error, bool withStack) =>
        new(error.Kind, error.Message, error.State, error.Attempts, withStack ? error.Stack : null);

    internal WorkflowError ToError() => new() { Kind = Kind, Message = Message, State = State, Attempts = Attempts, Stack = Stack };
}
