namespace Cano;

/// <summary>
/// Reads the configs of a definition's nodes, once: where runs make the node, from one made for it in a scope of its own.
/// </summary>
internal static class NodeConfigs
{
    /// <summary>The configs, in the order of the nodes.</summary>
    /// <exception cref="CanoConfigurationException">A node type can't be made, or its config is not valid; every fault is named (code
    /// <c>invalid-definition</c>).</exception>
    internal static IReadOnlyList<NodeConfig> Read<TState, TParams>(WorkflowDefinition<TState, TParams> definition, IServiceProvider services)
        where TState : struct, Enum
    {
        List<NodeConfig> configs = [];
        List<string> faults = [];
        List<Exception> causes = [];
        RunScope<TState, TParams>? scope = null;
        try
        {
            foreach (NodeRegistration<TState, TParams> node in definition.Nodes)
            {
                string fails = "can't be made";
                try
                {
                    // Made also where its config is known: that its services are there is to show now.
                    Node<TState, TParams>? made = NodeSource.Of(node, services) is { } source ? (scope ??= new(services, sources: 0)).Make(source) : null;
                    fails = "has a Config that can't be read";
                    NodeConfig config = node.Config ?? made!.Config;
                    configs.Add(config);
                    if (Fault(config) is { } fault)
                    {
                        faults.Add($"{node.Name}: {fault}");
                    }
                }
                catch (Exception exception)
                {
                    causes.Add(exception);
                    faults.Add($"{node.Name} {fails}: {Failure.Message(exception)}");
                }
            }
        }
        finally
        {
            foreach (DisposalFault fault in Leave(scope))
            {
                causes.Add(fault.Exception);
                faults.Add($"{fault.Type.Name} can't be disposed of: {Failure.Message(fault.Exception)}");
            }
        }

        return faults.Count == 0
            ? configs
            : throw new CanoConfigurationException(
                ErrorCodes.InvalidDefinition,
                $"Workflow '{definition.Key.Name}': {string.Join(' ', faults)}",
                innerException: causes.FirstOrDefault());
    }

    private static string? Fault(NodeConfig? config) => config is null ? "Config was null." : config.Fault();

    private static List<DisposalFault> Leave<TState, TParams>(RunScope<TState, TParams>? scope)
        where TState : struct, Enum
    {
#pragma warning disable VSTHRD002 // Once for each workflow while the silo starts, on a thread without a context to deadlock with; constructors can't await.
        return scope?.LeaveAsync().AsTask().GetAwaiter().GetResult() ?? [];
#pragma warning restore VSTHRD002
    }
}
