namespace Cano.Tests.Kubernetes.Rehearsal;

/// <summary>
/// Rehearsals share one life of a cluster and run one after the other, in any order: each begins with the pods that the one before it left,
/// and gives its batches names of its own.
/// </summary>
[CollectionDefinition(nameof(Rehearsals))]
public sealed class Rehearsals : ICollectionFixture<SharedCluster>;

/// <summary>The cluster that rehearsals share, made when the first asks for it.</summary>
public sealed class SharedCluster : IAsyncDisposable
{
    private Task<RehearsedCluster>? _cluster;

    /// <summary>The cluster. Where none can be made the test is skipped; in CI a missing program is a failure.</summary>
    internal Task<RehearsedCluster> GetAsync() => _cluster ??= RehearsedCluster.CreateAsync();

    public async ValueTask DisposeAsync()
    {
        if (_cluster is { IsCompletedSuccessfully: true } made)
        {
            await (await made).DisposeAsync();
        }
    }
}
