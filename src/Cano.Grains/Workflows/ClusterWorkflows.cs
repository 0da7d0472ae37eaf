using Orleans.Metadata;

namespace Cano;

/// <summary>Which silos of the cluster have which workflows. They differ while a new version is rolled out. Safe for concurrent use.</summary>
internal sealed class ClusterWorkflows(WorkflowRegistry local, IClusterManifestProvider manifests, GrainTypeResolver types) : IKnownWorkflows
{
    private readonly GrainType _grain = types.GetGrainType(typeof(WorkflowGrain));

    /// <summary>The names of those that this silo has.</summary>
    public IReadOnlyCollection<string> Names => local.Names;

    /// <summary>Whether this silo has it.</summary>
    internal bool IsHere(string workflow) => local.TryGet(workflow, out _);

    /// <summary>Whether any silo of the cluster has it.</summary>
    public bool IsKnown(string workflow) => local.TryGet(workflow, out _) || SilosWith(workflow).Any();

    /// <summary>Where an instance of a workflow that this silo does not have can run.</summary>
    /// <returns>One of the silos that have it; null when this silo has it itself, or none has.</returns>
    internal SiloAddress? Elsewhere(string workflow)
    {
        if (local.TryGet(workflow, out _))
        {
            return null;
        }

        SiloAddress[] silos = [.. SilosWith(workflow)];
        return silos.Length == 0 ? null : silos[Random.Shared.Next(silos.Length)];
    }

    private IEnumerable<SiloAddress> SilosWith(string workflow)
    {
        string property = WorkflowAnnouncement.PropertyOf(workflow);
        return manifests.Current.Silos
            .Where(silo => silo.Value.Grains.TryGetValue(_grain, out GrainProperties? grain) && grain.Properties.ContainsKey(property))
            .Select(silo => silo.Key);
    }
}
