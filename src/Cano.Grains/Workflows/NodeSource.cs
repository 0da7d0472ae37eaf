using Microsoft.Extensions.DependencyInjection;

namespace Cano;

/// <summary>Makes nodes of one type in the scope of a run.</summary>
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

    /// <summary>Nobody else disposes of what it makes.</summary>
    internal bool IsOwner => _factory is not null;

    internal object Make(IServiceProvider scope) => _factory is null ? scope.GetRequiredService(_type) : _factory(scope, null);
}
