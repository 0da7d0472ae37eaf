using System.Text;
using TextStatistics;

namespace Cano.Samples.Tests.Counting;

/// <summary>The expected numbers are those that wc of GNU coreutils 9.1 printed in the locale C.UTF-8.</summary>
public sealed class TextCountsTests
{
    [Theory]
    [InlineData("", 0, 0)]
    [InlineData(" ", 0, 0)]
    [InlineData("\n", 1, 0)]
    [InlineData("one", 0, 1)]
    [InlineData("one\n", 1, 1)]
    [InlineData("one\ntwo three", 1, 3)]
    [InlineData("one\r\ntwo\r\n", 2, 2)]
    [InlineData("one\rtwo", 0, 2)]
    [InlineData("a\tb\vc\fd", 0, 4)]
    [InlineData("  leading and trailing  ", 0, 3)]
    [InlineData("don't stop-here, ok?", 0, 3)]
    public void Counts_PlainText_AreThoseOfWc(string text, long lines, long words) =>
        Assert.Equal(new TextCounts(text.Length, lines, words), TextCounts.Of(Encoding.ASCII.GetBytes(text)));

    [Theory]
    [InlineData("a\u00A0b", 2)] // no-break space
    [InlineData("a\u1680b", 2)] // Ogham space mark
    [InlineData("a\u2003b", 2)] // em space
    [InlineData("a\u2007b", 2)] // figure space
    [InlineData("a\u202Fb", 2)] // narrow no-break space
    [InlineData("a\u2060b", 2)] // word joiner
    [InlineData("a\u3000b", 2)] // ideographic space
    [InlineData("a\u200Bb", 1)] // zero width space: a format character
    [InlineData("a\uFEFFb", 1)] // byte order mark
    [InlineData("a\u0085b", 1)] // next line: a control character
    [InlineData("a\u2028b", 1)] // line separator
    [InlineData("\u0085", 0)]
    [InlineData("\u2028", 0)]
    [InlineData("\u0378", 0)] // unassigned
    [InlineData("\u200B", 1)]
    [InlineData("\uE000", 1)] // private use
    [InlineData("日本語 テキスト", 2)]
    [InlineData("\U0001F600 \U0001F680", 2)]
    public void Words_UnicodeText_AreThoseOfWc(string text, long words) => Assert.Equal(words, TextCounts.Of(Encoding.UTF8.GetBytes(text)).Words);

    [Theory]
    [InlineData("00", 0)] // NUL
    [InlineData("61 00 62", 1)]
    [InlineData("01 20 7F", 0)]
    [InlineData("E9", 0)] // Latin-1
    [InlineData("63 E9 64", 1)]
    [InlineData("E9 20 61", 1)]
    [InlineData("61 E2 82 20 62", 2)] // cut short
    [InlineData("61 C0 A0 62", 1)] // a space, overlong
    [InlineData("ED A0 80", 0)] // a surrogate
    [InlineData("F4 90 80 80", 0)] // beyond Unicode
    [InlineData("61 20 F0 9F 98", 1)] // cut short by the end
    public void Words_BytesThatAreNoText_AreThoseOfWc(string bytes, long words) =>
        Assert.Equal(words, TextCounts.Of(Convert.FromHexString(bytes.Replace(" ", "", StringComparison.Ordinal))).Words);
}
