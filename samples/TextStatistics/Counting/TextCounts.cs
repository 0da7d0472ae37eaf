using System.Buffers;
using System.Globalization;
using System.Text;

namespace TextStatistics;

/// <summary>What <c>wc</c> says of a text, in the locale C.UTF-8.</summary>
/// <remarks>
/// A word is what stands between white space and holds a printable character. White space is tab, line feed, vertical tab, form feed, carriage return
/// and Unicode's space separators (no-break ones too) and word joiner. Neither white space nor printable, and so skipped: other control characters, line and
/// paragraph separators, unassigned code points, bytes that are no UTF-8.
/// </remarks>
/// <param name="Bytes">As <c>wc -c</c>.</param>
/// <param name="Lines">As <c>wc -l</c>: line feeds, so that a last line without one does not count.</param>
/// <param name="Words">As <c>wc -w</c> of GNU coreutils up to 9.4; later ones also count words of nothing but unprintable characters.</param>
public sealed record TextCounts(long Bytes, long Lines, long Words)
{
    private const int WordJoiner = 0x2060;

    /// <summary>Counts.</summary>
    /// <param name="text">Any bytes.</param>
    public static TextCounts Of(ReadOnlySpan<byte> text)
    {
        long lines = 0;
        long words = 0;
        bool inWord = false;
        ReadOnlySpan<byte> rest = text;
        while (!rest.IsEmpty)
        {
            bool isCharacter = Rune.DecodeFromUtf8(rest, out Rune character, out int length) is OperationStatus.Done;
            rest = rest[length..];
            if (!isCharacter)
            {
                continue;
            }

            lines += character.Value == '\n' ? 1 : 0;
            if (IsSpace(character))
            {
                words += inWord ? 1 : 0;
                inWord = false;
            }
            else
            {
                inWord = inWord || IsPrintable(character);
            }
        }

        return new(text.Length, lines, words + (inWord ? 1 : 0));
    }

    private static bool IsSpace(Rune character) => character.IsAscii
        ? character.Value is ' ' or (>= '\t' and <= '\r')
        : character.Value is WordJoiner || Rune.GetUnicodeCategory(character) is UnicodeCategory.SpaceSeparator;

    private static bool IsPrintable(Rune character) => character.IsAscii
        ? character.Value is > ' ' and <= '~'
        : Rune.GetUnicodeCategory(character) is not (
            UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned);
}
