using System.Text.Json;

namespace Cano;

/// <summary>What came of one instance.</summary>
/// <typeparam name="TState">The enum that lists the workflow's states.</typeparam>
public sealed class WorkflowResult<TState>
    where TState : struct, Enum
{
    private readonly byte[]? _output;

    internal WorkflowResult(InstanceResult result)
    {
        Id = result.Id;
        Workflow = result.Workflow;
        Outcome = result.Outcome;
        FinalState = result.FinalState is { } state ? Enum.Parse<TState>(state) : null;
        Error = result.Error;
        CancelReason = result.CancelReason;
        Label = result.Label;
        Duration = result.Duration;
        StartedAt = result.StartedAt;
        FinishedAt = result.FinishedAt;
        _output = result.Output;
    }

    /// <summary>The instance's id.</summary>
    public string Id { get; }

    /// <summary>The name of the workflow it ran.</summary>
    public string Workflow { get; }

    /// <summary>What came of it.</summary>
    public WorkflowOutcome Outcome { get; }

    /// <summary>The exit state it reached; null unless it is Completed.</summary>
    public TState? FinalState { get; }

    /// <summary>Why it failed; null unless it is Failed.</summary>
    public WorkflowError? Error { get; }

    /// <summary>Why it was cancelled; null unless it is Cancelled.</summary>
    public CancelReason? CancelReason { get; }

    /// <summary>The variant it belongs to; null if none was given.</summary>
    public string? Label { get; }

    /// <summary>How long it ran, from <see cref="StartedAt"/> to <see cref="FinishedAt"/>; waiting for a slot is not counted. Zero if it never started.</summary>
    public TimeSpan Duration { get; }

    /// <summary>When it first began to run; null if it never did.</summary>
    public DateTimeOffset? StartedAt { get; }

    /// <summary>When it ended, or was cancelled; null if it never started.</summary>
    public DateTimeOffset? FinishedAt { get; }

    /// <summary>Reads the output that its nodes set with <see cref="WorkflowContext{TParams}.SetOutput{T}(T)"/>.</summary>
    /// <typeparam name="T">What it is read as.</typeparam>
    /// <returns>The output; <c>default</c> when there is none.</returns>
    /// <exception cref="JsonException">It can't be read as <typeparamref name="T"/>.</exception>
    public T? GetOutput<T>() => _output is null ? default : JsonSerializer.Deserialize<T>(_output, CanoJson.Values);
}
