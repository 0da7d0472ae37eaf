namespace Cano.Tests.Statistics;

public sealed class RankTestTests
{
    /// <summary>The example of SciPy's documentation (ages of diagnosis, five men and four women), normal approximation with continuity.</summary>
    [Fact]
    public void Compare_WithoutTies_IsAsPublished()
    {
        RankTest test = RankTest.Compare(Sketch(19, 22, 16, 29, 24), Sketch(20, 11, 17, 12));

        Assert.Equal(3.0 / 20, test.Shorter);
        Assert.Equal(0.11134688653314041, test.PValue, 9);
    }

    /// <summary>
    /// Ranks 1, 3, 3, 5, 8 against 3, 6.5, 6.5, 9, 10: of 25 pairs 19 are shorter and 2 are ties. The variance is 25 / 12 * (11 - (24 + 6) / 90) = 22.2222, so z = (20 - 12.5 - 0.5) / 4.7140 = 1.4849.
    /// </summary>
    [Fact]
    public void Compare_WithTies_IsAsWorkedOutByHand()
    {
        RankTest test = RankTest.Compare(Sketch(1, 2, 2, 3, 5), Sketch(2, 4, 4, 6, 7));

        Assert.Equal(0.8, test.Shorter, 12);
        Assert.Equal(0.13756389, test.PValue, 7);
    }

    [Fact]
    public void Compare_TheOtherWayRound_IsTheMirrorImage()
    {
        RankTest one = RankTest.Compare(Sketch(1, 2, 2, 3, 5), Sketch(2, 4, 4, 6));
        RankTest other = RankTest.Compare(Sketch(2, 4, 4, 6), Sketch(1, 2, 2, 3, 5));

        Assert.Equal(1 - one.Shorter, other.Shorter, 12);
        Assert.Equal(one.PValue, other.PValue, 12);
    }

    [Fact]
    public void Compare_AllEqualOrNone_FindsNothing()
    {
        Assert.Equal(new RankTest(0.5, 1), RankTest.Compare(Sketch(7, 7, 7), Sketch(7, 7)));
        Assert.Equal(new RankTest(0.5, double.NaN), RankTest.Compare(Sketch(7), DurationSketch.Empty));
        Assert.Equal(new RankTest(0.5, double.NaN), RankTest.Compare(DurationSketch.Empty, Sketch(7)));
    }

    [Fact]
    public void Compare_MillionsOfEach_StaysANumberHoweverSmall()
    {
        RankTest test = RankTest.Compare(new([100, 200], [1_000_000, 1_000_000]), new([100, 201], [990_000, 1_010_000]));

        Assert.InRange(test.Shorter, 0.5, 0.8);
        Assert.Equal(0, test.PValue, 12);
        Assert.InRange(RankTest.Compare(new([1], [40]), new([2], [40])).PValue, 1e-20, 1e-12);
    }

    private static DurationSketch Sketch(params long[] microseconds)
    {
        (long Microseconds, int Count)[] buckets = [.. microseconds.CountBy(one => one).Select(one => (one.Key, one.Value)).OrderBy(one => one.Key)];
        return new([.. buckets.Select(one => one.Microseconds)], [.. buckets.Select(one => one.Count)]);
    }
}
