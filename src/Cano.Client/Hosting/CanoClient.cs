namespace Cano;

/// <summary>
/// Batches on the cluster that a program's services are connected to, so that its classes need not know of Orleans. Safe for concurrent
/// use.
/// </summary>
/// <param name="grains">The Orleans client, or the grain factory of a silo.</param>
public sealed class CanoClient(IGrainFactory grains)
{
    /// <summary>
    /// Starts a batch and waits until every outcome is final: see <see cref="ConcurrentWorkflow{TState}.OrchestrateAsync"/>, also for what
    /// it throws.
    /// </summary>
    /// <typeparam name="TState">The enum that lists the states of its workflows.</typeparam>
    /// <param name="batch">The batch.</param>
    /// <param name="store">What each instance's store begins with; null for an empty one.</param>
    /// <param name="cancellationToken">Cancels the batch.</param>
    /// <returns>The results of all instances.</returns>
    public Task<ConcurrentWorkflowResults<TState>> OrchestrateAsync<TState>(
        ConcurrentWorkflow<TState> batch, IWorkflowStore? store = null, CancellationToken cancellationToken = default)
        where TState : struct, Enum
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.OrchestrateAsync(grains, store, cancellationToken);
    }

    /// <summary>
    /// Starts a batch; when this returns, it survives the loss of every silo: see <see cref="ConcurrentWorkflow{TState}.StartAsync"/>, also
    /// for what it throws.
    /// </summary>
    /// <typeparam name="TState">The enum that lists the states of its workflows.</typeparam>
    /// <param name="batch">The batch.</param>
    /// <param name="store">What each instance's store begins with; null for an empty one.</param>
    /// <param name="cancellationToken">Gives the start up at once; the batch may exist if its last call was under way.</param>
    /// <returns>The run.</returns>
    public Task<ConcurrentWorkflowRun<TState>> StartAsync<TState>(
        ConcurrentWorkflow<TState> batch, IWorkflowStore? store = null, CancellationToken cancellationToken = default)
        where TState : struct, Enum
    {
        ArgumentNullException.ThrowIfNull(batch);
        return batch.StartAsync(grains, store, cancellationToken);
    }

    /// <summary>Opens a batch by its id. Makes no call: see <see cref="ConcurrentWorkflowRun.Attach"/>.</summary>
    /// <typeparam name="TState">The enum that lists the states of its workflows.</typeparam>
    /// <param name="id">The batch's id.</param>
    /// <returns>The run.</returns>
    /// <exception cref="CanoConfigurationException"><paramref name="id"/> is not 1 to 200 characters of <c>[A-Za-z0-9._:-]</c> (code
    /// <c>invalid-id</c>).</exception>
    public ConcurrentWorkflowRun<TState> Attach<TState>(string id)
        where TState : struct, Enum => ConcurrentWorkflowRun.Attach<TState>(grains, id);
}
