using System.Numerics;

namespace Cano;

/// <summary>
/// Durations by their size, so that percentiles can be told to within one percent, of any number of them, and those of many partitions together. The buckets are those of an HDR
/// histogram with two significant digits: below 256 microseconds one for each, above that 128 for each power of two. Only those that hold something take space.
/// </summary>
internal sealed class DurationHistogram
{
    /// <summary>So many bits of a duration say which bucket it is in; those below them do not matter.</summary>
    private const int Bits = 8;

    /// <summary>More than the longest batch lasts, in microseconds.</summary>
    private static readonly long s_longest = (long)TimeSpan.FromDays(400).TotalMicroseconds;

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
    internal static long LowestBeside(long microseconds) => microseconds >> Ignored(microseconds) << Ignored(microseconds);

    private static long HighestBeside(long microseconds) => LowestBeside(microseconds) + (1L << Ignored(microseconds)) - 1;

    private static int Ignored(long microseconds) => Math.Max(0, BitOperations.Log2((ulong)microseconds) - (Bits - 1));

    private void Add(long microseconds, int count)
    {
        long bucket = HighestBeside(Math.Clamp(microseconds, 0, s_longest));
        _buckets[bucket] = _buckets.GetValueOrDefault(bucket) + count;
        Count += count;
        _sketch = null;
    }
}
