namespace Cano;

/// <summary>What the pages of workflows show.</summary>
internal sealed class WorkflowPages(IGrainFactory grains, WorkflowRegistry registry, IBatchList list, StatisticsReader statistics)
{
    /// <summary>So many batches back the numbers go, at most.</summary>
    internal const int Batches = 20;

    /// <summary>And so many instances, so that the page comes in time.</summary>
    private const int Instances = 200_000;

    internal WorkflowListModel List() => new([.. registry.Programs.Select(WorkflowDocument.Of).OrderBy(workflow => workflow.Name, StringComparer.Ordinal)]);

    internal async Task<WorkflowModel> GetAsync(string name, CancellationToken cancellationToken)
    {
        WorkflowDocument workflow = List().Workflows.FirstOrDefault(one => one.Name == name)
            ?? throw new ApiException(404, "workflow-not-found", "No workflow of that name is registered on the silo that was asked.");
        IReadOnlyList<BatchEntry> entries = await list.ListAsync(new() { Workflow = name, Limit = Batches }, cancellationToken);
        StatisticsBuilder sum = new(sampleShare: 0, maxVariants: int.MaxValue);
        List<BatchStatus> recent = [];
        int instances = 0;
        foreach (BatchEntry entry in entries)
        {
            instances += entry.Status.Total;
            if (recent.Count > 0 && instances > Instances)
            {
                break;
            }

            if (await ReadAsync(entry.Status.Id, cancellationToken) is { } read)
            {
                sum.Add(read.Statistics);
                recent.Add(read.Status);
            }
        }

        BatchStatistics all = sum.Build();
        VariantStatistics[] variants = [.. all.Variants.Where(variant => variant.Workflow == name)];
        return new(workflow, recent, variants, StateGraph.Of(workflow, all.Transitions));
    }

    private async Task<(BatchStatus Status, BatchStatistics Statistics)?> ReadAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            BatchView view = await new BatchClient(grains).Open(id).GetViewAsync(cancellationToken);
            return (view.Status, await statistics.GetAsync(view, cancellationToken));
        }
        catch (CanoException gone) when (gone is BatchNotFoundException or BatchPurgedException)
        {
            // The list was read a moment before.
            return null;
        }
    }
}

/// <summary>The workflows that this silo has registered.</summary>
/// <param name="Workflows">By name.</param>
internal sealed record WorkflowListModel(IReadOnlyList<WorkflowDocument> Workflows);

/// <summary>A workflow, and how it did of late.</summary>
/// <param name="Workflow">The workflow.</param>
/// <param name="Recent">The batches that the numbers are of, the newest first.</param>
/// <param name="Variants">What came of its instances in these, by label.</param>
/// <param name="Graph">Its states, and the ways between them that were seen in these.</param>
internal sealed record WorkflowModel(WorkflowDocument Workflow, IReadOnlyList<BatchStatus> Recent, IReadOnlyList<VariantStatistics> Variants, StateGraph Graph)
{
    internal int Completed => Variants.Sum(variant => variant.Completed);

    internal int Failed => Variants.Sum(variant => variant.Failed);

    internal Proportion SuccessRate => Proportion.Of(Completed, Completed + Failed, VariantComparison.Confidence);

    internal DurationsDocument Durations
    {
        get
        {
            DurationHistogram durations = new();
            foreach (VariantStatistics variant in Variants)
            {
                durations.Add(variant.CompletedDurations);
            }

            return DurationsDocument.Of(durations);
        }
    }
}
