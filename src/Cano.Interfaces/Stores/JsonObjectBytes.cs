using System.Buffers;
using System.Text.Json;

namespace Cano;

/// <summary>A JSON object whose values are not looked into: each stays the bytes that it came as.</summary>
internal static class JsonObjectBytes
{
    /// <summary>A store holds values that are as deep as they may be themselves, which is less.</summary>
    private const int MaxDepth = 1_000;

    /// <summary>The values by name. They are parts of the same memory; of a name that comes twice, the last.</summary>
    /// <exception cref="JsonException">It is no JSON object.</exception>
    internal static IEnumerable<KeyValuePair<string, ReadOnlyMemory<byte>>> Read(ReadOnlyMemory<byte> json)
    {
        Utf8JsonReader reader = new(json.Span, new JsonReaderOptions { MaxDepth = MaxDepth });
        List<KeyValuePair<string, ReadOnlyMemory<byte>>> values = [];
        if (!reader.Read() || reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.Null))
        {
            throw new JsonException($"It is no JSON object, but begins with {reader.TokenType}.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            values.Add(new(name, json[start..(int)reader.BytesConsumed]));
        }

        // Anything behind the object is an error of the reader's.
        reader.Read();
        return values;
    }

    /// <summary>The object.</summary>
    internal static byte[] Write(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> values)
    {
        ArrayBufferWriter<byte> buffer = new(2 + values.Sum(value => value.Key.Length + value.Value.Length + 4));
        using (Utf8JsonWriter writer = new(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();
            foreach ((string name, ReadOnlyMemory<byte> value) in values)
            {
                writer.WritePropertyName(name);
                writer.WriteRawValue(value.Span, skipInputValidation: true);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
