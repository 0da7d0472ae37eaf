using HdrHistogram;

namespace Cano;

/// <summary>
/// Durations by their size, so that percentiles can be told to within one percent, of any number of them, and those of many partitions together: an HDR histogram with two significant
/// digits, in microseconds.
/// </summary>
internal sealed class DurationHistogram
{
    private const int SignificantDigits = 2;

    /// <summary>More than the longest batch lasts, in microseconds.</summary>
    private static readonly long s_longest = (long)TimeSpan.FromDays(400).TotalMicroseconds;

    /// <summary>Holds nothing: it knows the buckets.</summary>
    private static readonly LongHistogram s_buckets = New();

    private LongHistogram? _histogram;
    private DurationSketch? _sketch;

    internal long Count => _histogram?.TotalCount ?? 0;

    internal void Add(TimeSpan duration) => Add(duration.Ticks / TimeSpan.TicksPerMicrosecond, 1);

    internal void Add(DurationSketch sketch)
    {
        foreach ((int bucket, long microseconds) in sketch.Microseconds.Index())
        {
            Add(microseconds, sketch.Counts[bucket]);
        }
    }

    /// <summary>The duration that a share of all is at or below; zero when there are none. (The library's own percentiles round the number of durations: of eleven its 95th is the tenth.)</summary>
    /// <param name="percent">The share, from 0 to 100.</param>
    internal TimeSpan Percentile(double percent)
    {
        DurationSketch sketch = ToSketch();
        double left = Math.Max(1, Math.Ceiling(percent * Count / 100));
        for (int bucket = 0; bucket < sketch.Counts.Length; bucket++)
        {
            left -= sketch.Counts[bucket];
            if (left <= 0)
            {
                return TimeSpan.FromMicroseconds(sketch.Microseconds[bucket]);
            }
        }

        return TimeSpan.Zero;
    }

    internal DurationSketch ToSketch() => _sketch ??= Count == 0 ? DurationSketch.Empty : Collect();

    /// <summary>The lowest of the durations that are in one bucket with this one, in microseconds.</summary>
    internal static long LowestBeside(long microseconds) => s_buckets.LowestEquivalentValue(microseconds);

    private static LongHistogram New() => new(1, s_longest, SignificantDigits);

    private DurationSketch Collect()
    {
        List<long> microseconds = [];
        List<int> counts = [];
        foreach (var bucket in _histogram!.RecordedValues())
        {
            microseconds.Add(bucket.ValueIteratedTo);
            counts.Add((int)bucket.CountAtValueIteratedTo);
        }

        return new([.. microseconds], [.. counts]);
    }

    private void Add(long microseconds, int count)
    {
        (_histogram ??= New()).RecordValueWithCount(Math.Clamp(microseconds, 0, s_longest), count);
        _sketch = null;
    }
}
