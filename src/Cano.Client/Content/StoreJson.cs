using System.Text.Json;

namespace Cano;

/// <summary>Writes the store that a batch is given as one JSON object.</summary>
internal static class StoreJson
{
    /// <summary>Null for an empty store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="path">Where it stands in a batch's document.</param>
    /// <exception cref="CanoConfigurationException">A value can't be written as JSON.</exception>
    internal static byte[]? Write(IWorkflowStore? store, string name = "store", string path = "$.store")
    {
        try
        {
            return store switch
            {
                null => null,
                MemoryStore memory => memory.ToJson(),
                _ => WriteValues(store),
            };
        }
        catch (Exception exception)
        {
            // Whatever it is (a cycle, a type without JSON, a getter that throws), it says that this store can't be sent.
            throw new CanoConfigurationException(
                ErrorCodes.InvalidValue, $"The {name} given to the batch can't be written as JSON: {exception.Message}", path, exception);
        }
    }

    private static byte[] WriteValues(IWorkflowStore store)
    {
        Dictionary<string, object?> values = new(StringComparer.Ordinal);
        foreach (string key in store.Keys)
        {
            // Written, it could be the same as another one.
            StorableText.RequireName(key);
            if (store.TryGet(key, out object? value))
            {
                values.Add(key, value);
            }
        }

        return JsonSerializer.SerializeToUtf8Bytes(values, CanoJson.Values);
    }
}
