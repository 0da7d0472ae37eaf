using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Cano;

/// <summary>
/// Reads and shows the text of documents, which may hold what no string can: half a surrogate pair, or bytes that are no UTF-8.
/// </summary>
internal static class DocumentText
{
    /// <summary>The value of a string; null when it holds what no string can.</summary>
    internal static string? Read(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The name of a member, made readable if need be.</summary>
    internal static string Read(JsonProperty member)
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

    /// <summary>A value for a message: short, on one line.</summary>
    internal static string Shown(JsonElement value)
    {
        string text = value.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "an array",
            JsonValueKind.String => $"the string {Raw(value)}",
            _ => Raw(value),
        };
        return text.Length <= 60 ? text : $"{text[..59]}…";
    }

    /// <summary>A value as it stands in the document.</summary>
    internal static byte[] RawBytes(JsonElement value) => JsonMarshal.GetRawUtf8Value(value).ToArray();

    /// <summary>As it stands in the document; bytes that are no UTF-8 are replaced.</summary>
    private static string Raw(JsonElement value) => Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(value));

    /// <summary>A path for a message: the document as a whole, or the part without the leading <c>$.</c>.</summary>
    internal static string Shown(string path) => path == "$" ? "the document" : path[2..];
}
