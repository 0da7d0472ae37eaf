namespace Cano;

/// <summary>What a partition remembers of its instances when their params are not in memory: ids, workflows, whose path is kept.</summary>
internal sealed class PartitionNames
{
    private readonly string[] _ids;
    private readonly string[] _workflows;
    private readonly bool _keepsAllPaths;

    internal PartitionNames(PartitionSpec spec)
    {
        InstanceSpec[] instances = spec.Instances;
        _ids = [.. instances.Select(instance => instance.Id)];
        _keepsAllPaths = instances.Length <= KeptPaths.SmallPartition;
        bool uniform = Array.TrueForAll(instances, one => one.Workflow == instances[0].Workflow);
        _workflows = uniform ? [instances[0].Workflow] : [.. instances.Select(instance => instance.Workflow)];
    }

    internal string Id(int index) => _ids[index];

    internal string Workflow(int index) => _workflows.Length == 1 ? _workflows[0] : _workflows[index];

    /// <summary>The distinct workflows.</summary>
    internal IEnumerable<string> Workflows => _workflows.Distinct(StringComparer.Ordinal);

    /// <summary>The place of an instance in the partition; -1 if it is not one of it.</summary>
    internal int Find(string instanceId) => Array.IndexOf(_ids, instanceId);

    /// <summary>Whether an instance's path is kept however it ends. It depends on its id alone, so it is the same after a crash.</summary>
    internal bool IsSampled(int index) => _keepsAllPaths || StableHash.ComputeHash(_ids[index]) % KeptPaths.SampledOf == 0;
}
