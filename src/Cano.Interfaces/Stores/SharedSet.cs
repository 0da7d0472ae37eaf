using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Cano;

/// <summary>Lists of JSON as sets: two items are the same when they are written as the same JSON, escapes and white space apart.</summary>
internal static class SharedSet
{
    /// <summary>The text that stands for an item: the same for items that are the same.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    internal static string TextOf(ReadOnlyMemory<byte> json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return TextOf(document.RootElement);
    }

    /// <summary>The items of a list.</summary>
    internal static HashSet<string> Read(ReadOnlySpan<byte> list)
    {
        using JsonDocument document = JsonDocument.Parse(list.ToArray());
        return document.RootElement.EnumerateArray().Select(TextOf).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The list without an item.</summary>
    internal static byte[] Without(ReadOnlySpan<byte> list, string item)
    {
        ArrayBufferWriter<byte> output = new();
        using JsonDocument document = JsonDocument.Parse(list.ToArray());
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
