using System.Globalization;

namespace Cano;

/// <summary>What a comparison of variants means, in words.</summary>
internal static class VariantText
{
    internal static string Name(VariantDocument variant) => variant switch
    {
        { Workflow: null } => "all others",
        { Label: null } => variant.Workflow,
        _ => $"{variant.Workflow} · {variant.Label}",
    };

    internal static string Rate(VariantDocument variant) => variant.SuccessRate is { } rate
        ? $"{DashboardText.Percent(rate.Value)} ({DashboardText.Percent(rate.Low)} to {DashboardText.Percent(rate.High)})"
        : "–";

    internal static string Verdict(VariantDocument variant, VariantDocument first)
    {
        if (variant.Difference is not { } difference)
        {
            return "the first";
        }

        string rate = difference.SuccessRate is { } rates && difference.SuccessRateDiffers
            ? $"succeeds {(rates.Value > 0 ? "more" : "less")} often, by {DashboardText.Points(rates.Value)} points ({DashboardText.Points(rates.Low)} to {DashboardText.Points(rates.High)})"
            : "success rate: no more than noise";
        return $"{rate}; {Durations(difference, variant, first)}";
    }

    private static string Durations(DifferenceDocument difference, VariantDocument variant, VariantDocument first)
    {
        if (difference.PValue is not { } p || !difference.DurationsDiffer)
        {
            return "durations: no more than noise";
        }

        string sure = p < 0.001 ? "p < 0.001" : string.Create(CultureInfo.InvariantCulture, $"p = {p:0.000}");
        return $"{(difference.Shorter > 0.5 ? "faster" : "slower")} (median {DashboardText.Duration(variant.Durations.P50)} instead of {DashboardText.Duration(first.Durations.P50)}, {sure})";
    }
}
