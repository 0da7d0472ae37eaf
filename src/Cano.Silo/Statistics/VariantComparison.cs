namespace Cano;

/// <summary>How a variant did, and how it compares with the first one.</summary>
/// <remarks>
/// Cancelled instances are on neither side: nobody knows how they would have ended. Where a quota or a duration cut the batch short, slow
/// instances are among them more often, so that what is left looks faster than it is.
/// </remarks>
internal sealed record VariantComparison
{
    /// <summary>
    /// How sure it is that all differences from the first variant hold at once. A success rate's own interval holds with it by itself.
    /// </summary>
    internal const double Confidence = 0.95;

    /// <summary>The counts and durations.</summary>
    internal required VariantStatistics Variant { get; init; }

    /// <summary>The completed among those that ended by themselves.</summary>
    internal Proportion SuccessRate { get; init; }

    /// <summary>The success rate less that of the first variant; null for the first.</summary>
    internal Proportion? RateDifference { get; init; }

    /// <summary>The completed ones' durations against the first variant's; null for the first.</summary>
    internal RankTest? Durations { get; init; }

    /// <summary>
    /// The level at which a difference is more than noise: each variant is compared twice, by rate and by durations, and of several
    /// comparisons each must be surer (Bonferroni).
    /// </summary>
    internal double Level { get; init; }

    internal bool RateDiffers => RateDifference is { } difference && (difference.Low > 0 || difference.High < 0);

    internal bool DurationsDiffer => Durations is { } test && test.PValue < Level;

    /// <summary>Compares each variant with the first.</summary>
    internal static IReadOnlyList<VariantComparison> Of(IReadOnlyList<VariantStatistics> variants)
    {
        double level = (1 - Confidence) / Math.Max(1, 2 * (variants.Count - 1));
        VariantStatistics first = variants[0];
        return [.. variants.Select((variant, place) => new VariantComparison
        {
            Variant = variant,
            Level = level,
            SuccessRate = RateOf(variant, Confidence),
            RateDifference = place == 0 || Ended(variant) == 0 || Ended(first) == 0 ? null : Proportion.Difference(RateOf(variant, 1 - level), RateOf(first, 1 - level)),
            Durations = place == 0 ? null : RankTest.Compare(variant.CompletedDurations, first.CompletedDurations),
        })];
    }

    private static int Ended(VariantStatistics variant) => variant.Completed + variant.Failed;

    private static Proportion RateOf(VariantStatistics variant, double confidence) => Proportion.Of(variant.Completed, Ended(variant), confidence);
}
