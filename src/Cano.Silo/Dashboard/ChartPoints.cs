using System.Text.Json;

namespace Cano;

/// <summary>What the charts are drawn from, as JSON: numbers in the units of the axes, so that the browser only has to draw.</summary>
internal static class ChartPoints
{
    internal static string Ends(IReadOnlyList<EndBar> bars) => Json(bars.Select(bar => new object[]
    {
        bar.From.ToUnixTimeMilliseconds(), bar.Completed, bar.Failed, bar.Cancelled,
    }));

    internal static string Durations(IReadOnlyList<DurationBar> bars) => Json(bars.Select(bar => new object[]
    {
        DashboardText.Duration(bar.From), DashboardText.Duration(bar.To), bar.Completed, bar.Failed,
    }));

    internal static string Timeline(string batchId, TimelineDocument? timeline, DateTimeOffset now)
    {
        if (timeline is not { Instances: [_, ..] instances })
        {
            return Json(new { url = "", rows = Array.Empty<object>() });
        }

        DateTimeOffset zero = instances.Min(one => one.StartedAt);
        return Json(new
        {
            url = $"/batches/{batchId}/instances/",
            now = Math.Round((now - zero).TotalMilliseconds, 3),
            rows = instances.Select(one => new object?[]
            {
                one.Ordinal,
                one.Id,
                one.Outcome is { } outcome ? DocumentWriter.Word(outcome) : "running",
                Math.Round((one.StartedAt - zero).TotalMilliseconds, 3),
                one.FinishedAt is { } finished ? Math.Round((finished - zero).TotalMilliseconds, 3) : null,
            }),
        });
    }

    internal static string Variants(IReadOnlyList<VariantDocument> variants) => Json(variants.Where(variant => variant.Durations.Count > 0).Select(variant => new object[]
    {
        VariantText.Name(variant), variant.Durations.P50.TotalMilliseconds, variant.Durations.P95.TotalMilliseconds, variant.Durations.P99.TotalMilliseconds,
    }));

    internal static string Graph(StateGraph graph) => Json(new
    {
        nodes = graph.Nodes.Select(node => new object[] { node.Name, node.Column, node.Row - ((graph.Nodes.Count(other => other.Column == node.Column) - 1) / 2.0), node.Kind }),
        edges = graph.Edges.Select(edge => new object[] { edge.From, edge.To, edge.Count }),
    });

    private static string Json<T>(T points) => JsonSerializer.Serialize(points);
}
