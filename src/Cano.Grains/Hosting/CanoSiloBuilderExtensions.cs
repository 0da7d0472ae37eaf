using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Metadata;

namespace Cano;

/// <summary>Adds Cano to a silo.</summary>
public static class CanoSiloBuilderExtensions
{
    /// <summary>
    /// Lets a silo run batches. It needs no more than a grain storage provider named <c>cano</c>, of any kind; clustering is the caller's affair.
    /// Calling it again adds what the second call configures.
    /// </summary>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Registers workflows and changes options.</param>
    /// <returns>The silo.</returns>
    /// <exception cref="CanoConfigurationException">A definition has faults, or two have one name.</exception>
    public static ISiloBuilder AddCano(this ISiloBuilder builder, Action<CanoBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceCollection services = builder.Services;
        services.AddOptions<CanoOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CanoOptions>, CanoOptionsValidator>());
        services.TryAddSingleton(provider => new WorkflowRegistry(
            provider.GetServices<IWorkflowRegistration>(),
            provider,
            provider.GetRequiredKeyedService<TimeProvider>(TimeProviderNames.Grains),
            provider.GetRequiredService<IOptions<CanoOptions>>()));
        services.TryAddSingleton<BatchRules>();
        services.TryAddSingleton<PartitionRules>();
        services.TryAddSingleton<InstanceSlots>();
        services.TryAddSingleton<InstanceRunner>();
        services.TryAddSingleton(provider => NodeSchedulerFor(provider.GetRequiredService<IOptions<CanoOptions>>().Value));
        services.TryAddSingleton<IInstances, Instances>();
        services.TryAddSingleton<IPartitions, Partitions>();
        services.TryAddSingleton<IBatchParts, BatchParts>();
        services.TryAddSingleton<IBatchCatalog, CatalogIndex>();
        services.TryAddSingleton<ActiveBatches>();
        services.AddMetrics();
        services.TryAddSingleton<CanoMetrics>();
        services.TryAddSingleton(ServicesOfBatches);
        services.TryAddSingleton<ClusterWorkflows>();
        services.TryAddSingleton<IKnownWorkflows>(provider => provider.GetRequiredService<ClusterWorkflows>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IGrainPropertiesProvider, WorkflowAnnouncement>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IActivationWorkingSetObserver, DeactivationNotice>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ILifecycleParticipant<ISiloLifecycle>, RecoveryLoop>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ILifecycleParticipant<ISiloLifecycle>, RetentionLoop>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ILifecycleParticipant<ISiloLifecycle>, SiloDeparture>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ILifecycleParticipant<ISiloLifecycle>, HostStopNotice>());
        builder.AddPlacementDirector<EvenPlacement, EvenPlacementDirector>();
        configure?.Invoke(new(services));
        return builder;
    }

    private static NodeScheduler NodeSchedulerFor(CanoOptions options) => new(options.MaxRunningInstances + options.MaxGivenUpRuns);

    private static BatchServices ServicesOfBatches(IServiceProvider provider) => new(
        provider.GetRequiredService<IPartitions>(),
        provider.GetRequiredService<IBatchCatalog>(),
        provider.GetRequiredService<BatchRules>(),
        provider.GetRequiredService<ILocalSiloDetails>().SiloAddress.ToParsableString(),
        provider.GetRequiredKeyedService<TimeProvider>(TimeProviderNames.Grains),
        TimeProvider.System,
        provider.GetRequiredService<ILogger<Batch>>(),
        provider.GetRequiredService<IBatchParts>(),
        provider.GetRequiredService<CanoMetrics>(),
        provider.GetRequiredService<IOptions<CanoOptions>>().Value.Retention,
        provider.GetRequiredService<ActiveBatches>().CatalogInterval);
}
