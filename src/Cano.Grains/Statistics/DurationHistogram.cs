using HdrHistogram;

namespace Cano;

/// <summary>
/// Durations by their size, so that percentiles can be told to within one percent, of any number of them, and those of many partitions together: HDR histograms with two significant
/// digits, in microseconds up to 72 minutes, in milliseconds beyond. (HdrHistogram 2.5.0 reckons buckets as wide as 2^31 in 32 bits, and so tells values from 2^38 on wrongly: in
/// microseconds that would be those of more than three days.)
/// </summary>
internal sealed class DurationHistogram
{
    private const int SignificantDigits = 2;

    private const int MicrosecondsPerMillisecond = 1_000;

    /// <summary>Where milliseconds begin, in microseconds: a power of two, and so where a bucket ends.</summary>
    private const long LongFrom = 1L << 32;

    /// <summary>More than the longest batch lasts, in microseconds.</summary>
    private static readonly long s_longest = (long)TimeSpan.FromDays(400).TotalMicroseconds;

    /// <summary>Hold nothing: they know the buckets.</summary>
    private static readonly LongHistogram s_short = NewShort();
    private static readonly LongHistogram s_long = NewLong();

    private LongHistogram? _short;
    private LongHistogram? _long;
    private DurationSketch? _sketch;

    internal long Count => (_short?.TotalCount ?? 0) + (_long?.TotalCount ?? 0);

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
    internal static long LowestBeside(long microseconds) => microseconds < LongFrom
        ? s_short.LowestEquivalentValue(microseconds)
        : Math.Max(LongFrom, s_long.LowestEquivalentValue(microseconds / MicrosecondsPerMillisecond) * MicrosecondsPerMillisecond);

    private static LongHistogram NewShort() => new(1, LongFrom, SignificantDigits);

    private static LongHistogram NewLong() => new(1, s_longest / MicrosecondsPerMillisecond, SignificantDigits);

    private DurationSketch Collect()
    {
        List<long> microseconds = [];
        List<int> counts = [];
        Collect(_short, highest => highest);
        Collect(_long, highest => ((highest + 1) * MicrosecondsPerMillisecond) - 1);
        return new([.. microseconds], [.. counts]);

        void Collect(LongHistogram? histogram, Func<long, long> highestOf)
        {
            foreach (var bucket in histogram?.RecordedValues() ?? [])
            {
                microseconds.Add(highestOf(bucket.ValueIteratedTo));
                counts.Add((int)bucket.CountAtValueIteratedTo);
            }
        }
    }

    private void Add(long microseconds, int count)
    {
        long duration = Math.Clamp(microseconds, 0, s_longest);
        if (duration < LongFrom)
        {
            (_short ??= NewShort()).RecordValueWithCount(duration, count);
        }
        else
        {
            (_long ??= NewLong()).RecordValueWithCount(duration / MicrosecondsPerMillisecond, count);
        }

        _sketch = null;
    }
}
