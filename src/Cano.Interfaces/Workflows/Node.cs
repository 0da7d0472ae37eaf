namespace Cano;

/// <summary>
/// One step of a workflow: what runs while the instance is in the state that the node is registered for. Derive from it for a node that is
/// one method, or from <see cref="Node{TState, TParams, TPrep, TExec}"/> for one in three phases.
/// </summary>
/// <remarks>
/// A node runs at least once: after a crash it may run again from its start, side effects included. Objects of a node type are made for
/// each run of a workflow instance in a dependency injection scope of its own, so scoped services work and nothing needs to be thread-safe.
/// An attempt that failed leaves nothing behind in Cano: what it changed in the store and its output are undone, and the next attempt has
/// new node objects from a new scope. What it has done elsewhere, the shared store included, stays. A node awaits all that it begins: what
/// still runs after it has returned can change neither store nor output.
/// A silo runs nodes on threads of their own, so a node may block its thread. After an await with <c>ConfigureAwait(false)</c> it is on the
/// thread pool, where it should not block. Each attempt begins in the same, empty context: what another node or the starter set (culture,
/// <c>AsyncLocal</c>, <c>RequestContext</c>) is not seen, and what a node does to its thread (name, priority, an interrupt) is undone
/// before the next one. Values in thread statics are not: they are shared by all.
/// </remarks>
/// <typeparam name="TState">The enum that lists the workflow's states.</typeparam>
/// <typeparam name="TParams">What each instance is given.</typeparam>
public abstract class Node<TState, TParams>
    where TState : struct, Enum
{
    /// <summary>How the node is retried and timed out. Read once, when the definition is registered.</summary>
    /// <value><see cref="NodeConfig.Default"/>.</value>
    public virtual NodeConfig Config => NodeConfig.Default;

    /// <summary>One attempt: does the work and names the next state. What it throws makes the attempt fail.</summary>
    /// <param name="context">The run of this instance.</param>
    /// <param name="cancellationToken">Signalled when the instance is cancelled, or when this attempt has used up its time.</param>
    /// <returns>The next state: one with a node, or an exit state.</returns>
    public abstract ValueTask<TState> RunAsync(WorkflowContext<TParams> context, CancellationToken cancellationToken);
}

/// <summary>
/// A step in three phases, as in the Rust crate <c>cano</c>: <c>PrepAsync</c> reads what is needed, <c>ExecAsync</c> does the work without
/// touching the context, <c>PostAsync</c> stores the result and names the next state. A retry repeats all three.
/// </summary>
/// <typeparam name="TState">The enum that lists the workflow's states.</typeparam>
/// <typeparam name="TParams">What each instance is given.</typeparam>
/// <typeparam name="TPrep">What prep hands to exec.</typeparam>
/// <typeparam name="TExec">What exec hands to post.</typeparam>
public abstract class Node<TState, TParams, TPrep, TExec> : Node<TState, TParams>
    where TState : struct, Enum
{
    /// <summary>Gathers what the work needs, from the params and stores.</summary>
    /// <param name="context">The run of this instance.</param>
    /// <param name="cancellationToken">Signalled when the instance is cancelled, or when this attempt has used up its time.</param>
    /// <returns>What <see cref="ExecAsync"/> works on.</returns>
    public abstract ValueTask<TPrep> PrepAsync(WorkflowContext<TParams> context, CancellationToken cancellationToken);

    /// <summary>Does the work.</summary>
    /// <param name="prep">What <see cref="PrepAsync"/> returned.</param>
    /// <param name="cancellationToken">Signalled when the instance is cancelled, or when this attempt has used up its time.</param>
    /// <returns>What <see cref="PostAsync"/> stores or decides on.</returns>
    public abstract ValueTask<TExec> ExecAsync(TPrep prep, CancellationToken cancellationToken);

    /// <summary>Stores what came of it and names the next state.</summary>
    /// <param name="context">The run of this instance.</param>
    /// <param name="exec">What <see cref="ExecAsync"/> returned.</param>
    /// <param name="cancellationToken">Signalled when the instance is cancelled, or when this attempt has used up its time.</param>
    /// <returns>The next state: one with a node, or an exit state.</returns>
    public abstract ValueTask<TState> PostAsync(WorkflowContext<TParams> context, TExec exec, CancellationToken cancellationToken);

    /// <summary>One attempt: prep, exec, post.</summary>
    /// <inheritdoc/>
    public sealed override async ValueTask<TState> RunAsync(WorkflowContext<TParams> context, CancellationToken cancellationToken)
    {
        TPrep prep = await PrepAsync(context, cancellationToken);
        TExec exec = await ExecAsync(prep, cancellationToken);
        return await PostAsync(context, exec, cancellationToken);
    }
}
