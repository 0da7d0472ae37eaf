using System.Globalization;

namespace Cano;

/// <summary>Makes JSON paths such as <c>$.instances[3].params['a name']</c>.</summary>
internal static class JsonPath
{
    private const int MaxNameLength = 60;

    /// <summary>A member of an object.</summary>
    internal static string Member(string path, string name)
    {
        string shown = name.Length <= MaxNameLength ? name : $"{name[..MaxNameLength]}…";
        return shown.Length > 0 && shown.All(character => char.IsLetterOrDigit(character) || character is '_' or '-' or '$' or '…')
            ? $"{path}.{shown}"
            : $"{path}['{shown.ReplaceLineEndings(" ")}']";
    }

    /// <summary>An item of an array.</summary>
    internal static string Item(string path, int index) => string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");

    /// <summary>A path that begins at <c>$</c>, below another one.</summary>
    internal static string Below(string path, string? relative) => relative is null or "" ? path : path + relative.TrimStart('$');
}
