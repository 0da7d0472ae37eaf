using Microsoft.Extensions.DependencyInjection;

namespace Cano;

/// <summary>
/// Makes the nodes of one registration in the scope of a run: an object for each registration. Where the services know the type, their
/// lifetime decides instead.
/// </summary>
internal sealed class NodeSource
{
    private readonly Type _type;
    private readonly ObjectFactory? _factory;

    internal NodeSource(Type type, IServiceProvider services)
    {
        _type = type;
        bool isRegistered = services.GetService<IServiceProviderIsService>()?.IsService(type) ?? services.GetService(type) is not null;
        _factory = isRegistered ? null : ActivatorUtilities.CreateFactory(type, Type.EmptyTypes);
    }

    /// <summary>True: the scope does not dispose of what it makes.</summary>
    internal bool IsOwner => _factory is not null;

    internal object Make(IServiceProvider scope) => _factory is null ? scope.GetRequiredService(_type) : _factory(scope, null);
}
