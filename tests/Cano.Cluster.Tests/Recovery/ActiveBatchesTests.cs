using Microsoft.Extensions.DependencyInjection;

namespace Cano.Recovery;

/// <summary>
/// Which batches count as driven. Recovery of a busy silo resumed batches that were just being started or had just finished, in vain and with an error for each,
/// because they counted only once their start had returned and no longer while the catalog was told of their end.
/// </summary>
public sealed class ActiveBatchesTests : IAsyncLifetime
{
    private readonly GatedCatalogCluster _cluster = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _cluster.InitializeAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Contains_FromTheFirstEntryInTheCatalogToTheLast_IsTrueOnOneSilo()
    {
        ConcurrentWorkflow<StepState> batch = new ConcurrentWorkflowBuilder<StepState>(new ConcurrentTimeout.WaitForever())
            .AddInstance(new ConcurrentWorkflowInstance<StepState, StepParams>("one", Steps.Key, new StepParams()))
            .WithId("driven")
            .Build();
        Assert.Equal(0, Drivers());

        Task<ConcurrentWorkflowRun<StepState>> starting = batch.StartAsync(_cluster.Client, cancellationToken: Token);
        await _cluster.Gates["Pending"].ArrivedAsync(1);
        Assert.Equal(1, Drivers());
        _cluster.Gates["Pending"].Open();

        await (await starting).WaitAsync(Token);
        await _cluster.Gates["Finished"].ArrivedAsync(1);
        Assert.Equal(1, Drivers());
        _cluster.Gates["Finished"].Open();

        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        while (Drivers() > 0)
        {
            await pause.WaitForNextTickAsync(Token);
        }
    }

    [Fact]
    public async Task Contains_StartIsRefused_IsFalse()
    {
        ConcurrentWorkflow<StepState> batch = new ConcurrentWorkflowBuilder<StepState>(new ConcurrentTimeout.WaitForever())
            .AddInstance(new ConcurrentWorkflowInstance<StepState, StepParams>("one", new WorkflowKey<StepState, StepParams>("nobody.knows"), new StepParams()))
            .WithId("driven")
            .Build();

        await Assert.ThrowsAsync<WorkflowNotRegisteredException>(() => batch.StartAsync(_cluster.Client, cancellationToken: Token));

        Assert.Equal(0, Drivers());
    }

    private int Drivers() => _cluster.Cluster.Silos.Count(silo => silo.ServiceProvider.GetRequiredService<ActiveBatches>().Contains("driven"));

    private sealed class GatedCatalogCluster : CanoCluster
    {
        protected override void AddStorage(ISiloBuilder silo)
        {
            base.AddStorage(silo);
            silo.Services.AddSingleton<CatalogIndex>();
            silo.Services.AddSingleton<IBatchCatalog>(services => new GatedCatalog(services.GetRequiredService<CatalogIndex>(), Gates));
        }
    }

    /// <summary>Takes an entry only once the gate of its phase is open.</summary>
    private sealed class GatedCatalog(IBatchCatalog catalog, Gates gates) : IBatchCatalog
    {
        public async Task PutAsync(BatchEntry entry, CancellationToken cancellationToken = default)
        {
            Gates.Gate gate = gates[entry.Status.Phase.ToString()];
            gate.Enter(entry.Status.Id);
            await gate.WaitOpenAsync(cancellationToken);
            await catalog.PutAsync(entry, cancellationToken);
        }

        public Task<IReadOnlyList<BatchEntry>> GetUnfinishedAsync(CancellationToken cancellationToken = default) => catalog.GetUnfinishedAsync(cancellationToken);

        public Task<IReadOnlyList<BatchEntry>> GetUnfinishedAsync(
            IReadOnlyCollection<string> exceptOwners, Predicate<string> isDriven, CancellationToken cancellationToken = default) =>
            catalog.GetUnfinishedAsync(exceptOwners, isDriven, cancellationToken);

        public Task<IReadOnlyList<BatchEntry>> GetExpiredAsync(
            DateTimeOffset before, BatchEntry? after, int limit, CancellationToken cancellationToken = default) =>
            catalog.GetExpiredAsync(before, after, limit, cancellationToken);

        public Task RemoveAsync(BatchEntry entry, CancellationToken cancellationToken = default) => catalog.RemoveAsync(entry, cancellationToken);
    }
}
