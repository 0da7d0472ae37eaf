using System.Runtime.CompilerServices;

namespace Cano;

/// <summary>
/// One instance of a batch: which workflow, under which id. Made as a <see cref="ConcurrentWorkflowInstance{TState, TParams}"/>.
/// </summary>
/// <typeparam name="TState">The enum that lists the workflow's states.</typeparam>
public abstract class ConcurrentWorkflowInstance<TState>
    where TState : struct, Enum
{
    private protected ConcurrentWorkflowInstance(string id, WorkflowKey<TState> workflow, string? label, byte[]? paramsJson)
    {
        Id = id;
        Workflow = workflow;
        Label = label;
        Spec = new InstanceSpec(id, workflow.Name, paramsJson, label);
    }

    /// <summary>
    /// Its id: 1 to 200 characters of <c>[A-Za-z0-9._:-]</c>, unique in its batch. Checked when the batch is built or started.
    /// </summary>
    public string Id { get; }

    /// <summary>The workflow that it runs.</summary>
    public WorkflowKey<TState> Workflow { get; }

    /// <summary>
    /// The variant that it belongs to, for comparing; at most 100 characters. Checked when the batch is built or started.
    /// </summary>
    /// <value>Null: none.</value>
    public string? Label { get; }

    /// <summary>The instance as it is sent.</summary>
    internal InstanceSpec Spec { get; }
}

/// <summary>
/// One instance of a batch with its params. Immutable: the params are written as JSON when it is made, so changing them later changes
/// nothing.
/// </summary>
/// <typeparam name="TState">The enum that lists the workflow's states.</typeparam>
/// <typeparam name="TParams">What the instance is given; it travels as JSON (<see cref="CanoJson.Values"/>).</typeparam>
public sealed class ConcurrentWorkflowInstance<TState, TParams> : ConcurrentWorkflowInstance<TState>
    where TState : struct, Enum
{
    /// <summary>Makes an instance without params: its nodes see <c>default</c>.</summary>
    /// <param name="id">1 to 200 characters of <c>[A-Za-z0-9._:-]</c>, unique in its batch.</param>
    /// <param name="workflow">The workflow.</param>
    public ConcurrentWorkflowInstance(string id, WorkflowKey<TState, TParams> workflow)
        : base(id, NotNull(workflow), label: null, paramsJson: null)
    {
    }

    /// <summary>Makes an instance without params, of a variant: name the argument <c>label:</c>.</summary>
    /// <param name="id">1 to 200 characters of <c>[A-Za-z0-9._:-]</c>, unique in its batch.</param>
    /// <param name="workflow">The workflow.</param>
    /// <param name="label">The variant, at most 100 characters; null for none.</param>
    [OverloadResolutionPriority(-1)] // An unnamed third argument is the params, also where these are a string.
    public ConcurrentWorkflowInstance(string id, WorkflowKey<TState, TParams> workflow, string? label)
        : base(id, NotNull(workflow), label, paramsJson: null)
    {
    }

    /// <summary>Makes an instance.</summary>
    /// <param name="id">1 to 200 characters of <c>[A-Za-z0-9._:-]</c>, unique in its batch.</param>
    /// <param name="workflow">The workflow.</param>
    /// <param name="params">What its nodes see as <see cref="WorkflowContext{TParams}.Params"/>, through JSON.</param>
    /// <param name="label">The variant, at most 100 characters; null for none.</param>
    /// <exception cref="CanoConfigurationException"><paramref name="params"/> can't be kept whole; the message names type and member (code
    /// <c>unstorable-value</c>).</exception>
    public ConcurrentWorkflowInstance(string id, WorkflowKey<TState, TParams> workflow, TParams @params, string? label = null)
        : base(id, NotNull(workflow), label, ValueJson.Write(@params, ValuePlace.ParamsOf(id), compact: true)) => Params = @params;

    /// <summary>What its nodes see; <c>default</c> when it was left out.</summary>
    public TParams? Params { get; }

    private static WorkflowKey<TState, TParams> NotNull(WorkflowKey<TState, TParams> workflow)
    {
        ArgumentNullException.ThrowIfNull(workflow);
        return workflow;
    }
}
