namespace Cano;

/// <summary>A part of a list.</summary>
/// <typeparam name="T">What it lists.</typeparam>
/// <param name="Items">The part.</param>
/// <param name="Next">What to give as <c>cursor</c> for the next part; null: there is none.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? Next)
{
    internal const int DefaultSize = 50;
}

/// <summary>The query of a list: how many, and where to go on.</summary>
internal static class PageQuery
{
    /// <summary>How many items a page shall have.</summary>
    /// <exception cref="ApiException">Fewer than 1, or more than allowed.</exception>
    internal static int Limit(int? limit, CanoHttpOptions options) => limit switch
    {
        null => Math.Min(Page<int>.DefaultSize, options.MaxPageSize),
        var some when some >= 1 && some <= options.MaxPageSize => some.Value,
        _ => throw ApiException.Parameter("limit", $"It was {limit}; it must be from 1 to {options.MaxPageSize}."),
    };

    /// <summary>A word of an enum, as JSON writes it.</summary>
    /// <exception cref="ApiException">There is no such word.</exception>
    internal static TEnum? Word<TEnum>(string name, string? word)
        where TEnum : struct, Enum
    {
        if (word is null)
        {
            return null;
        }

        foreach (TEnum value in Enum.GetValues<TEnum>())
        {
            if (DocumentWriter.Word(value) == word)
            {
                return value;
            }
        }

        throw ApiException.Parameter(name, $"It was '{word}'; known are {string.Join(", ", Enum.GetValues<TEnum>().Select(DocumentWriter.Word))}.");
    }
}
