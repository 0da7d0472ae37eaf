namespace Cano;

/// <summary>
/// A batch: instances that run side by side until the strategy stops them. One object is one batch: its id is fixed when it is made, so
/// starting it again, from this process or another, answers with the same batch.
/// </summary>
/// <remarks>
/// Not safe for concurrent changes. It can't be changed any more once it was started. Made directly or with
/// <see cref="ConcurrentWorkflowBuilder{TState}"/>, which checks it at once.
/// </remarks>
/// <typeparam name="TState">The enum that lists the states of its workflows.</typeparam>
public sealed class ConcurrentWorkflow<TState>
    where TState : struct, Enum
{
    private readonly List<ConcurrentWorkflowInstance<TState>> _instances = [];
    private volatile bool _started;

    /// <summary>Makes a batch without instances.</summary>
    /// <param name="timeout">The strategy. Checked when the batch is started.</param>
    public ConcurrentWorkflow(ConcurrentTimeout timeout)
    {
        ArgumentNullException.ThrowIfNull(timeout);
        Timeout = timeout;
    }

    /// <summary>Its id: 1 to 200 characters of <c>[A-Za-z0-9._:-]</c>. Starting the same id and content again is the same batch.</summary>
    /// <value>A new Guid (version 7), unless one was given.</value>
    public string Id { get; init; } = BatchSubmission.NewId();

    /// <summary>Its name, for people; at most 200 characters. Not part of the content that makes two starts the same.</summary>
    /// <value>Null: none.</value>
    public string? Name { get; init; }

    /// <summary>How many of its instances run at once; 1 or more.</summary>
    /// <value>Null: no limit of its own; that of the silos holds.</value>
    public int? MaxConcurrency { get; init; }

    /// <summary>
    /// What the batch's shared store (<see cref="WorkflowContext{TParams}.SharedStore"/>) begins with, copied through JSON when the batch
    /// is started; at most 100,000 bytes of JSON. Part of the content.
    /// </summary>
    /// <value>Null: it begins empty.</value>
    public IWorkflowStore? SharedStore { get; init; }

    /// <summary>The strategy.</summary>
    public ConcurrentTimeout Timeout { get; }

    /// <summary>The instances, in the order in which they were added; results come in this order.</summary>
    public IReadOnlyList<ConcurrentWorkflowInstance<TState>> Instances => _instances;

    /// <summary>Adds an instance.</summary>
    /// <param name="instance">The instance; its id must differ from those of the others, which is checked when the batch is
    /// started.</param>
    /// <returns>This batch.</returns>
    /// <exception cref="CanoConfigurationException">The batch was started (code <c>already-started</c>).</exception>
    public ConcurrentWorkflow<TState> AddInstance(ConcurrentWorkflowInstance<TState> instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        ThrowIfStarted();
        _instances.Add(instance);
        return this;
    }

    /// <summary>Adds instances.</summary>
    /// <param name="instances">The instances, in order.</param>
    /// <returns>This batch.</returns>
    /// <exception cref="CanoConfigurationException">The batch was started (code <c>already-started</c>).</exception>
    public ConcurrentWorkflow<TState> AddInstances(IEnumerable<ConcurrentWorkflowInstance<TState>> instances)
    {
        ArgumentNullException.ThrowIfNull(instances);
        foreach (ConcurrentWorkflowInstance<TState> instance in instances)
        {
            AddInstance(instance);
        }

        return this;
    }

    /// <summary>Starts the batch and waits until every outcome is final.</summary>
    /// <param name="client">An Orleans client, or the grain factory of a silo.</param>
    /// <param name="store">What each instance's store begins with, copied through JSON; null for an empty one. Part of the content.</param>
    /// <param name="cancellationToken">
    /// Cancels the batch, wherever it stands: what is not final becomes Cancelled. The call then ends once the stop is durable, or after
    /// 2 s if the cluster does not confirm it by then;
    /// the batch is still asked to stop for 30 s in all, while this process runs. Cancelled before the call that makes the batch exist,
    /// nothing is started.
    /// </param>
    /// <returns>The results of all instances.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.
    /// It has an inner exception when the stop of the batch was not confirmed, so that it may still be running.</exception>
    /// <exception cref="HostStoppedException">The host of <paramref name="client"/> has stopped; the batch, if it was started, is not
    /// affected.</exception>
    /// <exception cref="CanoConfigurationException">
    /// The batch is not valid; nothing was sent. Or a silo refused the params of instances, which do not fit their workflow (code
    /// <c>invalid-params</c>;
    /// <see cref="CanoConfigurationException.Faults"/> has all of a partition's); nothing is kept of it.
    /// </exception>
    /// <exception cref="WorkflowNotRegisteredException">No silo knows one of its workflows; nothing was stored.</exception>
    /// <exception cref="BatchConflictException">Its id is taken by a batch with other content.</exception>
    /// <exception cref="BatchPurgedException">A batch of this id was purged.</exception>
    public async Task<ConcurrentWorkflowResults<TState>> OrchestrateAsync(
        IGrainFactory client, IWorkflowStore? store = null, CancellationToken cancellationToken = default)
    {
        BatchStart start = Begin(client, store, cancellationToken, out BatchRun run);
        try
        {
            await start.RunAsync(cancellationToken).ConfigureAwait(false);
            return await new ConcurrentWorkflowRun<TState>(run).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && start.MayExist)
        {
            throw await new BatchCancellation(start, run).CancelAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Starts the batch. When this returns, it survives the loss of every silo.</summary>
    /// <param name="client">An Orleans client, or the grain factory of a silo.</param>
    /// <param name="store">What each instance's store begins with, copied through JSON; null for an empty one. Part of the content.</param>
    /// <param name="cancellationToken">
    /// Gives the start up, at once. Nothing is started unless the last call was under way, the one that makes the batch exist: it may
    /// still be carried out, as the exception's message says then.
    /// Starting the same again joins such a batch, and <see cref="ConcurrentWorkflowRun.Attach"/> reaches it, to cancel it for example.
    /// <see cref="OrchestrateAsync"/> does that by itself.
    /// </param>
    /// <returns>The run.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <exception cref="HostStoppedException">The host of <paramref name="client"/> has stopped; whether the batch was started is
    /// unknown.</exception>
    /// <exception cref="CanoConfigurationException">
    /// The batch is not valid; nothing was sent. Or a silo refused the params of instances, which do not fit their workflow (code
    /// <c>invalid-params</c>;
    /// <see cref="CanoConfigurationException.Faults"/> has all of a partition's); nothing is kept of it.
    /// </exception>
    /// <exception cref="WorkflowNotRegisteredException">No silo knows one of its workflows; nothing was stored.</exception>
    /// <exception cref="BatchConflictException">Its id is taken by a batch with other content.</exception>
    /// <exception cref="BatchPurgedException">A batch of this id was purged.</exception>
    public async Task<ConcurrentWorkflowRun<TState>> StartAsync(
        IGrainFactory client, IWorkflowStore? store = null, CancellationToken cancellationToken = default)
    {
        BatchStart start = Begin(client, store, cancellationToken, out BatchRun run);
        await start.RunAsync(cancellationToken).ConfigureAwait(false);
        return new ConcurrentWorkflowRun<TState>(run);
    }

    internal BatchSubmission Submission(byte[]? store) => new()
    {
        Id = Id,
        Timeout = Timeout,
        Name = Name,
        MaxConcurrency = MaxConcurrency,
        Store = store,
        SharedStore = StoreJson.Write(SharedStore, "shared store", "$.sharedStore"),
        Instances = _instances.ConvertAll(i => i.Spec),
    };

    private BatchStart Begin(IGrainFactory client, IWorkflowStore? store, CancellationToken cancellationToken, out BatchRun run)
    {
        ArgumentNullException.ThrowIfNull(client);
        cancellationToken.ThrowIfCancellationRequested();
        PreparedBatch batch = PreparedBatch.From(Submission(StoreJson.Write(store)), cancellationToken);
        _started = true;
        BatchClient starter = new(client);
        run = starter.Open(Id);
        return starter.Begin(batch);
    }

    private void ThrowIfStarted()
    {
        if (_started)
        {
            throw new CanoConfigurationException(
                ErrorCodes.AlreadyStarted, $"The batch '{Id}' was started and can't be changed any more. Make another one for more instances.");
        }
    }
}
