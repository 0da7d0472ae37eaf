using MathNet.Numerics.Distributions;

namespace Cano;

/// <summary>A share of successes among trials, and where the true one lies with some confidence.</summary>
/// <param name="Value">The share, from 0 to 1; NaN without trials.</param>
/// <param name="Low">The lower end of the interval.</param>
/// <param name="High">The upper end.</param>
internal readonly record struct Proportion(double Value, double Low, double High)
{
    /// <summary>By Wilson's score interval (E. B. Wilson, 1927), which holds for few trials and for shares near 0 or 1.</summary>
    internal static Proportion Of(int successes, int trials, double confidence)
    {
        if (trials == 0)
        {
            return new(double.NaN, 0, 1);
        }

        double z = Normal.InvCDF(0, 1, 1 - ((1 - confidence) / 2));
        double share = (double)successes / trials;
        double middle = share + (z * z / (2 * trials));
        double half = z * Math.Sqrt((share * (1 - share) / trials) + (z * z / (4.0 * trials * trials)));
        double scale = 1 + (z * z / trials);
        return new(share, Math.Max(0, (middle - half) / scale), Math.Min(1, (middle + half) / scale));
    }

    /// <summary>
    /// The difference of two independent shares, by Newcombe's hybrid of their score intervals (R. G. Newcombe, 1998, method 10).
    /// </summary>
    internal static Proportion Difference(Proportion one, Proportion other)
    {
        double difference = one.Value - other.Value;
        return new(
            difference,
            difference - Math.Sqrt(Math.Pow(one.Value - one.Low, 2) + Math.Pow(other.High - other.Value, 2)),
            difference + Math.Sqrt(Math.Pow(one.High - one.Value, 2) + Math.Pow(other.Value - other.Low, 2)));
    }
}
