using Orleans.Metadata;

namespace Cano;

/// <summary>
/// Which silos of the cluster have which workflows. They differ while a new version is rolled out. Safe for concurrent use.
/// </summary>
internal sealed class ClusterWorkflows(WorkflowRegistry local, IClusterManifestProvider manifests, GrainTypeResolver types)
    : IKnownWorkflows, IRunnableWorkflows
{
    private readonly GrainType _grain = types.GetGrainType(typeof(WorkflowGrain));
    private readonly Lock _gate = new();
    private volatile Announced? _announced;

    /// <summary>The names of those that this silo has.</summary>
    public IReadOnlyCollection<string> Names => local.Names;

    public long Version => Now.Version;

    /// <summary>Whether this silo has it.</summary>
    internal bool IsHere(string workflow) => local.IsKnown(workflow);

    /// <summary>Whether any silo of the cluster has it.</summary>
    public bool IsKnown(string workflow) => CanRun(workflow);

    public bool CanRun(string workflow) => local.IsKnown(workflow) || Now.Silos.ContainsKey(workflow);

    public async Task WaitForChangeAsync(long seen, CancellationToken cancellationToken)
    {
        // The first element is the manifest as it is now, so nothing is missed between the look and the wait.
        await foreach (ClusterManifest _ in manifests.Updates.WithCancellation(cancellationToken))
        {
            if (Version != seen)
            {
                return;
            }
        }

        // Orleans ends the updates, without an exception, when the token is signalled.
        throw new OperationCanceledException(cancellationToken);
    }

    /// <summary>Where an instance of a workflow that this silo does not have can run.</summary>
    /// <returns>One of the silos that have it; null when this silo has it itself, or none has.</returns>
    internal SiloAddress? Elsewhere(string workflow) =>
        !local.IsKnown(workflow) && Now.Silos.TryGetValue(workflow, out SiloAddress[]? silos)
            ? silos[Random.Shared.Next(silos.Length)]
            : null;

    /// <summary>
    /// Which silo to ask about params of a workflow that this silo does not have; always the same one, so that one call does for all.
    /// </summary>
    /// <returns>A silo that has it and answers such questions; null when there is none.</returns>
    internal SiloAddress? CheckerOf(string workflow)
    {
        Announced now = Now;
        return now.Silos.TryGetValue(workflow, out SiloAddress[]? silos) ? Array.Find(silos, now.Checkers.Contains) : null;
    }

    /// <summary>What the manifest says, worked out once for each manifest.</summary>
    private Announced Now
    {
        get
        {
            ClusterManifest manifest = manifests.Current;
            if (_announced is { } known && known.Manifest == manifest)
            {
                return known;
            }

            lock (_gate)
            {
                // Another thread may have been here with a newer one.
                if (_announced is not { } last || last.Manifest.Version < manifest.Version)
                {
                    _announced = new(manifest, (_announced?.Version ?? 0) + 1, SilosByWorkflow(manifest), Checkers(manifest));
                }

                return _announced;
            }
        }
    }

    private Dictionary<string, SiloAddress[]> SilosByWorkflow(ClusterManifest manifest)
    {
        string prefix = WorkflowAnnouncement.PropertyOf("");
        return manifest.Silos
            .Where(silo => silo.Value.Grains.ContainsKey(_grain))
            .SelectMany(silo => silo.Value.Grains[_grain].Properties.Keys
                .Where(property => property.StartsWith(prefix, StringComparison.Ordinal))
                .Select(property => (Workflow: property[prefix.Length..], Silo: silo.Key)))
            .GroupBy(one => one.Workflow, one => one.Silo, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
    }

    private HashSet<SiloAddress> Checkers(ClusterManifest manifest) =>
    [
        .. manifest.Silos
            .Where(silo => silo.Value.Grains.TryGetValue(_grain, out GrainProperties? grain)
                && grain.Properties.ContainsKey(WorkflowAnnouncement.ChecksParams))
            .Select(silo => silo.Key),
    ];

    /// <param name="Manifest">What was read.</param>
    /// <param name="Version">Counts the manifests that were read.</param>
    /// <param name="Silos">The silos that have a workflow, by its name; at least one each.</param>
    /// <param name="Checkers">The silos that answer <see cref="IParamsService"/>: those of earlier versions do not.</param>
    private sealed record Announced(
        ClusterManifest Manifest, long Version, Dictionary<string, SiloAddress[]> Silos, HashSet<SiloAddress> Checkers);
}
