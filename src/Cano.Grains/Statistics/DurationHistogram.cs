using HdrHistogram;

namespace Cano;

/// <summary>
/// Durations by their size, so that percentiles can be told to within one percent, of any number of them, and those of many partitions
/// together. The buckets are those of HDR histograms with two significant digits, in microseconds up to 72 minutes, in milliseconds beyond:
/// HdrHistogram 2.5.0 reckons the width of a bucket in 32 bits, and so tells those of values from 2^38 on wrongly, which in microseconds
/// would be those of more than three days. Only buckets that hold something take space; a histogram of the library takes 40 KB, and a
/// partition may have a thousand labels.
/// </summary>
internal sealed class DurationHistogram
{
    private const int SignificantDigits = 2;

    private const int MicrosecondsPerMillisecond = 1_000;

    /// <summary>Where milliseconds begin, in microseconds: a power of two, and so where a bucket ends.</summary>
    private const long LongFrom = 1L << 32;

    /// <summary>More than the longest batch lasts, in microseconds.</summary>
    private static readonly long s_longest = (long)TimeSpan.FromDays(400).TotalMicroseconds;

    private static readonly LongHistogram s_short = new(1, LongFrom, SignificantDigits);
    private static readonly LongHistogram s_long = new(1, s_longest / MicrosecondsPerMillisecond, SignificantDigits);

    private readonly Dictionary<long, int> _buckets = [];
    private DurationSketch? _sketch;

    internal long Count { get; private set; }

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

    internal DurationSketch ToSketch()
    {
        if (_sketch is null)
        {
            long[] microseconds = [.. _buckets.Keys.Order()];
            _sketch = microseconds.Length == 0 ? DurationSketch.Empty : new(microseconds, [.. microseconds.Select(bucket => _buckets[bucket])]);
        }

        return _sketch;
    }

    /// <summary>The lowest of the durations that are in one bucket with this one, in microseconds.</summary>
    internal static long LowestBeside(long microseconds) => microseconds < LongFrom
        ? s_short.LowestEquivalentValue(microseconds)
        : Math.Max(LongFrom, s_long.LowestEquivalentValue(microseconds / MicrosecondsPerMillisecond) * MicrosecondsPerMillisecond);

    private static long HighestBeside(long microseconds) => microseconds < LongFrom
        ? s_short.HighestEquivalentValue(microseconds)
        : ((s_long.HighestEquivalentValue(microseconds / MicrosecondsPerMillisecond) + 1) * MicrosecondsPerMillisecond) - 1;

    private void Add(long microseconds, int count)
    {
        long bucket = HighestBeside(Math.Clamp(microseconds, 0, s_longest));
        _buckets[bucket] = _buckets.GetValueOrDefault(bucket) + count;
        Count += count;
        _sketch = null;
    }
}
