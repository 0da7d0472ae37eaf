using Microsoft.Extensions.DependencyInjection;

namespace Cano;

/// <summary>The dependency injection scope of one run, and the nodes made in it: one for each state, made when it is first entered.</summary>
internal sealed class RunScope<TState, TParams>(IServiceProvider services, int sources) : IAsyncDisposable
    where TState : struct, Enum
{
    private readonly AsyncServiceScope _scope = services.CreateAsyncScope();
    private readonly Node<TState, TParams>?[] _nodes = new Node<TState, TParams>?[sources];
    private List<object>? _owned;

    internal Node<TState, TParams> Get(ProgramState<TState, TParams> state) => _nodes[state.SourceIndex] ??= Make(state.Source!);

    public async ValueTask DisposeAsync()
    {
        try
        {
            foreach (object node in _owned ?? [])
            {
                await DisposeAsync(node);
            }
        }
        finally
        {
            await _scope.DisposeAsync();
        }
    }

    private static async ValueTask DisposeAsync(object node)
    {
        if (node is IAsyncDisposable asynchronous)
        {
            await asynchronous.DisposeAsync();
        }
        else
        {
            (node as IDisposable)?.Dispose();
        }
    }

    /// <summary>Makes a node that lives as long as the scope.</summary>
    internal Node<TState, TParams> Make(NodeSource source)
    {
        object node = source.Make(_scope.ServiceProvider);
        if (source.IsOwner)
        {
            (_owned ??= []).Add(node);
        }

        return (Node<TState, TParams>)node;
    }
}
