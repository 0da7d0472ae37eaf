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

    internal bool IsExit { get; }

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

    internal static ProgramState<TState, TParams> WithNode(
        NodeRegistration<TState, TParams> registration, NodeConfig config, NodeSource? source, int sourceIndex) =>
        new(registration.State.ToString(), isExit: false, registration.Name, config)
        {
            Shared = registration.Lambda is { } function ? new LambdaNode<TState, TParams>(function) : registration.Instance,
            Source = source,
            SourceIndex = sourceIndex,
        };
}
