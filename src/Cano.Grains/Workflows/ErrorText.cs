using System.Text;

namespace Cano;

/// <summary>
/// Makes any text fit to be kept in a row and shown: bounded, well-formed, without NUL (which PostgreSQL's text refuses).
/// </summary>
internal static class ErrorText
{
    internal const int MaxBytes = 4_096;

    private const char Ellipsis = '…';
    private const int EllipsisBytes = 3;

    private static readonly Rune s_shownNul = new('␀');

    /// <summary>
    /// The text, if need be cut between two characters and ended with an ellipsis so that it has at most <paramref name="maxBytes"/> bytes
    /// of UTF-8.
    /// </summary>
    internal static string Bounded(string? text, int maxBytes = MaxBytes)
    {
        if (text is null)
        {
            return "";
        }

        if (text.Length <= maxBytes / 3 && !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') && !text.Contains('\0'))
        {
            return text;
        }

        int room = maxBytes - EllipsisBytes;
        StringBuilder kept = new(Math.Min(text.Length, maxBytes));
        int bytes = 0;
        int lengthThatLeavesRoom = 0;
        Span<char> character = stackalloc char[2];

        // Lone surrogates come out of the enumeration as U+FFFD.
        foreach (Rune rune in text.EnumerateRunes())
        {
            Rune harmless = rune.Value == 0 ? s_shownNul : rune;
            bytes += harmless.Utf8SequenceLength;
            if (bytes > maxBytes)
            {
                kept.Length = lengthThatLeavesRoom;
                return kept.Append(Ellipsis).ToString();
            }

            kept.Append(character[..harmless.EncodeToUtf16(character)]);
            lengthThatLeavesRoom = bytes <= room ? kept.Length : lengthThatLeavesRoom;
        }

        return kept.ToString();
    }
}
