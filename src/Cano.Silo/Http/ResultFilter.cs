namespace Cano;

/// <summary>Which results are wanted. What is null does not matter.</summary>
/// <param name="Outcome">Those of this outcome.</param>
/// <param name="ErrorKind">Those that failed with this kind of error.</param>
/// <param name="ErrorPattern">Those that failed with a message of this <see cref="ErrorGroup.Pattern"/>.</param>
internal sealed record ResultFilter(WorkflowOutcome? Outcome = null, string? ErrorKind = null, string? ErrorPattern = null)
{
    /// <summary>So many places of a batch one request looks at, at most: a page of rare results may come short.</summary>
    private const int MaxPlaces = 20_000;

    private const int PageSize = 1_000;

    private bool TakesAll => Outcome is null && ErrorKind is null && ErrorPattern is null;

    internal bool Takes(InstanceResult result) =>
        (Outcome is null || result.Outcome == Outcome)
        && (ErrorKind is null || result.Error?.Kind == ErrorKind)
        && (ErrorPattern is null || (result.Error is { } error && ErrorGroups.PatternOf(error.Message) == ErrorPattern));

    /// <summary>Reads a page in the order submitted.</summary>
    /// <param name="run">The batch.</param>
    /// <param name="view">A view of it.</param>
    /// <param name="from">The first place to look at.</param>
    /// <param name="most">How many results at most.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The results, and the place where to go on: the batch's total when nothing is left.</returns>
    internal async Task<(List<InstanceResult> Results, int Next)> ReadAsync(BatchRun run, BatchView view, int from, int most, CancellationToken cancellationToken)
    {
        int end = (int)Math.Min(int.MaxValue, (long)from + MaxPlaces);
        int at = from;
        List<InstanceResult> results = [];
        while (at < view.Status.Total && at < end && results.Count < most)
        {
            ResultPage page = await run.ReadPageAsync(view, at, TakesAll ? most - results.Count : Math.Min(PageSize, end - at), cancellationToken);
            at = page.Next;
            foreach (InstanceResult result in page.Results.Where(Takes))
            {
                if (results.Count == most)
                {
                    at = result.Ordinal;
                    break;
                }

                results.Add(result);
            }
        }

        return (results, at);
    }
}
