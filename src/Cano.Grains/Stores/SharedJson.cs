using System.Text.Json;

namespace Cano;

/// <summary>How values of shared stores are written and read.</summary>
internal static class SharedJson
{
    internal static byte[] Write<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, CanoJson.Values);

    /// <exception cref="InvalidCastException">It can't be read as <typeparamref name="T"/>.</exception>
    internal static T? Read<T>(string key, byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, CanoJson.Values);
        }
        catch (JsonException exception)
        {
            throw new InvalidCastException($"The shared store's value '{key}' can't be read as {typeof(T).Name}: {exception.Message}", exception);
        }
    }
}
