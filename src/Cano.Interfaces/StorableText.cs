using System.Globalization;

namespace Cano;

/// <summary>
/// The one rule for text that a user chooses (names, labels, names in stores): short, and of characters that can be stored.
/// </summary>
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

        return IsStorable(text) ? null : $"{what} has a character that can't be stored: NUL, or half a surrogate pair.";
    }

    private static bool IsStorable(string text) => !text.Contains('\0', StringComparison.Ordinal) && IsWellFormed(text);

    /// <summary>Says what is wrong with the name of a value in a store, or null: two names could be one once they are written.</summary>
    internal static string? NameFault(string name) =>
        IsStorable(name) ? null : Fault(name, int.MaxValue, $"The name '{Shown(name)}' of a value in a store");

    /// <summary>Refuses a name under which a value can't be kept.</summary>
    /// <exception cref="ArgumentException">The name is empty or has a character that can't be stored.</exception>
    internal static void RequireName(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        if (NameFault(key) is { } fault)
        {
            throw new ArgumentException(fault, nameof(key));
        }
    }

    /// <summary>Whether every half of a surrogate pair has its other half: other text becomes another one as it is written.</summary>
    internal static bool IsWellFormed(string text)
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

    /// <summary>The text for a message: what can't be shown as <c>\u0000</c>.</summary>
    private static string Shown(string text) => string.Concat(text.Select(character => char.IsControl(character) || char.IsSurrogate(character)
        ? string.Create(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}")
        : character.ToString()));
}
