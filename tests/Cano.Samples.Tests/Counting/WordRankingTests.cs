using System.Text;
using TextStatistics;

namespace Cano.Samples.Tests.Counting;

public sealed class WordRankingTests
{
    [Fact]
    public void Top_WordsOfSeveralFrequencies_AreInOrderOfFrequencyThenOfTheAlphabet() =>
        Assert.Equal([new("b", 3), new("a", 2), new("c", 2)], WordRanking.Of("c b a, B; a-b C d"u8).Top(3));

    [Fact]
    public void Top_LettersOfOtherScripts_BelongToWords() =>
        Assert.Equal([new("straße", 2), new("слово", 1)], WordRanking.Of(Encoding.UTF8.GetBytes("Straße STRAßE42 Слово")).Top(10));

    [Fact]
    public void Top_RunsOfLettersThatAreTooLong_AreNoWords() =>
        Assert.Equal([new(new string('y', WordRanking.LongestWord), 1)], WordRanking.Of(Encoding.ASCII.GetBytes($"{new string('x', 41)} {new string('Y', 40)}")).Top(10));

    [Theory]
    [InlineData("")]
    [InlineData("00FF80")]
    [InlineData("31323320")]
    public void Top_TextWithoutLetters_IsEmpty(string bytes) => Assert.Empty(WordRanking.Of(Convert.FromHexString(bytes)).Top(10));

    [Fact]
    public void Add_WordsOfAnotherRanking_AddsTheirCounts()
    {
        WordRanking ranking = WordRanking.Of("a b"u8);
        ranking.Add(new("b", 2));
        ranking.Add(new("c", 2));
        Assert.Equal([new("b", 3), new("c", 2), new("a", 1)], ranking.Top(10));
    }
}
