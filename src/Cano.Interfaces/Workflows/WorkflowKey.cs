namespace Cano;

/// <summary>The name of a workflow whose states are <typeparamref name="TState"/>, whatever its params are.</summary>
/// <typeparam name="TState">The enum that lists the workflow's states.</typeparam>
public abstract class WorkflowKey<TState>
    where TState : struct, Enum
{
    private protected WorkflowKey(string name) => Name = Identifier.Require(name, "A workflow's name");

    /// <summary>The name that silos register and clients ask for: 1 to 200 characters of <c>[A-Za-z0-9._:-]</c>.</summary>
    public string Name { get; }

    /// <summary>The name.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;
}

/// <summary>
/// The typed name that both sides share: the silo registers a definition under it, the client starts instances of it.
/// </summary>
/// <typeparam name="TState">The enum that lists the workflow's states.</typeparam>
/// <typeparam name="TParams">What each instance is given; it travels as JSON (System.Text.Json, web defaults, enums as
/// strings).</typeparam>
public sealed class WorkflowKey<TState, TParams> : WorkflowKey<TState>
    where TState : struct, Enum
{
    /// <summary>Makes the key of a workflow.</summary>
    /// <param name="name">1 to 200 characters of <c>[A-Za-z0-9._:-]</c>.</param>
    /// <exception cref="CanoConfigurationException"><paramref name="name"/> is not of that form (code <c>invalid-id</c>).</exception>
    public WorkflowKey(string name)
        : base(name)
    {
    }
}
