using System.Text.RegularExpressions;

namespace Cano.Tests.Telemetry;

/// <summary>What <c>/metrics</c> answered: the labels of each series.</summary>
internal sealed partial class Scrape
{
    private readonly ILookup<string, string[]> _series;

    internal Scrape(string text)
    {
        Text = text;
        _series = Series().Matches(text).ToLookup(one => one.Groups["name"].Value, one => Label().Matches(one.Groups["labels"].Value).Select(label => label.Groups["name"].Value).ToArray());
    }

    internal string Text { get; }

    /// <summary>The names of all labels of a metric, sorted, but for those that the format itself adds; null where there is no such metric.</summary>
    internal string[]? LabelsOf(string name) => _series.Contains(name)
        ? [.. _series[name].SelectMany(labels => labels).Distinct().Except(["le", "otel_scope_name"]).Order(StringComparer.Ordinal)]
        : null;

    [GeneratedRegex("""^(?<name>[a-z_]+)(\{(?<labels>.*)\})? [^ ]+$""", RegexOptions.Multiline)]
    private static partial Regex Series();

    [GeneratedRegex("(?<name>[a-z_]+)=\"[^\"]*\"")]
    private static partial Regex Label();
}
