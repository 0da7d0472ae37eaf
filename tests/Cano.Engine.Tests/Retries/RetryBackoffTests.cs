using CsCheck;

namespace Cano.Engine.Tests;

public sealed class RetryBackoffTests
{
    private static readonly RetryBackoff s_backoff = new(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(5));

    [Theory]
    [InlineData(0, 10, 20)]
    [InlineData(1, 20, 40)]
    [InlineData(7, 1_280, 2_560)]
    [InlineData(8, 2_500, 5_000)]
    [InlineData(9, 2_500, 5_000)]
    [InlineData(int.MaxValue, 2_500, 5_000)]
    public void PauseBefore_ARepetition_DoublesUpToTheLongest(int repetition, int least, int most)
    {
        Assert.Equal(TimeSpan.FromMilliseconds(least), s_backoff.PauseBefore(repetition, random: 0));
        Assert.Equal(TimeSpan.FromMilliseconds(most), s_backoff.PauseBefore(repetition, random: 1));
    }

    [Fact]
    public void PauseBefore_AnyRepetitionAndAnyDraw_LiesInTheUpperHalfOfItsRange() =>
        Gen.Select(Gen.Int[1, 10_000], Gen.Int[0, 100_000], Gen.Int[0, 200]).Sample((first, more, repetition) =>
        {
            RetryBackoff backoff = new(TimeSpan.FromMilliseconds(first), TimeSpan.FromMilliseconds(first + more));
            TimeSpan most = backoff.PauseBefore(repetition, random: 1);
            TimeSpan drawn = backoff.PauseBefore(repetition);

            Assert.InRange(most, backoff.First, backoff.Longest);
            Assert.InRange(drawn, most / 2, most);
        });
}
