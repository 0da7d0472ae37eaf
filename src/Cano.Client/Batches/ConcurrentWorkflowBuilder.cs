namespace Cano;

/// <summary>Makes a <see cref="ConcurrentWorkflow{TState}"/> and checks it. Not safe for concurrent use.</summary>
/// <typeparam name="TState">The enum that lists the states of the batch's workflows.</typeparam>
public sealed class ConcurrentWorkflowBuilder<TState>
    where TState : struct, Enum
{
    private readonly ConcurrentTimeout _timeout;
    private readonly List<ConcurrentWorkflowInstance<TState>> _instances = [];
    private string? _id;
    private string? _name;
    private int? _maxConcurrency;
    private IWorkflowStore? _sharedStore;

    /// <summary>Begins a batch.</summary>
    /// <param name="timeout">The strategy.</param>
    public ConcurrentWorkflowBuilder(ConcurrentTimeout timeout)
    {
        ArgumentNullException.ThrowIfNull(timeout);
        _timeout = timeout;
    }

    /// <summary>Adds an instance.</summary>
    /// <param name="instance">The instance.</param>
    /// <returns>This builder.</returns>
    public ConcurrentWorkflowBuilder<TState> AddInstance(ConcurrentWorkflowInstance<TState> instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        _instances.Add(instance);
        return this;
    }

    /// <summary>Adds instances.</summary>
    /// <param name="instances">The instances, in order.</param>
    /// <returns>This builder.</returns>
    public ConcurrentWorkflowBuilder<TState> AddInstances(IEnumerable<ConcurrentWorkflowInstance<TState>> instances)
    {
        ArgumentNullException.ThrowIfNull(instances);
        foreach (ConcurrentWorkflowInstance<TState> instance in instances)
        {
            AddInstance(instance);
        }

        return this;
    }

    /// <summary>
    /// Sets the batch's id, which makes its start idempotent across processes. Without it every <see cref="Build"/> makes a new one.
    /// </summary>
    /// <param name="id">1 to 200 characters of <c>[A-Za-z0-9._:-]</c>.</param>
    /// <returns>This builder.</returns>
    public ConcurrentWorkflowBuilder<TState> WithId(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        _id = id;
        return this;
    }

    /// <summary>Sets the batch's name, for people.</summary>
    /// <param name="name">At most 200 characters.</param>
    /// <returns>This builder.</returns>
    public ConcurrentWorkflowBuilder<TState> WithName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        _name = name;
        return this;
    }

    /// <summary>Limits how many of the batch's instances run at once. Without it only the limits of the silos hold.</summary>
    /// <param name="maxConcurrency">1 or more.</param>
    /// <returns>This builder.</returns>
    public ConcurrentWorkflowBuilder<TState> WithMaxConcurrency(int maxConcurrency)
    {
        _maxConcurrency = maxConcurrency;
        return this;
    }

    /// <summary>Gives the batch's shared store values to begin with. Without it, it begins empty.</summary>
    /// <param name="values">The values, copied through JSON when the batch is started; at most 100,000 bytes of JSON.</param>
    /// <returns>This builder.</returns>
    public ConcurrentWorkflowBuilder<TState> WithSharedStore(IWorkflowStore values)
    {
        ArgumentNullException.ThrowIfNull(values);
        _sharedStore = values;
        return this;
    }

    /// <summary>Makes the batch and checks what can be known without a silo.</summary>
    /// <returns>The batch.</returns>
    /// <exception cref="CanoConfigurationException">
    /// There are no instances, or more than 1,000,000; two have the same id; an id is not of its form; a quota or the limit of concurrency
    /// is less than 1; a duration is not more than zero, or more than 365 days; a name or label is too long or has NUL in it.
    /// <see cref="CanoException.Code"/> says which.
    /// </exception>
    public ConcurrentWorkflow<TState> Build()
    {
        ConcurrentWorkflow<TState> batch = new(_timeout) { Id = _id ?? BatchSubmission.NewId(), Name = _name, MaxConcurrency = _maxConcurrency, SharedStore = _sharedStore };
        batch.AddInstances(_instances);
        SubmissionRules.Check(batch.Submission(store: null));
        return batch;
    }
}
