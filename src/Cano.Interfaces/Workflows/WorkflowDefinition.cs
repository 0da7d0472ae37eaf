namespace Cano;

/// <summary>Makes definitions. A silo does so through <c>AddWorkflow</c>; call it yourself to run one instance in a unit test.</summary>
public static class WorkflowDefinition
{
    /// <summary>After how many transitions an instance is taken for a runaway, unless its definition says otherwise.</summary>
    public const long DefaultStepLimit = 1_000_000;

    /// <summary>Makes and checks a definition.</summary>
    /// <typeparam name="TState">The enum that lists the workflow's states.</typeparam>
    /// <typeparam name="TParams">What each instance is given.</typeparam>
    /// <param name="key">The name it goes by.</param>
    /// <param name="configure">Says what it is made of.</param>
    /// <returns>The definition; it never changes.</returns>
    /// <exception cref="CanoConfigurationException">The definition has faults; the message names them all (code
    /// <c>invalid-definition</c>).</exception>
    public static WorkflowDefinition<TState, TParams> Create<TState, TParams>(
        WorkflowKey<TState, TParams> key, Action<WorkflowBuilder<TState, TParams>> configure)
        where TState : struct, Enum
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(configure);
        WorkflowBuilder<TState, TParams> builder = new(key);
        configure(builder);
        return builder.Build();
    }
}

/// <summary>A checked state machine: where it starts, what runs in each state, where it ends.</summary>
/// <typeparam name="TState">The enum that lists the workflow's states.</typeparam>
/// <typeparam name="TParams">What each instance is given.</typeparam>
public sealed class WorkflowDefinition<TState, TParams>
    where TState : struct, Enum
{
    internal WorkflowDefinition(
        WorkflowKey<TState, TParams> key,
        TState start,
        IReadOnlyList<NodeRegistration<TState, TParams>> nodes,
        IReadOnlyList<TState> exitStates,
        IReadOnlyList<TState> failureStates,
        long stepLimit)
    {
        Key = key;
        Start = start;
        Nodes = nodes;
        ExitStates = exitStates;
        FailureStates = failureStates;
        StepLimit = stepLimit;
    }

    /// <summary>The name it goes by.</summary>
    public WorkflowKey<TState, TParams> Key { get; }

    /// <summary>The state in which every instance begins.</summary>
    public TState Start { get; }

    /// <summary>The states in which an instance is Completed, in the order given, without repeats.</summary>
    public IReadOnlyList<TState> ExitStates { get; }

    /// <summary>The states in which an instance is Failed with kind <c>failure-state</c>, in the order given, without repeats.</summary>
    public IReadOnlyList<TState> FailureStates { get; }

    /// <summary>After how many transitions an instance fails with kind <c>step-limit</c>.</summary>
    public long StepLimit { get; }

    internal IReadOnlyList<NodeRegistration<TState, TParams>> Nodes { get; }
}

/// <summary>What runs in a state: exactly one of the node type, the node object, the function and the factory is there.</summary>
/// <param name="State">The state.</param>
/// <param name="Name">What error messages call the node.</param>
/// <param name="NodeType">A type to get from dependency injection for each run; its config is read when the silo starts.</param>
/// <param name="Instance">An object that all runs share.</param>
/// <param name="Lambda">A function.</param>
/// <param name="Config">Null for a node type, and for a factory whose node says it.</param>
/// <param name="Factory">Makes the node of a run from the run's services.</param>
internal sealed record NodeRegistration<TState, TParams>(
    TState State,
    string Name,
    Type? NodeType,
    Node<TState, TParams>? Instance,
    Func<WorkflowContext<TParams>, CancellationToken, ValueTask<TState>>? Lambda,
    NodeConfig? Config,
    Func<IServiceProvider, Node<TState, TParams>>? Factory = null)
    where TState : struct, Enum;
