using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cano;

/// <summary>A definition made ready to run: states as a table, node configs read.</summary>
internal sealed class WorkflowProgram<TState, TParams> : IWorkflowProgram
    where TState : struct, Enum
{
    private readonly IServiceProvider _services;
    private readonly CanoOptions _options;
    private readonly StateTable<TState, ProgramState<TState, TParams>> _states;
    private readonly Dictionary<string, ProgramState<TState, TParams>> _byName;
    private readonly ProgramState<TState, TParams> _start;
    private readonly int _nodes;
    private readonly int _sources;
    private readonly FailureLog? _failures;

    /// <summary>Compiles a definition.</summary>
    /// <exception cref="CanoConfigurationException">A node type can't be made or its config is not valid; every fault is named (code
    /// <c>invalid-definition</c>).</exception>
    internal WorkflowProgram(WorkflowDefinition<TState, TParams> definition, IServiceProvider services, TimeProvider timeProvider, CanoOptions options)
    {
        _services = services;
        _options = options;
        TimeProvider = timeProvider;
        ILoggerFactory loggers = services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
        Logger = loggers.CreateLogger(FailureLog.Category);
        Metrics = services.GetService<CanoMetrics>();
        _failures = services.GetService<FailureLog>();
        Name = definition.Key.Name;
        StepLimit = definition.StepLimit;

        Dictionary<TState, ProgramState<TState, TParams>> states = [];
        IReadOnlyList<NodeConfig> configs = NodeConfigs.Read(definition, services);
        for (int i = 0; i < definition.Nodes.Count; i++)
        {
            NodeRegistration<TState, TParams> node = definition.Nodes[i];
            NodeSource? source = NodeSource.Of(node, services);
            ILogger logger = loggers.CreateLogger(CategoryOf(node));
            states.Add(
                node.State, ProgramState<TState, TParams>.WithNode(node, configs[i], source, source is null ? -1 : _sources++, logger));
        }

        foreach (TState exit in definition.ExitStates)
        {
            states.Add(exit, ProgramState<TState, TParams>.Exit(exit));
        }

        foreach (TState failure in definition.FailureStates)
        {
            states.Add(failure, ProgramState<TState, TParams>.FailureExit(failure));
        }

        _states = new(states);
        _byName = states.Values.ToDictionary(state => state.Name, StringComparer.Ordinal);
        _start = states[definition.Start];
        _nodes = definition.Nodes.Count;
        States = [.. Enum.GetValues<TState>().Where(states.ContainsKey).Concat(states.Keys).Distinct().Select(state => states[state].Name)];
        ExitStates = [.. definition.ExitStates.Select(exit => states[exit].Name)];
        FailureStates = [.. definition.FailureStates.Select(failure => states[failure].Name)];
    }

    public string Name { get; }

    public IReadOnlyList<string> States { get; }

    public IReadOnlyList<string> ExitStates { get; }

    public IReadOnlyList<string> FailureStates { get; }

    public string Start => _start.Name;

    internal long StepLimit { get; }

    internal int MaxOutputBytes => _options.MaxOutputBytes;

    internal TimeProvider TimeProvider { get; }

    internal ILogger Logger { get; }

    /// <summary>Null outside a silo.</summary>
    internal CanoMetrics? Metrics { get; }

    public IReadOnlyList<SubmissionFault> CheckParams(byte[] @params, string path) => ParamsJson.Read<TParams>(@params, path, out _);

    public async ValueTask<InstanceOutcome> RunAsync(InstanceExecution execution, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        execution.Control?.ThrowIfOver();
        DateTimeOffset startedAt = execution.Resume?.StartedAt ?? TimeProvider.GetUtcNow();
        if (Prepare(execution, startedAt, out WorkflowRun<TState, TParams>? run) is { } error)
        {
            LogFailure(execution.BatchId, execution.InstanceId, error, exception: null);
            return Failed(error, startedAt);
        }

        return await run!.RunAsync(cancellationToken);
    }

    /// <summary>Runs one instance from its start with params and a store that are objects already, without checkpoints.</summary>
    internal ValueTask<InstanceOutcome> RunAsync(
        WorkflowContext<TParams> context, byte[]? @params, bool keepPath, CancellationToken cancellationToken)
    {
        RunPath path = NewPath(resumedAfter: null);
        WorkflowRun<TState, TParams> run =
            new(this, context, _start, new(@params, TimeProvider.GetUtcNow()), progress: null, path, keepPath, keepStack: true, control: null);
        return run.RunAsync(cancellationToken);
    }

    internal ProgramState<TState, TParams>? Find(TState state) => _states.Find(state);

    internal RunScope<TState, TParams> NewScope() => new(_services, _sources);

    internal InstanceOutcome Failed(WorkflowError error, DateTimeOffset startedAt, InstancePath? path = null) =>
        new() { Error = error, StartedAt = startedAt, FinishedAt = FinishedAt(startedAt), Path = path };

    internal InstanceOutcome Completed(ProgramState<TState, TParams> exit, byte[]? output, DateTimeOffset startedAt, InstancePath? path) =>
        new()
        {
            FinalState = exit.Name,
            Output = output,
            StartedAt = startedAt,
            FinishedAt = FinishedAt(startedAt),
            Path = path,
        };

    /// <summary>An instance failed for good.</summary>
    internal void LogFailure(string batchId, string instanceId, WorkflowError error, Exception? exception)
    {
        if (_failures is not null)
        {
            _failures.Add(batchId, instanceId, Name, error, exception);
        }
        else
        {
            FailureLog.Write(Logger, batchId, instanceId, Name, error, exception);
        }
    }

    /// <summary>Whether another attempt follows one that threw this, if there are retries left.</summary>
    internal bool IsRetried(ProgramState<TState, TParams> state, Exception exception)
    {
        try
        {
            return state.Config.Retry.IsRetried?.Invoke(exception) ?? true;
        }
        catch (Exception thrown)
        {
            Logger.RetryFilterThrew(thrown, state.Name, Name);
            return false;
        }
    }

    /// <summary>The scope that all loggers are in during an attempt; null where no provider takes scopes: then nothing is made.</summary>
    internal IDisposable? BeginLogScope(ProgramState<TState, TParams> state, WorkflowContext<TParams> context) =>
        state.Logger.BeginScope(new AttemptLogScope(context.BatchId, context.InstanceId, Name, state.Name, context.Attempt));

    internal void EndLogScope(IDisposable scope, ProgramState<TState, TParams> state)
    {
        try
        {
            scope.Dispose();
        }
        catch (Exception exception)
        {
            Logger.LogScopeThrew(exception, state.Name, Name);
        }
    }

    internal WorkflowError ReachedFailureState(ProgramState<TState, TParams> state) => Failure.Of(
        WorkflowErrorKinds.FailureState, $"The instance reached {state.Name}, which is a failure state of workflow '{Name}'.", state.Name);

    internal WorkflowError StepLimitReached(ProgramState<TState, TParams> at) => Failure.Of(
        WorkflowErrorKinds.StepLimit,
        string.Create(
            CultureInfo.InvariantCulture,
            $"The instance made {StepLimit:N0} transitions without reaching an exit state, which is the limit of workflow '{Name}'. If that is meant, raise it with WithStepLimit."),
        at.Name);

    internal WorkflowError NoNodeFor(TState next, ProgramState<TState, TParams> from) => Failure.Of(
        WorkflowErrorKinds.NoNodeForState,
        $"{from.NodeName} in state {from.Name} of workflow '{Name}' moved to {next}, which " + (StateNames<TState>.IsMember(next)
            ? "has neither a node nor is it an exit state. Register a node for it, or add it to the exit states."
            : $"is no member of {typeof(TState).Name}."),
        next.ToString());

    /// <summary>The state of a saved name: its own, or another name of the same value.</summary>
    private ProgramState<TState, TParams>? FindSaved(string name) =>
        _byName.TryGetValue(name, out ProgramState<TState, TParams>? state) ? state
        : StateNames<TState>.TryGet(name, out TState value) ? _states.Find(value)
        : null;

    /// <summary>What the loggers of a node are called.</summary>
    private string CategoryOf(NodeRegistration<TState, TParams> node) =>
        (node.NodeType ?? node.Instance?.GetType())?.FullName ?? $"{Name}.{node.State}";

    private RunPath NewPath(TimeSpan? resumedAfter, bool isShared = false) => new(TimeProvider, _nodes, resumedAfter, isShared);

    private DateTimeOffset FinishedAt(DateTimeOffset startedAt)
    {
        DateTimeOffset now = TimeProvider.GetUtcNow();
        return now > startedAt ? now : startedAt;
    }

    private WorkflowError? Prepare(InstanceExecution execution, DateTimeOffset startedAt, out WorkflowRun<TState, TParams>? run)
    {
        run = null;
        if (InstanceInput.ReadParams(execution.Params, out TParams @params) is { } unfitParams)
        {
            return unfitParams;
        }

        if (InstanceInput.ReadStore(execution, out MemoryStore store) is { } unfitStore)
        {
            return unfitStore;
        }

        WorkflowContext<TParams> context =
            new(@params, store, execution.SharedStore, execution.InstanceId, execution.BatchId) { MaxOutputBytes = MaxOutputBytes };
        ProgramState<TState, TParams> at = _start;
        RunStart start = new(execution.Params, startedAt);
        if (execution.Resume is { } resume)
        {
            if (FindSaved(resume.State) is not { } saved || resume.Attempt < 1 || resume.Steps < 0)
            {
                return Failure.Of(
                    WorkflowErrorKinds.InvalidCheckpoint,
                    $"The checkpoint (state {resume.State}, attempt {resume.Attempt}, {resume.Steps} transitions) does not fit workflow '{Name}' as it is registered now: "
                    + $"its states are {string.Join(", ", States)}.",
                    resume.State);
            }

            at = saved;
            if (InstanceInput.ReadOutput(resume, out byte[]? output) is { } unfitOutput)
            {
                return unfitOutput;
            }

            start = new(execution.Params, startedAt, resume.Steps, resume.Attempt, output);
        }

        RunProgress? progress = execution.Checkpoints is { } sink ? new(sink, store, _options.CheckpointInterval, TimeProvider) : null;
        bool isShared = execution is { KeepPath: true, Control: not null };
        RunPath path = NewPath(execution.Resume is null ? null : TimeProvider.GetUtcNow() - startedAt, isShared);
        if (isShared)
        {
            execution.Control!.Path = path;
        }

        run = new(this, context, at, start, progress, path, execution.KeepPath, execution.KeepStack, execution.Control);
        return null;
    }
}
