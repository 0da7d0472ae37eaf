namespace Cano;

/// <summary>How many instances ran for about so long.</summary>
/// <param name="From">From how long.</param>
/// <param name="To">To how long.</param>
/// <param name="Completed">How many completed ones did.</param>
/// <param name="Failed">How many failed ones did.</param>
internal sealed record DurationBar(TimeSpan From, TimeSpan To, int Completed, int Failed)
{
    private const int MaxBars = 40;

    /// <summary>Each bar at least by so much longer than the one before: narrower ones would show the rounding of the sketch.</summary>
    private const double Narrowest = 1.03;

    /// <summary>
    /// Bars from the shortest duration to the longest, each wider than the one before by the same factor. What took no time at all is in
    /// the first, which begins at zero then.
    /// </summary>
    internal static IReadOnlyList<DurationBar> Of(IReadOnlyList<VariantStatistics> variants)
    {
        DurationSketch[] completed = [.. variants.Select(variant => variant.CompletedDurations)];
        DurationSketch[] failed = [.. variants.Select(variant => variant.FailedDurations)];
        long[] all = [.. completed.Concat(failed).SelectMany(sketch => sketch.Microseconds)];
        if (all.Length == 0)
        {
            return [];
        }

        long lowest = DurationHistogram.LowestBeside(all.Min());
        double shortest = Math.Max(1, lowest);
        double range = Math.Log(Math.Max(1, all.Max()) / shortest);
        // Durations are told in whole microseconds: bars that are narrower than one would be empty.
        double narrowest = Math.Log(Math.Max(Narrowest, 1 + (1 / shortest)));
        int bars = Math.Clamp((int)Math.Ceiling(range / narrowest), 1, MaxBars);
        double step = Math.Max(range, narrowest) / bars;
        int[] completedIn = CountsOf(completed);
        int[] failedIn = CountsOf(failed);
        return [.. Enumerable.Range(0, bars).Select(bar => new DurationBar(Edge(bar), Edge(bar + 1), completedIn[bar], failedIn[bar]))];

        TimeSpan Edge(int bar) => bar == 0 ? TimeSpan.FromMicroseconds(lowest) : TimeSpan.FromMicroseconds(shortest * Math.Exp(step * bar));

        int[] CountsOf(DurationSketch[] sketches)
        {
            int[] counts = new int[bars];
            foreach (DurationSketch sketch in sketches)
            {
                foreach ((int bucket, long microseconds) in sketch.Microseconds.Index())
                {
                    counts[Math.Clamp((int)(Math.Log(Math.Max(1, microseconds) / shortest) / step), 0, bars - 1)] += sketch.Counts[bucket];
                }
            }

            return counts;
        }
    }
}
