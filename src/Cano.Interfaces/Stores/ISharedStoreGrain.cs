using System.ComponentModel;

namespace Cano.Protocol;

/// <summary>One for each batch that uses it; its key is the batch's id. What <see cref="ISharedStore"/> stands on.</summary>
[Alias("Cano.ISharedStoreGrain")]
[EditorBrowsable(EditorBrowsableState.Never)]
[GrainInterfaceType("Cano.ISharedStoreGrain")]
public interface ISharedStoreGrain : IGrainWithStringKey
{
    /// <summary>Reads a value.</summary>
    /// <param name="key">Its name.</param>
    /// <returns>The value; null when there is none.</returns>
    [Alias("Get")]
    Task<SharedValue?> GetAsync(string key);

    /// <summary>Writes a value, if its version is still the one given.</summary>
    /// <param name="key">Its name.</param>
    /// <param name="json">The value as UTF-8 JSON; null takes it away.</param>
    /// <param name="ifVersion">The version it must have, 0 meaning that it must not be there; null: whatever is there.</param>
    /// <returns>True if it was written (for a removal: if it was there); false if the version is another.</returns>
    /// <exception cref="CanoConfigurationException">The store would grow too large.</exception>
    [Alias("Put")]
    Task<bool> PutAsync(string key, byte[]? json, long? ifVersion);

    /// <summary>Adds an item to the end of a list.</summary>
    /// <param name="key">The list's name.</param>
    /// <param name="json">The item as UTF-8 JSON.</param>
    /// <returns>False if the value of that name is no list.</returns>
    /// <exception cref="CanoConfigurationException">The store would grow too large.</exception>
    [Alias("Append")]
    Task<bool> AppendAsync(string key, byte[] json);

    /// <summary>The names of the values.</summary>
    /// <returns>The names, sorted by code point.</returns>
    [Alias("Keys")]
    Task<string[]> KeysAsync();

    /// <summary>Removes all values and the row that held them.</summary>
    /// <returns>Completes when they are gone, durably.</returns>
    [Alias("Clear")]
    Task ClearAsync();
}
