using System.Diagnostics.Metrics;

namespace Cano;

/// <summary>The upper bounds of histograms' buckets, for listeners that set none: OpenTelemetry's own are for milliseconds.</summary>
internal static class Buckets
{
    /// <summary>In seconds, from a millisecond to a day: an instance may be an addition or wait for a person.</summary>
    internal static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 3_600, 14_400, 86_400],
    };

    /// <summary>In seconds, of a write to a database.</summary>
    internal static readonly InstrumentAdvice<double> Writes = new()
    {
        HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    /// <summary>Results; a partition has a thousand at most.</summary>
    internal static readonly InstrumentAdvice<int> Results = new() { HistogramBucketBoundaries = [0, 1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000] };
}
