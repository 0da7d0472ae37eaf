using System.Text.Json;

namespace Cano;

/// <summary>The values that a shared store begins with, as its batch was given them.</summary>
internal static class SharedStoreSeed
{
    /// <summary>The version of each of them.</summary>
    private const long Version = 1;

    /// <summary>Whether a store can begin with such values. Client libraries of Cano's send no others; other callers may.</summary>
    internal static bool IsValid(byte[] json)
    {
        try
        {
            return ToState(json).Values.Keys.All(key => StorableText.NameFault(key) is null);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            // No JSON, no object, or a name twice.
            return false;
        }
    }

    /// <summary>The store as it begins.</summary>
    /// <param name="json">A JSON object in UTF-8: names and values.</param>
    internal static SharedStoreState ToState(byte[] json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return new()
        {
            Values = document.RootElement.EnumerateObject().ToDictionary(
                value => value.Name, value => new SharedValue(JsonSerializer.SerializeToUtf8Bytes(value.Value), Version), StringComparer.Ordinal),
            LastVersion = Version,
        };
    }
}
