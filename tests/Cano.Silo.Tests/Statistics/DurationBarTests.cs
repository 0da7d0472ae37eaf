using CsCheck;

namespace Cano.Tests.Statistics;

public sealed class DurationBarTests
{
    [Fact]
    public void Of_AnyDurations_AreAllInAFewBarsThatFollowEachOther() => Gen.Double[0, 12].Select(size => (long)Math.Pow(10, size)).Array[1, 100].Sample(microseconds =>
    {
        IReadOnlyList<DurationBar> bars = DurationBar.Of([Variant([.. microseconds.Select(one => TimeSpan.FromMicroseconds(one))], [])]);

        Assert.InRange(bars.Count, 1, 40);
        Assert.Equal(microseconds.Length, bars.Sum(bar => bar.Completed));
        Assert.Equal(bars.Skip(1).Select(bar => bar.From), bars.SkipLast(1).Select(bar => bar.To));
        Assert.All(bars, bar => Assert.True(bar.From < bar.To, $"{bar}"));
        Assert.InRange(microseconds.Min(), bars[0].From.TotalMicroseconds, bars[0].To.TotalMicroseconds);
        Assert.InRange(microseconds.Max(), bars[^1].From.TotalMicroseconds * 0.99, bars[^1].To.TotalMicroseconds + 0.1);
        Assert.NotEqual(0, bars[0].Completed);
        Assert.NotEqual(0, bars[^1].Completed);
    });

    [Theory]
    [InlineData(100_000)]
    [InlineData(5)]
    [InlineData(1)]
    public void Of_EqualDurations_AreInOneBarThatHasThem(int microseconds)
    {
        DurationBar bar = Assert.Single(DurationBar.Of([Variant([.. Enumerable.Repeat(TimeSpan.FromMicroseconds(microseconds), 3)], [TimeSpan.FromMicroseconds(microseconds)])]));

        Assert.Equal((3, 1), (bar.Completed, bar.Failed));
        Assert.InRange(TimeSpan.FromMicroseconds(microseconds), bar.From, bar.To - TimeSpan.FromTicks(1));
    }

    /// <summary>They were in a bar that began at a microsecond.</summary>
    [Fact]
    public void Of_ZeroDurations_AreInABarThatBeginsAtZero()
    {
        DurationBar alone = Assert.Single(DurationBar.Of([Variant([TimeSpan.Zero, TimeSpan.Zero], [])]));
        Assert.Equal((TimeSpan.Zero, 2), (alone.From, alone.Completed));
        Assert.True(alone.To > TimeSpan.Zero);

        IReadOnlyList<DurationBar> bars = DurationBar.Of([Variant([TimeSpan.Zero], [TimeSpan.FromSeconds(1)])]);
        Assert.Equal((TimeSpan.Zero, 1, 1), (bars[0].From, bars[0].Completed, bars[^1].Failed));
        Assert.InRange(bars[^1].To, TimeSpan.FromSeconds(1) - TimeSpan.FromMicroseconds(1), TimeSpan.FromSeconds(1.01));
    }

    [Fact]
    public void Of_NoneAndSeveralVariants_AreAddedUp()
    {
        Assert.Empty(DurationBar.Of([]));
        Assert.Empty(DurationBar.Of([Variant([], [])]));
        Assert.Equal((2, 1), DurationBar.Of([Variant([TimeSpan.FromSeconds(1)], []), Variant([TimeSpan.FromSeconds(9)], [TimeSpan.FromSeconds(3)])]) is var bars ? (bars.Sum(bar => bar.Completed), bars.Sum(bar => bar.Failed)) : default);
    }

    private static VariantStatistics Variant(TimeSpan[] completed, TimeSpan[] failed)
    {
        VariantTally tally = new();
        Array.ForEach(completed, one => tally.Count(WorkflowOutcome.Completed, one));
        Array.ForEach(failed, one => tally.Count(WorkflowOutcome.Failed, one));
        return tally.Build("w", null);
    }
}
