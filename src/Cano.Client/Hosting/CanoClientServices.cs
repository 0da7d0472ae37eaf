using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Cano;

/// <summary>Cano's client among a program's services.</summary>
public static class CanoClientServices
{
    /// <summary>
    /// Adds <see cref="CanoClient"/>, as a singleton. It uses the <see cref="IGrainFactory"/> that <c>UseOrleansClient</c> or
    /// <c>UseOrleans</c> adds, and sets up no connection itself. Adding it again changes nothing.
    /// </summary>
    /// <param name="services">The program's services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddCanoClient(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(static provider =>
        {
            IGrainFactory grains = provider.GetRequiredService<IGrainFactory>();
            ClientHost.Follow(provider, grains);
            return new CanoClient(grains);
        });
        return services;
    }
}
