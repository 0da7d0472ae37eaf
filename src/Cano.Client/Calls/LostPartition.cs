namespace Cano;

/// <summary>
/// What is said of the instances of a partition whose rows were lost, once the batch has ended without it: each is Failed, and its id and
/// workflow are not known any more.
/// </summary>
internal static class LostPartition
{
    /// <summary>The results of some of its places.</summary>
    /// <param name="view">The batch.</param>
    /// <param name="firstOrdinal">The place in the batch of the first of them, from 0.</param>
    /// <param name="count">How many.</param>
    internal static InstanceResult[] Results(BatchView view, int firstOrdinal, int count) =>
        [.. Enumerable.Range(firstOrdinal, count).Select(ordinal => new InstanceResult
        {
            Ordinal = ordinal,
            // No id of an instance begins so.
            Id = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"?{ordinal}"),
            Workflow = "",
            Outcome = WorkflowOutcome.Failed,
            Error = new()
            {
                Kind = WorkflowErrorKinds.DataLost,
                Message = "The rows of this instance's partition were not in storage when the batch was stopped.",
            },
            FinalAt = view.Status.StoppedAt ?? default,
        })];

    /// <summary>What its instances add to the batch's statistics.</summary>
    internal static BatchStatistics Statistics(int size) => new() { Variants = [new() { Total = size, Failed = size }], OtherErrors = size };
}
