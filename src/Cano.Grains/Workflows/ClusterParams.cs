namespace Cano;

/// <summary>Checks params here where this silo has their workflows, and with one call each on the other silos that have them.</summary>
internal sealed class ClusterParams(WorkflowRegistry registry, LocalParams local, ClusterWorkflows workflows, ParamsServiceClient others)
    : IParamsCheck
{
    public async ValueTask<IReadOnlyList<SubmissionFault>> FindAsync(InstanceSpec[] instances, int first)
    {
        List<(SiloAddress Silo, int Index)> elsewhere = [];
        for (int index = 0; index < instances.Length; index++)
        {
            InstanceSpec instance = instances[index];
            if (instance.Params is not null && !registry.IsKnown(instance.Workflow) && workflows.CheckerOf(instance.Workflow) is { } silo)
            {
                elsewhere.Add((silo, index));
            }
        }

        List<SubmissionFault> found = local.Find(instances, index => first + index);
        foreach (IGrouping<SiloAddress, int> group in elsewhere.GroupBy(one => one.Silo, one => one.Index))
        {
            int[] indexes = [.. group];
            InstanceSpec[] asked = [.. indexes.Select(index => instances[index])];
            found.AddRange(await others.FindAsync(group.Key, asked, [.. indexes.Select(index => first + index)]));
        }

        return found.Count <= SubmissionFault.MaxTold ? found : found[..SubmissionFault.MaxTold];
    }
}
