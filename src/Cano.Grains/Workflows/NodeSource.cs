using Microsoft.Extensions.DependencyInjection;

namespace Cano;

/// <summary>
/// Makes the nodes of one state in the scope of a run: an object for each registration. Where the services know the type, their lifetime
/// decides instead.
/// </summary>
internal sealed class NodeSource
{
    private readonly Func<IServiceProvider, object> _make;

    private NodeSource(Func<IServiceProvider, object> make, bool isOwner)
    {
        _make = make;
        IsOwner = isOwner;
    }

    /// <summary>True: the scope does not dispose of what it makes.</summary>
    internal bool IsOwner { get; }

    internal object Make(IServiceProvider scope) => _make(scope);

    /// <summary>Null: the node of that state is not made in a run.</summary>
    internal static NodeSource? Of<TState, TParams>(NodeRegistration<TState, TParams> node, IServiceProvider services)
        where TState : struct, Enum =>
        node.Factory is { } factory ? new(factory, isOwner: true)
        : node.NodeType is { } type ? OfType(type, services)
        : null;

    private static NodeSource OfType(Type type, IServiceProvider services)
    {
        bool isRegistered = services.GetService<IServiceProviderIsService>()?.IsService(type) ?? services.GetService(type) is not null;
        if (isRegistered)
        {
            return new(scope => scope.GetRequiredService(type), isOwner: false);
        }

        ObjectFactory factory = ActivatorUtilities.CreateFactory(type, Type.EmptyTypes);
        return new(scope => factory(scope, null), isOwner: true);
    }
}
