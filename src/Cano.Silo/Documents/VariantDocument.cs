namespace Cano;

/// <summary>A workflow and label of a batch, compared with the first one.</summary>
internal sealed record VariantDocument
{
    /// <summary>The workflow; null where variants were put together because there are too many.</summary>
    public string? Workflow { get; init; }

    /// <summary>The label; null if none.</summary>
    public string? Label { get; init; }

    /// <summary>How many instances there are.</summary>
    public int Total { get; init; }

    /// <summary>How many are completed.</summary>
    public int Completed { get; init; }

    /// <summary>How many are failed.</summary>
    public int Failed { get; init; }

    /// <summary>How many are cancelled.</summary>
    public int Cancelled { get; init; }

    /// <summary>
    /// The completed among the completed and failed, with its 95 % confidence interval (Wilson); null where there are none.
    /// </summary>
    public IntervalDocument? SuccessRate { get; init; }

    /// <summary>How long the completed ones ran.</summary>
    public required DurationsDocument Durations { get; init; }

    /// <summary>How it differs from the first; null for the first.</summary>
    public DifferenceDocument? Difference { get; init; }

    internal static IReadOnlyList<VariantDocument> Of(IReadOnlyList<VariantStatistics> variants) =>
        variants.Count == 0 ? [] : [.. VariantComparison.Of(variants).Select(Of)];

    private static VariantDocument Of(VariantComparison comparison) => new()
    {
        Workflow = comparison.Variant.Workflow,
        Label = comparison.Variant.Label,
        Total = comparison.Variant.Total,
        Completed = comparison.Variant.Completed,
        Failed = comparison.Variant.Failed,
        Cancelled = comparison.Variant.Cancelled,
        SuccessRate = IntervalDocument.Of(comparison.SuccessRate),
        Durations = DurationsDocument.Of(comparison.Variant.CompletedDurations),
        Difference = comparison.Durations is not { } durations
            ? null
            : new(
                comparison.RateDifference is { } rate ? IntervalDocument.Of(rate) : null,
                comparison.RateDiffers,
                durations.Shorter,
                double.IsNaN(durations.PValue) ? null : durations.PValue,
                comparison.DurationsDiffer),
    };
}

/// <summary>A share, or a difference of shares, and between what the true one lies.</summary>
/// <param name="Value">As it was seen.</param>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end.</param>
internal sealed record IntervalDocument(double Value, double Low, double High)
{
    internal static IntervalDocument? Of(Proportion proportion) => double.IsNaN(proportion.Value) ? null : new(proportion.Value, proportion.Low, proportion.High);
}

/// <summary>How a variant differs from the first, all comparisons of the batch together at 95 % confidence.</summary>
/// <param name="SuccessRate">Its success rate less that of the first (Newcombe); null where nothing ended.</param>
/// <param name="SuccessRateDiffers">Whether that is more than noise: the interval leaves out zero.</param>
/// <param name="Shorter">How often a completed instance of it is shorter than one of the first; 0.5: as often as not.</param>
/// <param name="PValue">How probable a difference of durations like this or greater is by chance (Mann-Whitney); null where there are
/// none.</param>
/// <param name="DurationsDiffer">Whether that is more than noise.</param>
internal sealed record DifferenceDocument(IntervalDocument? SuccessRate, bool SuccessRateDiffers, double Shorter, double? PValue, bool DurationsDiffer);
