using System.Globalization;
using System.Text.Json;

namespace Cano;

/// <summary>Says in a few words what a JSON value is, and what a type is called, for messages.</summary>
internal static class JsonShape
{
    private const int MaxNames = 20;
    private const int MaxLength = 60;

    private static readonly Dictionary<Type, string> s_keywords = new()
    {
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
        [typeof(char)] = "char",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
    };

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

    /// <summary>What a programmer calls a type.</summary>
    internal static string Of(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return $"{Of(underlying)}?";
        }

        if (type.IsArray)
        {
            return $"{Of(type.GetElementType()!)}[]";
        }

        if (s_keywords.TryGetValue(type, out string? keyword))
        {
            return keyword;
        }

        if (type.Name.StartsWith("<>", StringComparison.Ordinal))
        {
            return "an anonymous type";
        }

        return type.IsGenericType && type.Name.IndexOf('`', StringComparison.Ordinal) is > 0 and var end
            ? $"{type.Name[..end]}<{string.Join(", ", type.GenericTypeArguments.Select(Of))}>"
            : type.Name;
    }

    private static string Cut(string text) => text.Length <= MaxLength ? text : $"{text[..(MaxLength - 1)]}…";
}
