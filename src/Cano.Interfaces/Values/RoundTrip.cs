using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cano;

/// <summary>Tries whether what was written is read as the same value: reads it, writes it again and compares.</summary>
internal static class RoundTrip
{
    /// <summary>What does not come back as it is; null: all does.</summary>
    internal static SubmissionFault? Fault(byte[] json, JsonTypeInfo info)
    {
        byte[] again;
        try
        {
            again = JsonSerializer.SerializeToUtf8Bytes(JsonSerializer.Deserialize(json, info), info);
        }
        catch (Exception exception)
        {
            string path = JsonPath.Below("$", (exception as JsonException)?.Path);
            return new(path, $"it can be written as JSON, but not read again: {JsonMessage.Of(exception)}");
        }

        return !again.AsSpan().SequenceEqual(json) && Difference(json, again) is { } where
            ? new(where, "a copy is another value than the original")
            : null;
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
                string inside = JsonPath.Member(path, member.Name);
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
                    return JsonPath.Member(path, member.Name);
                }
            }
        }
        else if (one.ValueKind == JsonValueKind.Array && other.ValueKind == JsonValueKind.Array)
        {
            for (int i = 0; i < Math.Min(one.GetArrayLength(), other.GetArrayLength()); i++)
            {
                if (Difference(one[i], other[i], JsonPath.Item(path, i)) is { } deeper)
                {
                    return deeper;
                }
            }
        }

        return path;
    }
}
