using System.Text.Json;

namespace Cano;

/// <summary>What came of one instance.</summary>
/// <typeparam name="TState">The enum that lists the workflow's states.</typeparam>
public sealed class WorkflowResult<TState>
    where TState : struct, Enum
{
    private readonly byte[]? _output;
    private readonly string? _finalState;

    internal WorkflowResult(InstanceResult result)
    {
        Id = result.Id;
        Workflow = result.Workflow;
        Outcome = result.Outcome;
        _finalState = result.FinalState;
        Error = result.Error;
        CancelReason = result.CancelReason;
        Label = result.Label;
        Duration = result.Duration;
        StartedAt = result.StartedAt;
        FinishedAt = result.FinishedAt;
        Path = result.Path;
        _output = result.Output;
    }

    /// <summary>The instance's id.</summary>
    public string Id { get; }

    /// <summary>The name of the workflow it ran.</summary>
    public string Workflow { get; }

    /// <summary>What came of it.</summary>
    public WorkflowOutcome Outcome { get; }

    /// <summary>
    /// The exit state it reached, if it is Completed; the failure state it reached, if it is Failed with kind <c>failure-state</c>; null
    /// otherwise.
    /// </summary>
    /// <exception cref="CanoConfigurationException">The state is no member of <typeparamref name="TState"/>, whose version differs from the
    /// silo's (code <c>unknown-state</c>).</exception>
    public TState? FinalState => _finalState switch
    {
        null => null,
        { } name when Enum.TryParse(name, out TState state) => state,
        _ => throw new CanoConfigurationException(
            ErrorCodes.UnknownState,
            $"Instance '{Id}' of workflow '{Workflow}' ended in state '{_finalState}', which {typeof(TState).FullName} has not: use the same version of it as the silo."),
    };

    /// <summary>Why it failed; null unless it is Failed.</summary>
    public WorkflowError? Error { get; }

    /// <summary>Why it was cancelled; null unless it is Cancelled.</summary>
    public CancelReason? CancelReason { get; }

    /// <summary>The variant it belongs to; null if none was given.</summary>
    public string? Label { get; }

    /// <summary>
    /// How long it ran, from <see cref="StartedAt"/> to <see cref="FinishedAt"/>; waiting for a slot is not counted. Zero if it never
    /// started.
    /// </summary>
    public TimeSpan Duration { get; }

    /// <summary>When it first began to run; null if it never did.</summary>
    public DateTimeOffset? StartedAt { get; }

    /// <summary>When it ended, or was cancelled; null if it never started.</summary>
    public DateTimeOffset? FinishedAt { get; }

    /// <summary>The states it went through, where that is kept (<see cref="InstanceResult.Path"/> says for whom); null otherwise.</summary>
    public InstancePath? Path { get; }

    /// <summary>Reads the output that its nodes set with <see cref="WorkflowContext{TParams}.SetOutput{T}(T)"/>.</summary>
    /// <typeparam name="T">What it is read as.</typeparam>
    /// <returns>The output; <c>default</c> when there is none.</returns>
    /// <exception cref="JsonException">
    /// It does not fit <typeparamref name="T"/>: it can't be read as such, or is an object that has none of its members. The message says
    /// what there is.
    /// Members that <typeparamref name="T"/> has not are passed over, and those that are missing are <c>default</c>.
    /// </exception>
    public T? GetOutput<T>() =>
        _output is null ? default : OutputJson.Read<T>(_output, $"The output of instance '{Id}' of workflow '{Workflow}'");
}
