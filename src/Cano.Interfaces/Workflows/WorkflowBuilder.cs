using Microsoft.Extensions.DependencyInjection;

namespace Cano;

/// <summary>
/// Collects what a workflow is made of. Everything is checked at once when the definition is made, and every fault is named.
/// </summary>
/// <typeparam name="TState">The enum that lists the workflow's states.</typeparam>
/// <typeparam name="TParams">What each instance is given.</typeparam>
public sealed class WorkflowBuilder<TState, TParams>
    where TState : struct, Enum
{
    private readonly WorkflowKey<TState, TParams> _key;
    private readonly List<NodeRegistration<TState, TParams>> _nodes = [];
    private readonly List<TState> _exits = [];
    private readonly List<TState> _failures = [];
    private readonly List<string> _unreadableConfigs = [];
    private Exception? _configFault;
    private readonly List<TState> _starts = [];
    private long _stepLimit = WorkflowDefinition.DefaultStepLimit;

    internal WorkflowBuilder(WorkflowKey<TState, TParams> key) => _key = key;

    /// <summary>Says in which state every instance begins.</summary>
    /// <param name="state">A state with a node, or an exit state.</param>
    /// <returns>This builder.</returns>
    public WorkflowBuilder<TState, TParams> Start(TState state)
    {
        _starts.Add(state);
        return this;
    }

    /// <summary>
    /// Registers a node type for a state. Each run of an instance makes an object of it when it first enters the state, with what its
    /// constructor asks for from the run's dependency injection scope, and disposes of it at its end. A type registered for two states is
    /// two objects. After an attempt that failed all of a run's node objects, and its scope, are made anew.
    /// </summary>
    /// <typeparam name="TNode">
    /// The node. It need not be a service; if the services know it, they make it, and their lifetime says which states share an object.
    /// </typeparam>
    /// <param name="state">The state in which it runs.</param>
    /// <returns>This builder.</returns>
    public WorkflowBuilder<TState, TParams> RegisterNode<TNode>(TState state)
        where TNode : Node<TState, TParams>
    {
        _nodes.Add(new(state, typeof(TNode).Name, NodeType: typeof(TNode), Instance: null, Lambda: null, Config: null));
        return this;
    }

    /// <summary>Registers one node object for a state; all runs share it, so it must be safe for concurrent use.</summary>
    /// <param name="state">The state in which it runs.</param>
    /// <param name="node">The node.</param>
    /// <returns>This builder.</returns>
    public WorkflowBuilder<TState, TParams> RegisterNode(TState state, Node<TState, TParams> node)
    {
        ArgumentNullException.ThrowIfNull(node);
        _nodes.Add(new(state, node.GetType().Name, NodeType: null, node, Lambda: null, ConfigOf(node)));
        return this;
    }

#pragma warning disable RS0026 // These overloads differ in how many parameters the function has, which no optional argument can blur.
    /// <summary>Registers a function as the node of a state.</summary>
    /// <param name="state">The state in which it runs.</param>
    /// <param name="node">Does the work and names the next state.</param>
    /// <param name="config">How it is retried and timed out; <see cref="NodeConfig.Default"/> if left out.</param>
    /// <returns>This builder.</returns>
    public WorkflowBuilder<TState, TParams> RegisterNode(
        TState state, Func<WorkflowContext<TParams>, CancellationToken, ValueTask<TState>> node, NodeConfig? config = null)
    {
        ArgumentNullException.ThrowIfNull(node);
        _nodes.Add(new(state, $"the function for {state}", NodeType: null, Instance: null, node, config ?? NodeConfig.Default));
        return this;
    }

    /// <summary>
    /// Registers a function as the node of a state, with a service that it needs: one of the scope that its other nodes' dependencies come
    /// from. That the service is there is checked when the silo starts.
    /// </summary>
    /// <typeparam name="TService">A service that it needs.</typeparam>
    /// <param name="state">The state in which it runs.</param>
    /// <param name="node">Does the work and names the next state.</param>
    /// <param name="config">How it is retried and timed out; <see cref="NodeConfig.Default"/> if left out.</param>
    /// <returns>This builder.</returns>
    public WorkflowBuilder<TState, TParams> RegisterNode<TService>(
        TState state, Func<WorkflowContext<TParams>, TService, CancellationToken, ValueTask<TState>> node, NodeConfig? config = null)
        where TService : notnull
    {
        ArgumentNullException.ThrowIfNull(node);
        return Register(state, config ?? NodeConfig.Default, services =>
        {
            TService service = services.GetRequiredService<TService>();
            return new LambdaNode<TState, TParams>((context, cancellationToken) => node(context, service, cancellationToken));
        });
    }

    /// <summary>Registers a function as the node of a state, with two services that it needs.</summary>
    /// <typeparam name="TService1">A service that it needs.</typeparam>
    /// <typeparam name="TService2">A service that it needs.</typeparam>
    /// <param name="state">The state in which it runs.</param>
    /// <param name="node">Does the work and names the next state.</param>
    /// <param name="config">How it is retried and timed out; <see cref="NodeConfig.Default"/> if left out.</param>
    /// <returns>This builder.</returns>
    public WorkflowBuilder<TState, TParams> RegisterNode<TService1, TService2>(
        TState state, Func<WorkflowContext<TParams>, TService1, TService2, CancellationToken, ValueTask<TState>> node, NodeConfig? config = null)
        where TService1 : notnull
        where TService2 : notnull
    {
        ArgumentNullException.ThrowIfNull(node);
        return Register(state, config ?? NodeConfig.Default, services =>
        {
            TService1 service1 = services.GetRequiredService<TService1>();
            TService2 service2 = services.GetRequiredService<TService2>();
            return new LambdaNode<TState, TParams>((context, cancellationToken) => node(context, service1, service2, cancellationToken));
        });
    }

    /// <summary>Registers a function as the node of a state, with three services that it needs.</summary>
    /// <typeparam name="TService1">A service that it needs.</typeparam>
    /// <typeparam name="TService2">A service that it needs.</typeparam>
    /// <typeparam name="TService3">A service that it needs.</typeparam>
    /// <param name="state">The state in which it runs.</param>
    /// <param name="node">Does the work and names the next state.</param>
    /// <param name="config">How it is retried and timed out; <see cref="NodeConfig.Default"/> if left out.</param>
    /// <returns>This builder.</returns>
    public WorkflowBuilder<TState, TParams> RegisterNode<TService1, TService2, TService3>(
        TState state, Func<WorkflowContext<TParams>, TService1, TService2, TService3, CancellationToken, ValueTask<TState>> node, NodeConfig? config = null)
        where TService1 : notnull
        where TService2 : notnull
        where TService3 : notnull
    {
        ArgumentNullException.ThrowIfNull(node);
        return Register(state, config ?? NodeConfig.Default, services =>
        {
            TService1 service1 = services.GetRequiredService<TService1>();
            TService2 service2 = services.GetRequiredService<TService2>();
            TService3 service3 = services.GetRequiredService<TService3>();
            return new LambdaNode<TState, TParams>((context, cancellationToken) => node(context, service1, service2, service3, cancellationToken));
        });
    }
#pragma warning restore RS0026

    /// <summary>
    /// Registers how the node of a state is made, for one that takes more than services: what it takes from the run's scope, the function
    /// gets there itself. It is called once when the silo starts, for the node's config, and once for each run that enters the state; the
    /// node is disposed of when the run ends.
    /// </summary>
    /// <param name="state">The state in which it runs.</param>
    /// <param name="factory">Makes a new node from the run's services.</param>
    /// <returns>This builder.</returns>
    public WorkflowBuilder<TState, TParams> RegisterNode(TState state, Func<IServiceProvider, Node<TState, TParams>> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return Register(state, config: null, factory);
    }

    /// <summary>Names a state in which an instance is Completed.</summary>
    /// <param name="state">The state.</param>
    /// <returns>This builder.</returns>
    public WorkflowBuilder<TState, TParams> AddExitState(TState state)
    {
        _exits.Add(state);
        return this;
    }

    /// <summary>Names the states in which an instance is Completed.</summary>
    /// <param name="states">The states.</param>
    /// <returns>This builder.</returns>
    public WorkflowBuilder<TState, TParams> AddExitStates(params TState[] states)
    {
        ArgumentNullException.ThrowIfNull(states);
        _exits.AddRange(states);
        return this;
    }

    /// <summary>
    /// Names terminal states that are no success: an instance that reaches one is Failed with kind <c>failure-state</c>, and that state as
    /// its final state. It is not retried, and never counts toward a quota. For failures of the business, which no exception stands for.
    /// </summary>
    /// <param name="states">The states.</param>
    /// <returns>This builder.</returns>
    public WorkflowBuilder<TState, TParams> AddFailureStates(params TState[] states)
    {
        ArgumentNullException.ThrowIfNull(states);
        _failures.AddRange(states);
        return this;
    }

    /// <summary>Says after how many transitions an instance is taken for a runaway and fails with kind <c>step-limit</c>.</summary>
    /// <param name="transitions">1 or more; 1,000,000 if this is never called.</param>
    /// <returns>This builder.</returns>
    public WorkflowBuilder<TState, TParams> WithStepLimit(long transitions)
    {
        _stepLimit = transitions;
        return this;
    }

    internal WorkflowDefinition<TState, TParams> Build()
    {
        string[] faults =
        [
            .. new DefinitionFaults<TState, TParams>(_starts, _nodes, _exits, _failures, _unreadableConfigs, _stepLimit).Find(),
        ];
        if (faults.Length > 0)
        {
            throw new CanoConfigurationException(
                ErrorCodes.InvalidDefinition,
                $"The definition of workflow '{_key.Name}' has {(faults.Length == 1 ? "a fault" : $"{faults.Length} faults")}: {string.Join(' ', faults)}",
                innerException: _configFault);
        }

        return new(_key, _starts[0], [.. _nodes], [.. _exits.Distinct()], [.. _failures.Distinct()], _stepLimit);
    }

    /// <summary>Null, with the fault noted, if it can't be read: all faults are told together.</summary>
    private NodeConfig? ConfigOf(Node<TState, TParams> node)
    {
        try
        {
            return node.Config;
        }
        catch (Exception exception)
        {
            _configFault ??= exception;
            _unreadableConfigs.Add($"{node.GetType().Name}: reading its Config threw {exception.GetType().FullName}: {exception.Message}");
            return NodeConfig.Default;
        }
    }

    private WorkflowBuilder<TState, TParams> Register(TState state, NodeConfig? config, Func<IServiceProvider, Node<TState, TParams>> factory)
    {
        _nodes.Add(new(state, $"the function for {state}", NodeType: null, Instance: null, Lambda: null, config, factory));
        return this;
    }
}
