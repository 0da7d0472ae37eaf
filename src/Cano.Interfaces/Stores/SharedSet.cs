using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Cano;

/// <summary>Lists of JSON as sets: two items are the same when they are written as the same JSON, escapes and white space apart.</summary>
internal static class SharedSet
{
    /// <summary>A list may hold items that are as deep as values may be themselves, and is deeper then.</summary>
    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 1_000 };

    /// <summary>The text that stands for an item: the same for items that are the same.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    internal static string TextOf(ReadOnlyMemory<byte> json)
    {
        using JsonDocument document = JsonDocument.Parse(json, s_options);
        return TextOf(document.RootElement);
    }

    /// <summary>The items of a list.</summary>
    internal static HashSet<string> Read(ReadOnlySpan<byte> list)
    {
        using JsonDocument document = JsonDocument.Parse(list.ToArray(), s_options);
        return document.RootElement.EnumerateArray().Select(TextOf).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The list without an item.</summary>
    internal static byte[] Without(ReadOnlySpan<byte> list, string item)
    {
        ArrayBufferWriter<byte> output = new();
        using JsonDocument document = JsonDocument.Parse(list.ToArray(), s_options);
        using (Utf8JsonWriter writer = new(output))
        {
            writer.WriteStartArray();
            foreach (JsonElement one in document.RootElement.EnumerateArray())
            {
                if (TextOf(one) != item)
                {
                    one.WriteTo(writer);
                }
            }

            writer.WriteEndArray();
        }

        return output.WrittenSpan.ToArray();
    }

    private static string TextOf(JsonElement item)
    {
        ArrayBufferWriter<byte> output = new();
        using (Utf8JsonWriter writer = new(output))
        {
            item.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
