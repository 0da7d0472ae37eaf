using Microsoft.Extensions.DependencyInjection;

namespace Cano;

/// <summary>
/// The dependency injection scope of one run, and the nodes made in it: one for each state, made when it is first entered.
/// </summary>
internal sealed class RunScope<TState, TParams>(IServiceProvider services, int sources)
    where TState : struct, Enum
{
    private readonly AsyncServiceScope _scope = services.CreateAsyncScope();
    private readonly Node<TState, TParams>?[] _nodes = new Node<TState, TParams>?[sources];
    private List<object>? _owned;

    internal IServiceProvider Services => _scope.ServiceProvider;

    internal Node<TState, TParams> Get(ProgramState<TState, TParams> state) => _nodes[state.SourceIndex] ??= Make(state.Source!);

    /// <summary>Makes a node that lives as long as the scope.</summary>
    internal Node<TState, TParams> Make(NodeSource source)
    {
        object node = source.Make(_scope.ServiceProvider);
        if (source.IsOwner && node is IAsyncDisposable or IDisposable)
        {
            (_owned ??= []).Add(node);
        }

        return (Node<TState, TParams>)node;
    }

    /// <summary>Disposes of nodes and services, the last made first, all of them whatever they throw.</summary>
    /// <returns>What they threw; null: nothing.</returns>
    internal async ValueTask<List<DisposalFault>?> LeaveAsync()
    {
        List<DisposalFault>? faults = null;
        for (int last = (_owned?.Count ?? 0) - 1; last >= 0; last--)
        {
            faults = await Disposal.OfAsync(_owned![last], faults);
        }

        foreach (object service in ScopeDisposables.Take(_scope.ServiceProvider))
        {
            faults = await Disposal.OfAsync(service, faults);
        }

        try
        {
            await _scope.DisposeAsync();
        }
        catch (Exception exception)
        {
            (faults ??= []).Add(new(_scope.ServiceProvider.GetType(), exception));
        }

        return faults;
    }
}
