using System.ComponentModel;

namespace Cano.Protocol;

/// <summary>
/// One for each batch that uses it; its key is the batch's id and incarnation. What <see cref="ISharedStore"/> stands on. Calls interleave:
/// changes that come while a write is under way go into the next write together, and each is answered once it is durable. An answer that
/// says what is there, or that nothing was changed, is as durable as what it tells of.
/// </summary>
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

    /// <summary>Adds to a whole number, which is 0 if it was not there.</summary>
    /// <param name="key">The number's name.</param>
    /// <param name="by">How much to add.</param>
    /// <returns>The sum; null, and nothing was changed, if the value is no whole number of 64 bits or the sum would be none.</returns>
    /// <exception cref="CanoConfigurationException">The store would grow too large.</exception>
    [Alias("Increment")]
    Task<long?> IncrementAsync(string key, long by);

    /// <summary>Adds an item to a list unless it is in it.</summary>
    /// <param name="key">The list's name.</param>
    /// <param name="json">The item as UTF-8 JSON.</param>
    /// <returns>Whether it was added; null if the value of that name is no list.</returns>
    /// <exception cref="CanoConfigurationException">The store would grow too large.</exception>
    [Alias("AddToSet")]
    Task<bool?> AddToSetAsync(string key, byte[] json);

    /// <summary>Takes an item out of a list, as often as it is in it.</summary>
    /// <param name="key">The list's name.</param>
    /// <param name="json">The item as UTF-8 JSON.</param>
    /// <returns>Whether it was in it; null if the value of that name is no list.</returns>
    [Alias("RemoveFromSet")]
    Task<bool?> RemoveFromSetAsync(string key, byte[] json);

    /// <summary>The names of the values.</summary>
    /// <returns>The names, sorted by code point.</returns>
    [Alias("Keys")]
    Task<string[]> KeysAsync();

    /// <summary>Reads values in the order of their names.</summary>
    /// <param name="after">The name after which to begin; null: at the first.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="maxBytes">Of a value that is longer, only this many bytes are answered.</param>
    /// <returns>The values, and how many there are in all.</returns>
    [Alias("Read")]
    Task<SharedStorePage> ReadAsync(string? after, int count, int maxBytes);

    /// <summary>Removes all values and the row that held them.</summary>
    /// <returns>Completes when they are gone, durably.</returns>
    [Alias("Clear")]
    Task ClearAsync();
}
