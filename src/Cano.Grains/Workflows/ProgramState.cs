using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cano;

/// <summary>A state of a compiled definition: an exit, or what runs in it.</summary>
internal sealed class ProgramState<TState, TParams>
    where TState : struct, Enum
{
    private ProgramState(string name, bool isExit, string nodeName, NodeConfig config)
    {
        Name = name;
        IsExit = isExit;
        NodeName = nodeName;
        Config = config;
    }

    /// <summary>The member's name.</summary>
    internal string Name { get; }

    /// <summary>True: an instance that reaches it has ended, as a success or (<see cref="IsFailure"/>) a failure.</summary>
    internal bool IsExit { get; }

    internal bool IsFailure { get; private init; }

    /// <summary>Logs in the category of its node.</summary>
    internal ILogger Logger { get; private init; } = NullLogger.Instance;

    /// <summary>What error messages call the node.</summary>
    internal string NodeName { get; }

    internal NodeConfig Config { get; }

    /// <summary>The node that all runs share; null where each run makes its own.</summary>
    internal Node<TState, TParams>? Shared { get; private init; }

    /// <summary>Makes a run's own node in its scope; null where <see cref="Shared"/> is set.</summary>
    internal NodeSource? Source { get; private init; }

    /// <summary>The place of the node among a run's own ones.</summary>
    internal int SourceIndex { get; private init; }

    internal static ProgramState<TState, TParams> Exit(TState state) => new(state.ToString(), isExit: true, "none", NodeConfig.Minimal);

    internal static ProgramState<TState, TParams> FailureExit(TState state) =>
        new(state.ToString(), isExit: true, "none", NodeConfig.Minimal) { IsFailure = true };

    internal static ProgramState<TState, TParams> WithNode(
        NodeRegistration<TState, TParams> registration, NodeConfig config, NodeSource? source, int sourceIndex, ILogger logger) =>
        new(registration.State.ToString(), isExit: false, registration.Name, config)
        {
            Shared = registration.Lambda is { } function ? new LambdaNode<TState, TParams>(function) : registration.Instance,
            Source = source,
            SourceIndex = sourceIndex,
            Logger = logger,
        };
}
