namespace Cano;

/// <summary>Writes the store that a batch is given as one JSON object.</summary>
internal static class StoreJson
{
    /// <summary>Null for an empty store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="path">Where it stands in a batch's document.</param>
    /// <exception cref="CanoConfigurationException">
    /// A value can't be kept whole (code <c>unstorable-value</c>), or can't be read from the store.
    /// </exception>
    internal static byte[]? Write(IWorkflowStore? store, string name = "store", string path = "$.store") => store switch
    {
        null => null,
        MemoryStore memory => memory.ToJson(),
        _ => Copy(store, name, path).ToJson(),
    };

    /// <summary>A store of the caller's own type holds values in a way of its own: they are put as they come out of it.</summary>
    private static MemoryStore Copy(IWorkflowStore store, string name, string path)
    {
        try
        {
            MemoryStore copy = new();
            foreach (string key in store.Keys)
            {
                if (store.TryGet(key, out object? value))
                {
                    copy.Put(key, value);
                }
            }

            return copy;
        }
        catch (Exception exception)
        {
            // Whatever it is (a value that can't be kept, a name that can't, a store that throws), it says that this store can't be sent.
            throw new CanoConfigurationException(
                (exception as CanoException)?.Code ?? ErrorCodes.InvalidValue,
                $"The {name} given to the batch can't be written as JSON: {exception.Message}",
                path,
                exception);
        }
    }
}
