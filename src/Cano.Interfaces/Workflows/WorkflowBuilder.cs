using Microsoft.Extensions.DependencyInjection;

namespace Cano;

/// <summary>Collects what a workflow is made of. Everything is checked at once when the definition is made, and every fault is named.</summary>
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
        string[] faults = [.. Faults()];
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

    private IEnumerable<string> Faults()
    {
        string enumName = typeof(TState).Name;
        if (_starts.Count == 0)
        {
            yield return "It has no start state; call Start(state).";
        }
        else if (_starts.Count > 1)
        {
            yield return $"Start was called {_starts.Count} times; call it once.";
        }

        foreach (TState state in _starts.Concat(_nodes.Select(node => node.State)).Concat(_exits).Concat(_failures).Distinct())
        {
            if (!StateNames<TState>.IsMember(state))
            {
                yield return $"{state} is no member of {enumName}.";
            }
        }

        foreach (IGrouping<TState, NodeRegistration<TState, TParams>> twice in _nodes.GroupBy(node => node.State).Where(group => group.Count() > 1))
        {
            yield return $"State {StateNames<TState>.Text(twice.Key)} has {twice.Count()} nodes ({string.Join(", ", twice.Select(node => node.Name))}); a state has one.";
        }

        if (_exits.Count == 0)
        {
            yield return "It has no exit state; call AddExitStates(...), or no instance could ever complete.";
        }

        foreach (TState both in _nodes.Select(node => node.State).Distinct().Intersect(_exits))
        {
            yield return $"State {StateNames<TState>.Text(both)} has a node and is an exit state; it can be only one of them.";
        }

        foreach (IGrouping<TState, TState> twice in _exits.GroupBy(exit => exit).Where(group => group.Count() > 1 && StateNames<TState>.Of(group.Key).Length > 1))
        {
            yield return $"Exit state {StateNames<TState>.Text(twice.Key)} is named {twice.Count()} times: these are names of one value.";
        }

        foreach (TState both in _nodes.Select(node => node.State).Distinct().Intersect(_failures))
        {
            yield return $"State {StateNames<TState>.Text(both)} has a node and is a failure state; it can be only one of them.";
        }

        foreach (TState both in _exits.Distinct().Intersect(_failures))
        {
            yield return $"State {StateNames<TState>.Text(both)} is an exit state and a failure state; it can be only one of them.";
        }

        if (_starts is [var start] && StateNames<TState>.IsMember(start) && !_exits.Contains(start) && !_failures.Contains(start) && !_nodes.Any(node => node.State.Equals(start)))
        {
            yield return $"The start state {start} has neither a node nor is it an exit state.";
        }

        foreach (string unreadable in _unreadableConfigs)
        {
            yield return unreadable;
        }

        foreach (NodeRegistration<TState, TParams> node in _nodes)
        {
            if (node is { Instance: not null, Config: null })
            {
                yield return $"{node.Name}: Config was null.";
            }
            else if (node.Config?.Fault() is { } fault)
            {
                yield return $"{node.Name}: {fault}";
            }
        }

        if (ValueFormat.Current.ContractOf(typeof(TParams)).Fault is { } lossy)
        {
            yield return $"The params ({TypeText.Of(typeof(TParams))}) can't be kept whole: {lossy} A converter must be configured before the workflow is added.";
        }

        if (_stepLimit < 1)
        {
            yield return $"The step limit was {_stepLimit}; it must be 1 or more.";
        }
    }
}
