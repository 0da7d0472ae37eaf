using Microsoft.Extensions.DependencyInjection;
using Orleans.Metadata;
using Orleans.Runtime;
using Orleans.TestingHost;

namespace Cano.Recovery;

/// <summary>Each silo says in the cluster's manifest how it writes values, so that one that writes them otherwise is found.</summary>
public sealed class FormatWatchTests : IAsyncLifetime
{
    private readonly OneSilo _cluster = new();

    [Fact]
    public void Silo_ThatAnnouncesAnotherFormat_IsFound()
    {
        InProcessSiloHandle silo = _cluster.Cluster.Silos[0];
        ClusterManifest manifest = silo.ServiceProvider.GetRequiredService<IClusterManifestProvider>().Current;
        GrainType grain = silo.ServiceProvider.GetRequiredService<GrainTypeResolver>().GetGrainType(typeof(WorkflowGrain));
        string announced = ValueFormat.Current.Fingerprint;

        Assert.Equal([(silo.SiloAddress, announced)], FormatWatch.Differing(manifest, grain, own: "another"));
        Assert.Empty(FormatWatch.Differing(manifest, grain, own: announced));
        Assert.Contains(silo.ServiceProvider.GetServices<ILifecycleParticipant<ISiloLifecycle>>(), part => part is FormatWatch);
    }

    public ValueTask InitializeAsync() => _cluster.InitializeAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private sealed class OneSilo : CanoCluster
    {
        protected override short Silos => 1;
    }
}
