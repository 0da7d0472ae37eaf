using System.Runtime.CompilerServices;

namespace Cano;

/// <summary>Makes instances of a workflow from its key.</summary>
public static class WorkflowKeyInstances
{
    /// <summary>Makes an instance without params: its nodes see <c>default</c>.</summary>
    /// <typeparam name="TState">The enum that lists the workflow's states.</typeparam>
    /// <typeparam name="TParams">What each instance is given.</typeparam>
    /// <param name="key">The workflow.</param>
    /// <param name="id">1 to 200 characters of <c>[A-Za-z0-9._:-]</c>, unique in its batch.</param>
    /// <returns>The instance.</returns>
    public static ConcurrentWorkflowInstance<TState, TParams> Instance<TState, TParams>(this WorkflowKey<TState, TParams> key, string id)
        where TState : struct, Enum => new(id, key);

    /// <summary>Makes an instance without params, of a variant: name the argument <c>label:</c>.</summary>
    /// <typeparam name="TState">The enum that lists the workflow's states.</typeparam>
    /// <typeparam name="TParams">What each instance is given.</typeparam>
    /// <param name="key">The workflow.</param>
    /// <param name="id">1 to 200 characters of <c>[A-Za-z0-9._:-]</c>, unique in its batch.</param>
    /// <param name="label">The variant, at most 100 characters; null for none.</param>
    /// <returns>The instance.</returns>
    [OverloadResolutionPriority(-1)] // An unnamed second argument is the params, also where these are a string.
    public static ConcurrentWorkflowInstance<TState, TParams> Instance<TState, TParams>(
        this WorkflowKey<TState, TParams> key, string id, string? label)
        where TState : struct, Enum => new(id, key, label: label);

    /// <summary>Makes an instance.</summary>
    /// <typeparam name="TState">The enum that lists the workflow's states.</typeparam>
    /// <typeparam name="TParams">What each instance is given.</typeparam>
    /// <param name="key">The workflow.</param>
    /// <param name="id">1 to 200 characters of <c>[A-Za-z0-9._:-]</c>, unique in its batch.</param>
    /// <param name="params">What its nodes see as <see cref="WorkflowContext{TParams}.Params"/>, through JSON.</param>
    /// <param name="label">The variant, at most 100 characters; null for none.</param>
    /// <returns>The instance.</returns>
    /// <exception cref="CanoConfigurationException"><paramref name="params"/> can't be written as JSON (code
    /// <c>invalid-value</c>).</exception>
    public static ConcurrentWorkflowInstance<TState, TParams> Instance<TState, TParams>(
        this WorkflowKey<TState, TParams> key, string id, TParams @params, string? label = null)
        where TState : struct, Enum => new(id, key, @params, label);
}
