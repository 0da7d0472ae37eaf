using HdrHistogram;

namespace Cano;

/// <summary>Durations by their size, so that percentiles can be told to within one percent, of any number of them, and those of many partitions together.</summary>
internal sealed class DurationHistogram
{
    private const int SignificantDigits = 2;

    /// <summary>More than the longest batch lasts, in microseconds.</summary>
    private static readonly long s_highest = (long)TimeSpan.FromDays(400).TotalMicroseconds;

    private LongHistogram? _histogram;

    internal long Count => _histogram?.TotalCount ?? 0;

    internal void Add(TimeSpan duration) => Add(duration.Ticks / TimeSpan.TicksPerMicrosecond, 1);

    internal void Add(DurationSketch sketch)
    {
        foreach ((int bucket, long microseconds) in sketch.Microseconds.Index())
        {
            Add(microseconds, sketch.Counts[bucket]);
        }
    }

    /// <summary>The duration that a share of all is at or below; zero when there are none.</summary>
    /// <param name="percent">The share, from 0 to 100.</param>
    internal TimeSpan Percentile(double percent) => Count == 0 ? TimeSpan.Zero : TimeSpan.FromMicroseconds(_histogram!.GetValueAtPercentile(percent));

    internal DurationSketch ToSketch()
    {
        if (Count == 0)
        {
            return DurationSketch.Empty;
        }

        List<long> values = [];
        List<int> counts = [];
        foreach (var bucket in _histogram!.RecordedValues())
        {
            values.Add(bucket.ValueIteratedTo);
            counts.Add((int)bucket.CountAtValueIteratedTo);
        }

        return new([.. values], [.. counts]);
    }

    private void Add(long microseconds, long count) =>
        (_histogram ??= new(1, s_highest, SignificantDigits)).RecordValueWithCount(Math.Clamp(microseconds, 0, s_highest), count);
}
