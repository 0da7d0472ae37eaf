using System.Globalization;
using System.Text.Json;
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

    /// <summary>Compiles a definition.</summary>
    /// <exception cref="CanoConfigurationException">A node type can't be made or its config is not valid; every fault is named (code <c>invalid-definition</c>).</exception>
    internal WorkflowProgram(WorkflowDefinition<TState, TParams> definition, IServiceProvider services, TimeProvider timeProvider, CanoOptions options)
    {
        _services = services;
        _options = options;
        TimeProvider = timeProvider;
        Logger = services.GetService<ILoggerFactory>()?.CreateLogger("Cano.Workflows") ?? NullLogger.Instance;
        Metrics = services.GetService<CanoMetrics>();
        Name = definition.Key.Name;
        StepLimit = definition.StepLimit;

        Dictionary<TState, ProgramState<TState, TParams>> states = [];
        IReadOnlyList<NodeConfig> configs = NodeConfigs.Read(definition, services);
        for (int i = 0; i < definition.Nodes.Count; i++)
        {
            NodeRegistration<TState, TParams> node = definition.Nodes[i];
            NodeSource? source = NodeSource.Of(node, services);
            states.Add(node.State, ProgramState<TState, TParams>.WithNode(node, configs[i], source, source is null ? -1 : _sources++));
        }

        foreach (TState exit in definition.ExitStates)
        {
            states.Add(exit, ProgramState<TState, TParams>.Exit(exit));
        }

        _states = new(states);
        _byName = states.Values.ToDictionary(state => state.Name, StringComparer.Ordinal);
        _start = states[definition.Start];
        _nodes = definition.Nodes.Count;
        States = [.. Enum.GetValues<TState>().Where(states.ContainsKey).Distinct().Select(state => states[state].Name)];
        ExitStates = [.. definition.ExitStates.Select(exit => states[exit].Name)];
    }

    public string Name { get; }

    public IReadOnlyList<string> States { get; }

    public IReadOnlyList<string> ExitStates { get; }

    public string Start => _start.Name;

    internal long StepLimit { get; }

    internal TimeProvider TimeProvider { get; }

    internal ILogger Logger { get; }

    /// <summary>Null outside a silo.</summary>
    internal CanoMetrics? Metrics { get; }

    public async ValueTask<InstanceOutcome> RunAsync(InstanceExecution execution, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        execution.Control?.ThrowIfOver();
        DateTimeOffset startedAt = execution.Resume?.StartedAt ?? TimeProvider.GetUtcNow();
        return Prepare(execution, startedAt, out WorkflowRun<TState, TParams>? run) is { } error
            ? Failed(error, startedAt)
            : await run!.RunAsync(cancellationToken);
    }

    /// <summary>Runs one instance from its start with params and a store that are objects already, without checkpoints.</summary>
    internal ValueTask<InstanceOutcome> RunAsync(WorkflowContext<TParams> context, bool keepPath, CancellationToken cancellationToken)
    {
        RunPath path = NewPath(resumedAfter: null);
        WorkflowRun<TState, TParams> run =
            new(this, context, _start, steps: 0, TimeProvider.GetUtcNow(), progress: null, path, keepPath, control: null);
        return run.RunAsync(cancellationToken);
    }

    internal ProgramState<TState, TParams>? Find(TState state) => _states.Find(state);

    internal RunScope<TState, TParams> NewScope() => new(_services, _sources);

    internal InstanceOutcome Failed(WorkflowError error, DateTimeOffset startedAt, InstancePath? path = null) =>
        new() { Error = error, StartedAt = startedAt, FinishedAt = FinishedAt(startedAt), Path = path };

    internal InstanceOutcome Completed(ProgramState<TState, TParams> exit, WorkflowContext<TParams> context, DateTimeOffset startedAt, InstancePath? path) =>
        new()
        {
            FinalState = exit.Name,
            Output = context.OutputType is null ? null : OutputJson(context, exit.Name),
            StartedAt = startedAt,
            FinishedAt = FinishedAt(startedAt),
            Path = path,
        };

    /// <summary>The output as JSON.</summary>
    /// <exception cref="UnsavableProgressException">It can't be written, or is larger than allowed.</exception>
    internal byte[] OutputJson(WorkflowContext<TParams> context, string state)
    {
        byte[] json;
        try
        {
            json = JsonSerializer.SerializeToUtf8Bytes(context.Output, context.OutputType!, CanoJson.Values);
        }
        catch (Exception exception)
        {
            throw new UnsavableProgressException(Failure.Of(
                WorkflowErrorKinds.OutputTooLarge,
                $"The output ({context.OutputType!.Name}) can't be written as JSON: {Failure.Message(exception)}",
                state));
        }

        return json.Length <= _options.MaxOutputBytes
            ? json
            : throw new UnsavableProgressException(Failure.Of(
                WorkflowErrorKinds.OutputTooLarge,
                string.Create(CultureInfo.InvariantCulture, $"The output has {json.Length:N0} bytes of JSON; at most {_options.MaxOutputBytes:N0} are allowed."),
                state));
    }

    internal WorkflowError StepLimitReached(ProgramState<TState, TParams> at) => Failure.Of(
        WorkflowErrorKinds.StepLimit,
        string.Create(
            CultureInfo.InvariantCulture,
            $"The instance made {StepLimit:N0} transitions without reaching an exit state, which is the limit of workflow '{Name}'. If that is meant, raise it with WithStepLimit."),
        at.Name);

    internal WorkflowError NoNodeFor(TState next, ProgramState<TState, TParams> from) => Failure.Of(
        WorkflowErrorKinds.NoNodeForState,
        $"{from.NodeName} in state {from.Name} of workflow '{Name}' moved to {next}, which " + (Enum.IsDefined(next)
            ? "has neither a node nor is it an exit state. Register a node for it, or add it to the exit states."
            : $"is no member of {typeof(TState).Name}."),
        next.ToString());

    private RunPath NewPath(TimeSpan? resumedAfter) => new(TimeProvider, _nodes, resumedAfter);

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

        WorkflowContext<TParams> context = new(@params, store, execution.SharedStore, execution.InstanceId, execution.BatchId);
        ProgramState<TState, TParams> at = _start;
        if (execution.Resume is { } resume)
        {
            if (!_byName.TryGetValue(resume.State, out ProgramState<TState, TParams>? saved) || resume.Attempt < 1 || resume.Steps < 0)
            {
                return Failure.Of(
                    WorkflowErrorKinds.InvalidCheckpoint,
                    $"The checkpoint (state {resume.State}, attempt {resume.Attempt}, {resume.Steps} transitions) does not fit workflow '{Name}' as it is registered now: "
                    + $"its states are {string.Join(", ", States)}.",
                    resume.State);
            }

            at = saved;
            context.Attempt = resume.Attempt;
            if (InstanceInput.RestoreOutput(resume, context) is { } unfitOutput)
            {
                return unfitOutput;
            }
        }

        RunProgress? progress = execution.Checkpoints is { } sink ? new(sink, store, _options.CheckpointInterval, TimeProvider) : null;
        RunPath path = NewPath(execution.Resume is null ? null : TimeProvider.GetUtcNow() - startedAt);
        run = new(this, context, at, execution.Resume?.Steps ?? 0, startedAt, progress, path, execution.KeepPath, execution.Control);
        return null;
    }
}
