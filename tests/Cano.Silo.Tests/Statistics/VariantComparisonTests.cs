namespace Cano.Tests.Statistics;

public sealed class VariantComparisonTests
{
    private const int Each = 500;

    /// <summary>The same variant twice, again and again: with 95 % confidence about one comparison in twenty may say otherwise, and these seeds never change.</summary>
    [Fact]
    public void Of_TheSameTwice_StaysNoise()
    {
        int found = 0;
        for (int seed = 0; seed < 200; seed++)
        {
            Random random = new(seed);
            VariantComparison other = VariantComparison.Of([Variant("a", random, 0.9, 100), Variant("b", random, 0.9, 100)])[1];
            found += other.RateDiffers || other.DurationsDiffer ? 1 : 0;
        }

        Assert.InRange(found, 0, 14);
    }

    [Fact]
    public void Of_TwentyOfTheSame_StaysNoiseTogether()
    {
        int found = 0;
        for (int seed = 0; seed < 100; seed++)
        {
            Random random = new(seed);
            VariantStatistics[] variants = [.. Enumerable.Range(0, 20).Select(number => Variant($"l{number}", random, 0.9, 100))];
            found += VariantComparison.Of(variants).Any(one => one.RateDiffers || one.DurationsDiffer) ? 1 : 0;
        }

        Assert.InRange(found, 0, 10);
    }

    [Fact]
    public void Of_SlowerAndWorse_IsFoundEachTime()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            Random random = new(seed);
            IReadOnlyList<VariantComparison> compared = VariantComparison.Of([Variant("a", random, 0.9, 100), Variant("b", random, 0.7, 150)]);

            Assert.Null(compared[0].RateDifference);
            Assert.Null(compared[0].Durations);
            Assert.True(compared[1].RateDiffers);
            Assert.True(compared[1].RateDifference!.Value.High < 0);
            Assert.True(compared[1].DurationsDiffer);
            Assert.InRange(compared[1].Durations!.Value.Shorter, 0.1, 0.4);
        }
    }

    /// <summary>The level was divided by the number of other variants, though each of them is compared twice: together they were sure of 90 % only.</summary>
    [Theory]
    [InlineData(2, 0.025)]
    [InlineData(3, 0.0125)]
    [InlineData(50, 0.05 / 98)]
    public void Level_OfManyVariants_IsDividedByAllComparisons(int variants, double level) => Assert.All(
        VariantComparison.Of([.. Enumerable.Range(0, variants).Select(number => Variant($"l{number}", new(number), 0.9, 100))]),
        one => Assert.Equal(level, one.Level, 12));

    [Fact]
    public void Of_NothingEndedByItself_ComparesNothing()
    {
        VariantStatistics ended = Variant("a", new(1), 0.9, 100);
        VariantStatistics cancelled = new() { Workflow = "w", Label = "b", Total = 5, Cancelled = 5 };

        foreach (VariantStatistics[] variants in (VariantStatistics[][])[[ended, cancelled], [cancelled, ended]])
        {
            VariantComparison other = VariantComparison.Of(variants)[1];
            Assert.Null(other.RateDifference);
            Assert.False(other.RateDiffers || other.DurationsDiffer);
        }

        VariantDocument document = VariantDocument.Of([ended, cancelled])[1];
        Assert.Null(document.SuccessRate);
        Assert.Equal(new(null, false, 0.5, null, false), document.Difference);
        Assert.Empty(VariantDocument.Of([]));
    }

    private static VariantStatistics Variant(string label, Random random, double rate, double milliseconds)
    {
        VariantTally tally = new();
        for (int one = 0; one < Each; one++)
        {
            tally.Total++;
            tally.Count(random.NextDouble() < rate ? WorkflowOutcome.Completed : WorkflowOutcome.Failed, TimeSpan.FromMilliseconds(milliseconds * (0.5 + random.NextDouble())));
        }

        return tally.Build("w", label);
    }
}
