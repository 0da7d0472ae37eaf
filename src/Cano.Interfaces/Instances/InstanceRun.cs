using System.ComponentModel;

namespace Cano.Protocol;

/// <summary>What an instance's grain needs to run it.</summary>
/// <param name="Instance">The instance as it was submitted.</param>
/// <param name="Store">What its store begins with, as one JSON object in UTF-8; null for an empty store.</param>
/// <param name="MayHaveCheckpoint">False: it has never been started, so there is no checkpoint to look for.</param>
[GenerateSerializer]
[Immutable]
[Alias("Cano.InstanceRun")]
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record InstanceRun(
    [property: Id(0)] InstanceSpec Instance,
    [property: Id(1)] byte[]? Store,
    [property: Id(2)] bool MayHaveCheckpoint)
{
    /// <summary>The span of the partition, as a W3C <c>traceparent</c>; null when the batch's start was not sampled.</summary>
    [Id(3)]
    public string? TraceParent { get; init; }

    /// <summary>True: the outcome is to have its path however it ends. False: only if it fails.</summary>
    [Id(4)]
    public bool KeepPath { get; init; }

    /// <summary>
    /// The incarnation of the batch: made at its start, so that nothing of it is taken for what belongs to a later batch of the same id.
    /// Null for batches without one.
    /// </summary>
    [Id(5)]
    public string? Incarnation { get; init; }

    /// <summary>When the batch's duration ends: no attempt of a node begins after it. Null: there is no such time.</summary>
    [Id(6)]
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>The baggage that goes with <see cref="TraceParent"/>, as a W3C <c>baggage</c> header; null where there is none.</summary>
    [Id(7)]
    public string? Baggage { get; init; }

    /// <summary>
    /// True: if it fails, the outcome is to have the stack of what was thrown, which takes a tenth of a millisecond to write.
    /// </summary>
    [Id(8)]
    public bool KeepStack { get; init; }
}

/// <summary>What an instance's grain answers.</summary>
/// <param name="Outcome">What came of it; null when it still runs, or was handed over: ask again.</param>
/// <param name="Checkpointed">True: a checkpoint of it is stored; forget it once the outcome is durable.</param>
[GenerateSerializer]
[Immutable]
[Alias("Cano.InstanceReply")]
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record InstanceReply([property: Id(0)] InstanceOutcome? Outcome, [property: Id(1)] bool Checkpointed);

/// <summary>What came of a run. A run never ends as Cancelled by itself: that is decided by its batch.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Cano.InstanceOutcome")]
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record InstanceOutcome
{
    /// <summary>The name of the exit state, or of the failure state, that it reached; null otherwise.</summary>
    [Id(0)]
    public string? FinalState { get; init; }

    /// <summary>Why it failed; null if it completed.</summary>
    [Id(1)]
    public WorkflowError? Error { get; init; }

    /// <summary>The output as UTF-8 JSON; null if there is none.</summary>
    [Id(2)]
    public byte[]? Output { get; init; }

    /// <summary>When it first began to run.</summary>
    [Id(3)]
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    [Id(4)]
    public DateTimeOffset FinishedAt { get; init; }

    /// <summary>
    /// The states it went through; null unless it failed or the path was asked for (<see cref="InstanceRun.KeepPath"/>), and where no node
    /// ran.
    /// </summary>
    [Id(5)]
    public InstancePath? Path { get; init; }

    /// <summary>True if it reached an exit state.</summary>
    public bool IsSuccess => Error is null;
}
