using MathNet.Numerics.Distributions;

namespace Cano;

/// <summary>
/// Whether durations of one kind tend to be shorter than those of another, whatever their distributions (H. B. Mann and D. R. Whitney,
/// 1947, with the correction for ties).
/// </summary>
/// <param name="Shorter">How often one of the first is shorter than one of the other, ties counting half: 0.5 means that neither tends to
/// be.</param>
/// <param name="PValue">How probable a difference like this or greater is by chance alone; NaN where one of them has none.</param>
internal readonly record struct RankTest(double Shorter, double PValue)
{
    internal static RankTest Compare(DurationSketch first, DurationSketch other)
    {
        double n = first.Counts.Sum(count => (long)count);
        double m = other.Counts.Sum(count => (long)count);
        if (n == 0 || m == 0)
        {
            return new(0.5, double.NaN);
        }

        SortedDictionary<long, (int First, int Other)> buckets = [];
        foreach ((int bucket, long microseconds) in first.Microseconds.Index())
        {
            buckets[microseconds] = (first.Counts[bucket], 0);
        }

        foreach ((int bucket, long microseconds) in other.Microseconds.Index())
        {
            buckets[microseconds] = (buckets.GetValueOrDefault(microseconds).First, other.Counts[bucket]);
        }

        double shorter = 0;
        double ties = 0;
        double longerOthers = m;
        foreach ((int ours, int others) in buckets.Values)
        {
            longerOthers -= others;
            shorter += ours * (longerOthers + (0.5 * others));
            double tied = ours + others;
            ties += (tied * tied * tied) - tied;
        }

        double all = n + m;
        double variance = n * m / 12 * (all + 1 - (ties / (all * (all - 1))));
        double z = variance <= 0 ? 0 : Math.Max(0, Math.Abs(shorter - (n * m / 2)) - 0.5) / Math.Sqrt(variance);
        return new(shorter / (n * m), 2 * Normal.CDF(0, 1, -z));
    }
}
