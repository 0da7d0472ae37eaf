using System.Globalization;
using System.Text.Json;

namespace Cano;

/// <summary>Says in a few words what a JSON value is, for messages.</summary>
internal static class JsonShape
{
    private const int MaxNames = 20;
    private const int MaxLength = 60;

    /// <summary>A value: small ones as they are, of objects the names, of arrays the length.</summary>
    internal static string Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => $"an object with {Names(value.EnumerateObject().Select(Name))}",
        JsonValueKind.Array => string.Create(CultureInfo.InvariantCulture, $"an array of {value.GetArrayLength()}"),
        JsonValueKind.String => $"the string {Cut(value.GetRawText())}",
        JsonValueKind.Number => $"the number {Cut(value.GetRawText())}",
        _ => value.GetRawText(),
    };

    /// <summary>Names in a row; many are cut short, none are <c>no members</c>.</summary>
    internal static string Names(IEnumerable<string> names)
    {
        string[] some = [.. names.Take(MaxNames + 1).Select(Cut)];
        return some.Length switch
        {
            0 => "no members",
            <= MaxNames => string.Join(", ", some),
            _ => $"{string.Join(", ", some.Take(MaxNames))}, …",
        };
    }

    /// <summary>The name of a member, made readable if need be: it may hold what no string can.</summary>
    internal static string Name(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return "\uFFFD";
        }
    }

    private static string Cut(string text) => text.Length <= MaxLength ? text : $"{text[..(MaxLength - 1)]}…";
}
