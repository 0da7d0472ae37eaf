using System.Text.Json;

namespace Cano;

/// <summary>A JSON array as the bytes that it is written as.</summary>
internal static class JsonList
{
    /// <summary>A list of one item.</summary>
    internal static byte[] Of(ReadOnlySpan<byte> item) => [(byte)'[', .. item, (byte)']'];

    /// <summary>The list with one more item at its end.</summary>
    /// <typeparam name="T">
    /// What the items are. Only the first one is looked at, so that a long list does not make each item cost more.
    /// </typeparam>
    /// <param name="list">The list.</param>
    /// <param name="item">The item.</param>
    /// <param name="place">Where the list is.</param>
    /// <returns>The new list.</returns>
    /// <exception cref="InvalidCastException">It is no list, or its first item can't be read as <typeparamref name="T"/>.</exception>
    internal static byte[] Append<T>(ReadOnlySpan<byte> list, ReadOnlySpan<byte> item, ValuePlace place)
    {
        Utf8JsonReader reader = new(list, new JsonReaderOptions { MaxDepth = 1_000 });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new InvalidCastException($"{place} is no list; nothing can be appended to it.");
        }

        reader.Read();
        if (reader.TokenType == JsonTokenType.EndArray)
        {
            return Of(item);
        }

        int start = (int)reader.TokenStartIndex;
        reader.Skip();
        _ = ValueJson.Read<T>(list[start..(int)reader.BytesConsumed], place);
        return [.. list[..^1], (byte)',', .. item, (byte)']'];
    }
}
