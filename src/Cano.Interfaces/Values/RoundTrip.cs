using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cano;

/// <summary>Tries whether what was written is read as the same value: reads it, writes it again and compares.</summary>
internal static class RoundTrip
{
    /// <summary>Refuses JSON that does not come back as it is.</summary>
    /// <exception cref="JsonException">It comes back as another one, or not at all; the path is set where it is known.</exception>
    internal static void Require(byte[] json, JsonTypeInfo info)
    {
        object? copy;
        try
        {
            copy = JsonSerializer.Deserialize(json, info);
        }
        catch (Exception exception)
        {
            string? path = (exception as JsonException)?.Path;
            throw new JsonException($"it can be written as JSON, but not be read again: {exception.Message}", path, null, null, exception);
        }

        byte[] again = JsonSerializer.SerializeToUtf8Bytes(copy, info);
        if (!again.AsSpan().SequenceEqual(json) && Difference(json, again) is { } where)
        {
            throw new JsonException("a copy is another value than the original.", where, null, null);
        }
    }

    /// <summary>Where two values differ first, as a JSON path; null: nowhere.</summary>
    private static string? Difference(byte[] one, byte[] other)
    {
        using JsonDocument first = JsonDocument.Parse(one);
        using JsonDocument second = JsonDocument.Parse(other);
        return Difference(first.RootElement, second.RootElement, "$");
    }

    private static string? Difference(JsonElement one, JsonElement other, string path)
    {
        if (JsonElement.DeepEquals(one, other))
        {
            return null;
        }

        if (one.ValueKind == JsonValueKind.Object && other.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty member in one.EnumerateObject())
            {
                string inside = $"{path}.{member.Name}";
                if (!other.TryGetProperty(member.Name, out JsonElement twin))
                {
                    return inside;
                }

                if (Difference(member.Value, twin, inside) is { } deeper)
                {
                    return deeper;
                }
            }

            foreach (JsonProperty member in other.EnumerateObject())
            {
                if (!one.TryGetProperty(member.Name, out _))
                {
                    return $"{path}.{member.Name}";
                }
            }
        }
        else if (one.ValueKind == JsonValueKind.Array && other.ValueKind == JsonValueKind.Array)
        {
            for (int i = 0; i < Math.Min(one.GetArrayLength(), other.GetArrayLength()); i++)
            {
                if (Difference(one[i], other[i], string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]")) is { } deeper)
                {
                    return deeper;
                }
            }
        }

        return path;
    }
}
