namespace Cano;

/// <summary>The one rule for text that a user chooses freely (names, labels): short, and of characters that every database takes.</summary>
internal static class StorableText
{
    internal const int MaxNameLength = 200;
    internal const int MaxLabelLength = 100;

    /// <summary>Says what is wrong, or null when nothing is. Null text has no fault.</summary>
    internal static string? Fault(string? text, int maxLength, string what)
    {
        if (text is null)
        {
            return null;
        }

        if (text.Length > maxLength)
        {
            return $"{what} has {text.Length} characters; it may have at most {maxLength}.";
        }

        return text.Contains('\0', StringComparison.Ordinal) || !IsWellFormed(text)
            ? $"{what} has a character that can't be stored: NUL, or half a surrogate pair."
            : null;
    }

    private static bool IsWellFormed(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && (++i == text.Length || !char.IsSurrogatePair(text[i - 1], text[i])))
            {
                return false;
            }
        }

        return true;
    }
}
