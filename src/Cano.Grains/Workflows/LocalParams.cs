using System.Globalization;

namespace Cano;

/// <summary>Checks params of the workflows that this silo has.</summary>
internal sealed class LocalParams(WorkflowRegistry registry) : IParamsCheck
{
    public ValueTask<IReadOnlyList<SubmissionFault>> FindAsync(InstanceSpec[] instances, int first) =>
        new(Find(instances, index => first + index));

    /// <summary>As <see cref="FindAsync"/>.</summary>
    /// <param name="instances">The instances.</param>
    /// <param name="place">The place in the batch of each of them, by its index.</param>
    internal List<SubmissionFault> Find(InstanceSpec[] instances, Func<int, int> place)
    {
        List<SubmissionFault> found = [];
        for (int index = 0; index < instances.Length && found.Count < SubmissionFault.MaxTold; index++)
        {
            InstanceSpec instance = instances[index];
            if (instance.Params is { } json && registry.TryGet(instance.Workflow, out IWorkflowProgram? program))
            {
                string path = string.Create(CultureInfo.InvariantCulture, $"$.instances[{place(index)}].params");
                found.AddRange(program.CheckParams(json, path));
            }
        }

        return found;
    }
}
