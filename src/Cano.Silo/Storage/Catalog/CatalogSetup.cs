using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>Gives a silo the catalog that belongs to its storage.</summary>
internal static class CatalogSetup
{
    /// <summary>
    /// Puts the catalog in the place of the one for silos that have nothing but grain storage; one that the user has registered stays.
    /// </summary>
    internal static void AddCatalog(this IServiceCollection services)
    {
        ServiceDescriptor? preset = services.FirstOrDefault(service => service.ServiceType == typeof(IBatchCatalog) && service.ImplementationType == typeof(CatalogIndex));
        if (preset is not null)
        {
            services.Remove(preset);
        }

        services.TryAddSingleton<IBatchCatalog>(provider => provider.GetRequiredService<IOptions<CanoStorageOptions>>().Value.Provider switch
        {
            StorageProvider.Postgres => ActivatorUtilities.CreateInstance<PostgresCatalog>(provider),
            _ => ActivatorUtilities.CreateInstance<SqliteCatalog>(provider),
        });
        services.TryAddSingleton(provider => provider.GetRequiredService<IBatchCatalog>() as IBatchList
            ?? throw new CanoConfigurationException(ErrorCodes.InvalidOptions, "Lists of batches need the catalog of AddCanoStorage; another IBatchCatalog is registered."));
    }
}
