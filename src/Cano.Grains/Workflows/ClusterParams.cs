namespace Cano;

/// <summary>Checks params here where this silo has their workflows, and with one call each on the other silos that have them.</summary>
internal sealed class ClusterParams(WorkflowRegistry registry, LocalParams local, ClusterWorkflows workflows, ParamsServiceClient others) : IParamsCheck
{
    public async ValueTask<IReadOnlyList<SubmissionFault>> FindAsync(InstanceSpec[] instances, int first)
    {
        List<(SiloAddress Silo, int Index)> elsewhere = [];
        for (int index = 0; index < instances.Length; index++)
        {
            if (instances[index].Params is not null && !registry.IsKnown(instances[index].Workflow) && workflows.CheckerOf(instances[index].Workflow) is { } silo)
            {
                elsewhere.Add((silo, index));
            }
        }

        List<SubmissionFault> found = local.Find(instances, index => first + index);
        foreach (IGrouping<SiloAddress, int> group in elsewhere.GroupBy(one => one.Silo, one => one.Index))
        {
            int[] indexes = [.. group];
            found.AddRange(await others.FindAsync(group.Key, [.. indexes.Select(index => instances[index])], [.. indexes.Select(index => first + index)]));
        }

        return found.Count <= SubmissionFault.MaxTold ? found : found[..SubmissionFault.MaxTold];
    }
}
