using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace TextStatistics;

/// <summary>A word and how often it occurs.</summary>
/// <param name="Word">In lower case.</param>
/// <param name="Count">1 or more.</param>
public sealed record RankedWord(string Word, long Count);

/// <summary>
/// Counts how often words occur. Here a word is a run of letters, in lower case, whatever stands around it: braces and slashes would win any other contest among sources.
/// </summary>
public sealed partial class WordRanking
{
    /// <summary>Longer runs of letters are data (a key, an image as text), not words.</summary>
    public const int LongestWord = 40;

    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>Ranks the words of one text.</summary>
    /// <param name="utf8">Any bytes; those that are no UTF-8 belong to no word.</param>
    public static WordRanking Of(ReadOnlySpan<byte> utf8)
    {
        WordRanking ranking = new();
        Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> counts = ranking._counts.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> lowerCase = stackalloc char[LongestWord];
        ReadOnlySpan<char> text = Encoding.UTF8.GetString(utf8);
        foreach (ValueMatch match in RunOfLetters().EnumerateMatches(text))
        {
            if (match.Length <= LongestWord)
            {
                int length = text.Slice(match.Index, match.Length).ToLowerInvariant(lowerCase);
                CollectionsMarshal.GetValueRefOrAddDefault(counts, lowerCase[..length], out _)++;
            }
        }

        return ranking;
    }

    /// <summary>Counts a word more often.</summary>
    public void Add(RankedWord word) => CollectionsMarshal.GetValueRefOrAddDefault(_counts, word.Word, out _) += word.Count;

    /// <summary>The most frequent words, the most frequent first; of equally frequent ones that which comes first in the alphabet.</summary>
    /// <param name="count">How many at most.</param>
    public RankedWord[] Top(int count) =>
    [
        .. _counts
            .OrderByDescending(entry => entry.Value)
            .ThenBy(entry => entry.Key, StringComparer.Ordinal)
            .Take(count)
            .Select(entry => new RankedWord(entry.Key, entry.Value)),
    ];

    [GeneratedRegex(@"\p{L}[\p{L}\p{M}]*", RegexOptions.CultureInvariant)]
    private static partial Regex RunOfLetters();
}
