using Microsoft.Extensions.DependencyInjection;

namespace Cano;

/// <summary>What a silo is told about Cano: its workflows and its options.</summary>
public sealed class CanoBuilder
{
    internal CanoBuilder(IServiceCollection services) => Services = services;

    /// <summary>The silo's services, for what the workflows' nodes need.</summary>
    public IServiceCollection Services { get; }
}
