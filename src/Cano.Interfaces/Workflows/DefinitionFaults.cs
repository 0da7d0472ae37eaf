namespace Cano;

/// <summary>Finds what is wrong with a definition, all of it, so that its author mends it in one go.</summary>
/// <param name="starts">The states given as the start.</param>
/// <param name="nodes">The nodes.</param>
/// <param name="exits">The exit states.</param>
/// <param name="failures">The failure states.</param>
/// <param name="unreadableConfigs">What reading the configs of nodes threw.</param>
/// <param name="stepLimit">The limit of transitions.</param>
internal sealed class DefinitionFaults<TState, TParams>(
    List<TState> starts,
    List<NodeRegistration<TState, TParams>> nodes,
    List<TState> exits,
    List<TState> failures,
    List<string> unreadableConfigs,
    long stepLimit)
    where TState : struct, Enum
{
    /// <summary>Each fault as a sentence for the definition's author; empty: there is none.</summary>
    internal IEnumerable<string> Find()
    {
        string enumName = typeof(TState).Name;
        if (starts.Count == 0)
        {
            yield return "It has no start state; call Start(state).";
        }
        else if (starts.Count > 1)
        {
            yield return $"Start was called {starts.Count} times; call it once.";
        }

        foreach (TState state in starts.Concat(nodes.Select(node => node.State)).Concat(exits).Concat(failures).Distinct())
        {
            if (!StateNames<TState>.IsMember(state))
            {
                yield return $"{state} is no member of {enumName}.";
            }
        }

        foreach (IGrouping<TState, NodeRegistration<TState, TParams>> twice in nodes.GroupBy(node => node.State).Where(IsRepeated))
        {
            string names = string.Join(", ", twice.Select(node => node.Name));
            yield return $"State {StateNames<TState>.Text(twice.Key)} has {twice.Count()} nodes ({names}); a state has one.";
        }

        if (exits.Count == 0)
        {
            yield return "It has no exit state; call AddExitStates(...), or no instance could ever complete.";
        }

        foreach (TState both in nodes.Select(node => node.State).Distinct().Intersect(exits))
        {
            yield return $"State {StateNames<TState>.Text(both)} has a node and is an exit state; it can be only one of them.";
        }

        foreach (IGrouping<TState, TState> twice in exits.GroupBy(exit => exit).Where(IsRepeated).Where(HasSeveralNames))
        {
            yield return $"Exit state {StateNames<TState>.Text(twice.Key)} is named {twice.Count()} times: these are names of one value.";
        }

        foreach (TState both in nodes.Select(node => node.State).Distinct().Intersect(failures))
        {
            yield return $"State {StateNames<TState>.Text(both)} has a node and is a failure state; it can be only one of them.";
        }

        foreach (TState both in exits.Distinct().Intersect(failures))
        {
            yield return $"State {StateNames<TState>.Text(both)} is an exit state and a failure state; it can be only one of them.";
        }

        if (starts is [var start] && StateNames<TState>.IsMember(start) && !exits.Concat(failures).Contains(start)
            && !nodes.Any(node => node.State.Equals(start)))
        {
            yield return $"The start state {start} has neither a node nor is it an exit state.";
        }

        foreach (string unreadable in unreadableConfigs)
        {
            yield return unreadable;
        }

        foreach (NodeRegistration<TState, TParams> node in nodes)
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
            yield return $"The params ({TypeText.Of(typeof(TParams))}) can't be kept whole: {lossy} "
                + "A converter must be configured before the workflow is added.";
        }

        if (stepLimit < 1)
        {
            yield return $"The step limit was {stepLimit}; it must be 1 or more.";
        }
    }

    private static bool IsRepeated<T>(IGrouping<TState, T> group) => group.Count() > 1;

    private static bool HasSeveralNames(IGrouping<TState, TState> group) => StateNames<TState>.Of(group.Key).Length > 1;
}
