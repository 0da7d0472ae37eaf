using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Metadata;
using Orleans.Storage;

namespace Cano;

/// <summary>Adds Cano to a silo.</summary>
public static class CanoSiloBuilderExtensions
{
    /// <summary>
    /// Lets a silo run batches. It needs no more than a grain storage provider named <c>cano</c>, of any kind; clustering is the caller's
    /// affair. Calling it again adds what the second call configures.
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
        services.TryAddSingleton(provider => new FailureLog(
            provider.GetRequiredService<ILoggerFactory>().CreateLogger(FailureLog.Category), TimeProvider.System));
        services.TryAddSingleton<LocalParams>();
        services.TryAddSingleton<IParamsCheck, ClusterParams>();
        services.TryAddSingleton<BatchRules>();
        services.TryAddSingleton<PartitionRules>();
        services.TryAddSingleton<InstanceSlots>();
        services.TryAddSingleton<RunControls>();
        services.TryAddSingleton(provider => new SharedUpdates(provider.GetRequiredService<NodeScheduler>(), TimeProvider.System));
        services.TryAddSingleton<InstanceRunner>();
        services.TryAddSingleton(provider => NodeSchedulerFor(provider.GetRequiredService<IOptions<CanoOptions>>().Value));
        if (!services.Any(service => service.ServiceType == typeof(RunStopsClient)))
        {
            services.AddSingleton<RunStopsClient>();
            builder.AddGrainService<RunStops>();
            services.AddSingleton<ParamsServiceClient>();
            builder.AddGrainService<ParamsService>();
        }

        services.TryAddSingleton<IInstances, Instances>();
        services.TryAddSingleton<Partitions>();
        services.TryAddSingleton(ServicesOfPartitions);
        services.TryAddSingleton<IBatchParts, BatchParts>();
        services.TryAddSingleton<InstanceIndexRows>();
        services.TryAddSingleton<IBatchCatalog, CatalogIndex>();
        services.TryAddSingleton<ActiveBatches>();
        services.TryAddSingleton<UnplaceableTally>();
        services.AddMetrics();
        services.TryAddSingleton<CanoMetrics>();
        services.TryAddSingleton(ServicesOfBatches);
        services.TryAddSingleton<ClusterWorkflows>();
        services.TryAddSingleton<IKnownWorkflows>(provider => provider.GetRequiredService<ClusterWorkflows>());
        services.TryAddSingleton<IRunnableWorkflows>(provider => provider.GetRequiredService<ClusterWorkflows>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IGrainPropertiesProvider, WorkflowAnnouncement>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IActivationWorkingSetObserver, DeactivationNotice>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ILifecycleParticipant<ISiloLifecycle>, RecoveryLoop>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ILifecycleParticipant<ISiloLifecycle>, RetentionLoop>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ILifecycleParticipant<ISiloLifecycle>, FormatWatch>(FormatWatchOf));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ILifecycleParticipant<ISiloLifecycle>, SiloDeparture>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ILifecycleParticipant<ISiloLifecycle>, HostStopNotice>());
        builder.AddPlacementDirector<EvenPlacement, EvenPlacementDirector>();
        configure?.Invoke(new(services));
        return builder;
    }

    private static FormatWatch FormatWatchOf(IServiceProvider provider) => new(
        provider.GetRequiredService<IClusterManifestProvider>(),
        provider.GetRequiredService<GrainTypeResolver>(),
        provider.GetRequiredService<ILocalSiloDetails>(),
        TimeProvider.System,
        provider.GetRequiredService<ILogger<FormatWatch>>());

    /// <summary>A thread for each instance that may run, those beyond the limit included, should all of them block.</summary>
    private static NodeScheduler NodeSchedulerFor(CanoOptions options) => new((2 * options.MaxRunningInstances) + options.MaxGivenUpRuns);

    private static BatchServices ServicesOfBatches(IServiceProvider provider) => new(
        provider.GetRequiredService<Partitions>(),
        provider.GetRequiredService<PartitionServices>(),
        provider.GetRequiredService<IBatchCatalog>(),
        provider.GetRequiredService<BatchRules>(),
        provider.GetRequiredService<IBatchParts>(),
        provider.GetRequiredService<ILocalSiloDetails>().SiloAddress.ToParsableString(),
        provider.GetRequiredKeyedService<TimeProvider>(TimeProviderNames.Grains),
        TimeProvider.System,
        provider.GetRequiredService<CanoMetrics>(),
        provider.GetRequiredService<ILogger<Batch>>(),
        provider.GetRequiredService<IOptions<CanoOptions>>().Value.Retention,
        static () => Guid.NewGuid().ToString("N")[..16],
        provider.GetRequiredService<ActiveBatches>().CatalogInterval,
        provider.GetRequiredService<InstanceIndexRows>());

    private static PartitionServices ServicesOfPartitions(IServiceProvider provider)
    {
        IGrainStorage storage = provider.GetRequiredKeyedService<IGrainStorage>(SiloStorage.ProviderName);
        return new(
            provider.GetRequiredService<IInstances>(),
            provider.GetRequiredService<InstanceSlots>(),
            key => new PartitionRows(storage, key),
            provider.GetRequiredService<UnplaceableTally>(),
            new(),
            batch => new BatchRow(storage, batch).ReadAsync(),
            provider.GetRequiredKeyedService<TimeProvider>(TimeProviderNames.Grains),
            TimeProvider.System,
            Random.Shared.NextDouble,
            provider.GetRequiredService<CanoMetrics>(),
            provider.GetRequiredService<ILogger<PartitionGrain>>());
    }
}
