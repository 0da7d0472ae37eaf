namespace Cano;

/// <summary>
/// Named values that all instances of a batch share. One for each batch, durable: a change is written before its call returns.
/// Calls of different instances are carried out one after the other, each as a whole. All values together, with their names, may take 1,000,000 bytes.
/// </summary>
/// <remarks>Values travel as JSON (<see cref="CanoJson.Values"/>): what is read is always a copy. A call that finds no silo or no storage throws what they threw, and a change
/// may have been made all the same; to a node that is a failure like any other, which its <see cref="NodeConfig.Retry"/> repeats.
/// A node runs at least once. When it is repeated (a retry, or a crash after a change and before the next checkpoint), its changes are made again:
/// <see cref="PutAsync"/> and <see cref="RemoveAsync"/> give the same end, <see cref="AppendAsync"/> adds the item a second time, and
/// <see cref="UpdateAsync"/> changes what is there by then. To count each instance once, put under a key that contains its id, or update a set.</remarks>
public interface ISharedStore
{
    /// <summary>Reads a value.</summary>
    /// <typeparam name="T">What it is read as.</typeparam>
    /// <param name="key">Its name.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The value.</returns>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    /// <exception cref="InvalidCastException">It can't be read as <typeparamref name="T"/>.</exception>
    ValueTask<T> GetAsync<T>(string key, CancellationToken cancellationToken = default);

    /// <summary>Reads a value if it is there.</summary>
    /// <typeparam name="T">What it is read as.</typeparam>
    /// <param name="key">Its name.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Whether it is there, and the value; <c>default</c> when it is not.</returns>
    /// <exception cref="InvalidCastException">It can't be read as <typeparamref name="T"/>.</exception>
    ValueTask<(bool Found, T? Value)> TryGetAsync<T>(string key, CancellationToken cancellationToken = default);

    /// <summary>Sets a value, whether or not it was there.</summary>
    /// <typeparam name="T">What it is written as.</typeparam>
    /// <param name="key">Its name; not empty, without NUL and halves of surrogate pairs.</param>
    /// <param name="value">The value.</param>
    /// <param name="cancellationToken">Ends the waiting; the change may still be made.</param>
    /// <returns>Completes when the change is durable.</returns>
    /// <exception cref="ArgumentException"><paramref name="key"/> is empty, or has NUL or half a surrogate pair.</exception>
    /// <exception cref="CanoConfigurationException">The store would grow too large (code <c>store-too-large</c>); it stays as it was.</exception>
    /// <exception cref="BatchOverException">The batch was purged while this node still ran; nothing was written.</exception>
    ValueTask PutAsync<T>(string key, T value, CancellationToken cancellationToken = default);

    /// <summary>Takes a value away.</summary>
    /// <param name="key">Its name.</param>
    /// <param name="cancellationToken">Ends the waiting; the change may still be made.</param>
    /// <returns>True if it was there.</returns>
    ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Adds an item to the end of a list, which begins with it if it was not there. A repeated node adds its item again.</summary>
    /// <typeparam name="T">What the items are.</typeparam>
    /// <param name="key">The list's name; not empty, without NUL and halves of surrogate pairs.</param>
    /// <param name="item">The item.</param>
    /// <param name="cancellationToken">Ends the waiting; the change may still be made.</param>
    /// <returns>Completes when the change is durable.</returns>
    /// <exception cref="InvalidCastException">The value of that name is no list.</exception>
    /// <exception cref="ArgumentException"><paramref name="key"/> is empty, or has NUL or half a surrogate pair.</exception>
    /// <exception cref="CanoConfigurationException">The store would grow too large (code <c>store-too-large</c>); it stays as it was.</exception>
    /// <exception cref="BatchOverException">The batch was purged while this node still ran; nothing was written.</exception>
    ValueTask AppendAsync<T>(string key, T item, CancellationToken cancellationToken = default);

    /// <summary>
    /// Reads a value, changes it and writes it back as one step: when another instance changed it in between, <paramref name="change"/> is called again
    /// with what is there now (compare-and-swap). It should do nothing but compute.
    /// </summary>
    /// <typeparam name="T">What it is read and written as.</typeparam>
    /// <param name="key">Its name; not empty, without NUL and halves of surrogate pairs.</param>
    /// <param name="change">Makes the new value from the present one, or from <c>default</c> when there is none.</param>
    /// <param name="cancellationToken">Ends the waiting; the change may still be made.</param>
    /// <returns>The value that was written.</returns>
    /// <exception cref="InvalidCastException">It can't be read as <typeparamref name="T"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="key"/> is empty, or has NUL or half a surrogate pair.</exception>
    /// <exception cref="CanoConfigurationException">The store would grow too large (code <c>store-too-large</c>); it stays as it was.</exception>
    /// <exception cref="BatchOverException">The batch was purged while this node still ran; nothing was written.</exception>
    ValueTask<T> UpdateAsync<T>(string key, Func<T?, T> change, CancellationToken cancellationToken = default);

    /// <summary>The names of the values.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The names, sorted by code point.</returns>
    ValueTask<IReadOnlyList<string>> KeysAsync(CancellationToken cancellationToken = default);
}
