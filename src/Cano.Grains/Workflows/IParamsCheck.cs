namespace Cano;

/// <summary>Checks params against the types of their workflows, before anything of a batch is stored.</summary>
internal interface IParamsCheck
{
    /// <summary>
    /// Finds what does not fit. Params of a workflow that no silo asked knows are passed over: their instances fail alone should they not
    /// fit.
    /// </summary>
    /// <param name="instances">The instances: a partition of a batch.</param>
    /// <param name="first">The place in the batch of the first one, for the JSON paths.</param>
    /// <returns>At most <see cref="SubmissionFault.MaxTold"/> faults, in the order of the instances; empty: none.</returns>
    ValueTask<IReadOnlyList<SubmissionFault>> FindAsync(InstanceSpec[] instances, int first);
}
