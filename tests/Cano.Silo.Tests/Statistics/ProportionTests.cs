namespace Cano.Tests.Statistics;

public sealed class ProportionTests
{
    /// <summary>Eight of ten; none and all of ten, where the simple interval has no width; and 81 of 263 (Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I).</summary>
    [Theory]
    [InlineData(8, 10, 0.4902, 0.9433)]
    [InlineData(0, 10, 0, 0.2775)]
    [InlineData(10, 10, 0.7225, 1)]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    public void Of_KnownExamples_IsWilsonsInterval(int successes, int trials, double low, double high)
    {
        Proportion proportion = Proportion.Of(successes, trials, 0.95);

        Assert.Equal((double)successes / trials, proportion.Value);
        Assert.Equal(low, proportion.Low, 4);
        Assert.Equal(high, proportion.High, 4);
    }

    [Fact]
    public void Of_NoTrials_SaysNothing()
    {
        Proportion none = Proportion.Of(0, 0, 0.95);

        Assert.Equal((double.NaN, 0, 1), (none.Value, none.Low, none.High));
    }

    [Fact]
    public void Of_AMillion_IsNarrow()
    {
        Proportion proportion = Proportion.Of(999_999, 1_000_000, 0.95);

        Assert.InRange(proportion.Low, 0.99999, proportion.Value);
        Assert.InRange(proportion.High, proportion.Value, 1);
    }

    /// <summary>Newcombe 1998, "Interval estimation for the difference between independent proportions", table II, method 10: its cases a, c and e.</summary>
    [Theory]
    [InlineData(56, 70, 48, 80, 0.0524, 0.3339)]
    [InlineData(6, 7, 2, 7, 0.0582, 0.8062)]
    [InlineData(5, 56, 0, 29, -0.0381, 0.1926)]
    public void Difference_PublishedExamples_IsNewcombesInterval(int ones, int ofOnes, int others, int ofOthers, double low, double high)
    {
        Proportion difference = Proportion.Difference(Proportion.Of(ones, ofOnes, 0.95), Proportion.Of(others, ofOthers, 0.95));

        Assert.Equal(((double)ones / ofOnes) - ((double)others / ofOthers), difference.Value, 12);
        Assert.Equal(low, difference.Low, 4);
        Assert.Equal(high, difference.High, 4);
    }
}
