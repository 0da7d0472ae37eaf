using CsCheck;

namespace Cano.Engine.Tests;

public sealed class DurationHistogramTests
{
    /// <summary>From a microsecond to about twelve days, every size as likely as any other.</summary>
    private static readonly Gen<long> s_ticks = Gen.Double[1, 13].Select(size => (long)Math.Pow(10, size));

    [Fact]
    public void Percentile_AnyDurations_IsTheExactOneOrLessThanOnePercentAbove() => s_ticks.Array[1, 300].Sample(ticks =>
    {
        DurationHistogram histogram = new();
        foreach (long one in ticks)
        {
            histogram.Add(new TimeSpan(one));
        }

        long[] sorted = [.. ticks.Order()];
        foreach (int percent in (int[])[50, 90, 95, 99, 100])
        {
            long exact = sorted[(int)Math.Ceiling(percent * sorted.Length / 100.0) - 1];
            Assert.InRange(histogram.Percentile(percent).Ticks, exact / 10 * 10, exact * 1.01);
        }
    });

    [Fact]
    public void Sketch_AddedAgain_IsTheSame() => s_ticks.Array[0, 100].Sample(ticks =>
    {
        DurationHistogram once = new();
        Array.ForEach(ticks, one => once.Add(new TimeSpan(one)));
        DurationHistogram again = new();
        again.Add(once.ToSketch());

        Assert.Equal(Described.Of(once.ToSketch()), Described.Of(again.ToSketch()));
        Assert.Equal(ticks.Length, again.Count);
        Assert.Equal(once.ToSketch().Microseconds.Order(), once.ToSketch().Microseconds);
    });

    /// <summary>HdrHistogram 2.5.0 shifts an int where these have long: from 3.2 days on what it told was below the duration, and fell further each time it was added to others.</summary>
    [Theory]
    [InlineData(3.3)]
    [InlineData(6.5)]
    [InlineData(40)]
    [InlineData(365)]
    public void Percentile_OfDays_IsNotBelowAndStaysWhenAddedAgain(double days)
    {
        TimeSpan duration = TimeSpan.FromDays(days);
        DurationHistogram histogram = new();
        histogram.Add(duration);
        for (int partition = 0; partition < 10; partition++)
        {
            DurationHistogram sum = new();
            sum.Add(histogram.ToSketch());
            histogram = sum;
        }

        Assert.InRange(histogram.Percentile(100), duration, 1.01 * duration);
    }

    /// <summary>An array of all buckets has 40 KB, and a partition may need one for each of its instances.</summary>
    [Fact]
    public void Add_ToAsManyAsAPartitionHasLabels_AllocatesLittle()
    {
        new DurationHistogram().Add(TimeSpan.FromSeconds(1));
        long before = GC.GetAllocatedBytesForCurrentThread();
        DurationHistogram[] all = new DurationHistogram[PartitionSpec.MaxInstances];
        for (int label = 0; label < all.Length; label++)
        {
            all[label] = new();
            all[label].Add(TimeSpan.FromSeconds(label));
            all[label].ToSketch();
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / all.Length, 1, 2_000);
    }

    [Theory]
    [InlineData(11, 95, 11)]
    [InlineData(20, 95, 19)]
    [InlineData(10, 90, 9)]
    [InlineData(3, 50, 2)]
    [InlineData(1, 50, 1)]
    public void Percentile_OfFew_HasThatShareAtOrBelowIt(int count, int percent, int microseconds)
    {
        DurationHistogram histogram = new();
        for (int one = 1; one <= count; one++)
        {
            histogram.Add(TimeSpan.FromMicroseconds(one));
        }

        Assert.Equal(TimeSpan.FromMicroseconds(microseconds), histogram.Percentile(percent));
    }

    /// <summary>A clock that was set back makes durations that are below zero.</summary>
    [Fact]
    public void Add_NoneZeroNegativeAndLongest_IsKept()
    {
        DurationHistogram histogram = new();
        Assert.Equal((TimeSpan.Zero, 0L), (histogram.Percentile(50), histogram.Count));
        Assert.Same(DurationSketch.Empty, histogram.ToSketch());

        histogram.Add(TimeSpan.Zero);
        histogram.Add(TimeSpan.FromSeconds(-1));
        Assert.Equal(TimeSpan.Zero, histogram.Percentile(100));

        histogram.Add(TimeSpan.MaxValue);
        Assert.Equal(3, histogram.Count);
        Assert.InRange(histogram.Percentile(100), TimeSpan.FromDays(365), TimeSpan.FromDays(405));
    }

    [Fact]
    public void Add_AMillionInOneBucketTwice_Counts()
    {
        DurationHistogram histogram = new();
        histogram.Add(new DurationSketch([100], [1_000_000]));
        histogram.Add(new DurationSketch([100, 200], [1_000_000, 1_000_000]));

        Assert.Equal(3_000_000, histogram.Count);
        Assert.Equal([2_000_000, 1_000_000], histogram.ToSketch().Counts);
    }
}
