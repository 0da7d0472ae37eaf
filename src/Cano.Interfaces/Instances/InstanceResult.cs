using System.ComponentModel;

namespace Cano.Protocol;

/// <summary>What came of one instance, as it travels: the state by name, the output as JSON.</summary>
[GenerateSerializer]
[Immutable]
[SuppressReferenceTracking]
[Alias("Cano.InstanceResult")]
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record InstanceResult
{
    /// <summary>The place of the instance in its batch, in the order submitted, from 0.</summary>
    [Id(0)]
    public int Ordinal { get; init; }

    /// <summary>The instance's id.</summary>
    [Id(1)]
    public required string Id { get; init; }

    /// <summary>The name of the workflow.</summary>
    [Id(2)]
    public required string Workflow { get; init; }

    /// <summary>What came of it.</summary>
    [Id(3)]
    public WorkflowOutcome Outcome { get; init; }

    /// <summary>The name of the exit state, or of the failure state, that it reached; null otherwise.</summary>
    [Id(4)]
    public string? FinalState { get; init; }

    /// <summary>Why it failed; null unless Failed.</summary>
    [Id(5)]
    public WorkflowError? Error { get; init; }

    /// <summary>Why it was cancelled; null unless Cancelled.</summary>
    [Id(6)]
    public CancelReason? CancelReason { get; init; }

    /// <summary>The variant; null if none.</summary>
    [Id(7)]
    public string? Label { get; init; }

    /// <summary>When it first began to run; null if it never did.</summary>
    [Id(8)]
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended or was cancelled; null if it never started.</summary>
    [Id(9)]
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The output as UTF-8 JSON; null if there is none.</summary>
    [Id(10)]
    public byte[]? Output { get; init; }

    /// <summary>When the outcome became final (was committed): what <c>StreamResultsAsync</c> orders by.</summary>
    [Id(11)]
    public DateTimeOffset FinalAt { get; init; }

    /// <summary>
    /// The states it went through. Kept for every instance of a partition with at most 100 instances, and for one in 64 of the others; for
    /// those that fail as well, for the first 100 of a partition beyond that sample. Of an instance that was cancelled while it ran it ends
    /// with the state that it was in. Null for the rest, and where no node ran.
    /// </summary>
    [Id(12)]
    public InstancePath? Path { get; init; }

    /// <summary>From <see cref="StartedAt"/> to <see cref="FinishedAt"/>; zero if it never started.</summary>
    public TimeSpan Duration => StartedAt is { } started && FinishedAt is { } finished ? finished - started : TimeSpan.Zero;
}
