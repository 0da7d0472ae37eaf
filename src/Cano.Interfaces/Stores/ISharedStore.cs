namespace Cano;

/// <summary>
/// Named values that all instances of a batch share. One for each batch, durable: a change is written before its call returns.
/// Changes of different instances are carried out one after the other, each as a whole, and written in groups: what comes while a write is
/// under way goes into the next one. All values together, with their names, may take 1,000,000 bytes.
/// </summary>
/// <remarks>
/// <para>
/// Which to use: <see cref="IncrementAsync"/> to count, <see cref="AddToSetAsync"/> to collect what counts once, <see cref="AppendAsync"/>
/// to collect in order, <see cref="PutAsync"/> for a value of the instance's own (under a key that contains its id). These are carried out
/// where the values are, in one call, however many instances make them at once. <see cref="UpdateAsync"/> is for what they can't express:
/// it reads, computes in the node's process and writes back, and begins again when the value was changed in between.
/// </para>
/// <para>
/// Values travel as JSON (<see cref="CanoJson.Values"/>): what is read is always a copy. A call that finds no silo or no storage throws
/// what they threw, and a change may have been made all the same; to a node that is a failure like any other, which its
/// <see cref="NodeConfig.Retry"/> repeats. A node runs at least once. When it is repeated (a retry, or a crash after a change and before
/// the next checkpoint), its changes are made again: <see cref="PutAsync"/>, <see cref="RemoveAsync"/>, <see cref="AddToSetAsync"/> and
/// <see cref="RemoveFromSetAsync"/> give the same end; <see cref="AppendAsync"/> adds the item a second time, <see cref="IncrementAsync"/>
/// counts again, and <see cref="UpdateAsync"/> changes what is there by then. To count each instance once, add its id to a set.
/// </para>
/// </remarks>
public interface ISharedStore : IReadOnlySharedStore
{
    /// <summary>Sets a value, whether or not it was there.</summary>
    /// <typeparam name="T">What it is written as.</typeparam>
    /// <param name="key">Its name; not empty, without NUL and halves of surrogate pairs.</param>
    /// <param name="value">The value.</param>
    /// <param name="cancellationToken">Ends the waiting; the change may still be made.</param>
    /// <returns>Completes when the change is durable.</returns>
    /// <exception cref="ArgumentException"><paramref name="key"/> is empty, or has NUL or half a surrogate pair.</exception>
    /// <exception cref="CanoConfigurationException">The store would grow too large (code <c>store-too-large</c>); it stays as it
    /// was.</exception>
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
    /// <exception cref="CanoConfigurationException">The store would grow too large (code <c>store-too-large</c>); it stays as it
    /// was.</exception>
    /// <exception cref="BatchOverException">The batch was purged while this node still ran; nothing was written.</exception>
    ValueTask AppendAsync<T>(string key, T item, CancellationToken cancellationToken = default);

    /// <summary>Adds to a whole number, which is 0 if it was not there. A repeated node adds again.</summary>
    /// <param name="key">The number's name; not empty, without NUL and halves of surrogate pairs.</param>
    /// <param name="by">How much to add; may be negative.</param>
    /// <param name="cancellationToken">Ends the waiting; the change may still be made.</param>
    /// <returns>The new value, once it is durable. No two calls that add 1 are answered with the same value.</returns>
    /// <exception cref="InvalidCastException">The value of that name is no whole number of 64 bits, or the sum would be none.</exception>
    /// <exception cref="ArgumentException"><paramref name="key"/> is empty, or has NUL or half a surrogate pair.</exception>
    /// <exception cref="CanoConfigurationException">The store would grow too large (code <c>store-too-large</c>); it stays as it
    /// was.</exception>
    /// <exception cref="BatchOverException">The batch was purged while this node still ran; nothing was written.</exception>
    ValueTask<long> IncrementAsync(string key, long by = 1, CancellationToken cancellationToken = default);

    /// <summary>
    /// Adds an item to a list that has none twice, unless it is there; the list begins with it if there was none. Two items are the same
    /// when they are written as the same JSON. Made again, it changes nothing.
    /// </summary>
    /// <typeparam name="T">What the items are.</typeparam>
    /// <param name="key">The list's name; not empty, without NUL and halves of surrogate pairs.</param>
    /// <param name="item">The item.</param>
    /// <param name="cancellationToken">Ends the waiting; the change may still be made.</param>
    /// <returns>True if it was added, durably; false if it was there.</returns>
    /// <exception cref="InvalidCastException">The value of that name is no list.</exception>
    /// <exception cref="ArgumentException"><paramref name="key"/> is empty, or has NUL or half a surrogate pair.</exception>
    /// <exception cref="CanoConfigurationException">The store would grow too large (code <c>store-too-large</c>); it stays as it
    /// was.</exception>
    /// <exception cref="BatchOverException">The batch was purged while this node still ran; nothing was written.</exception>
    ValueTask<bool> AddToSetAsync<T>(string key, T item, CancellationToken cancellationToken = default);

    /// <summary>Takes an item out of a list, as often as it is in it. Which items are the same, <see cref="AddToSetAsync"/> says.</summary>
    /// <typeparam name="T">What the items are.</typeparam>
    /// <param name="key">The list's name.</param>
    /// <param name="item">The item.</param>
    /// <param name="cancellationToken">Ends the waiting; the change may still be made.</param>
    /// <returns>True if it was there, and is gone durably; false if it was not.</returns>
    /// <exception cref="InvalidCastException">The value of that name is no list.</exception>
    ValueTask<bool> RemoveFromSetAsync<T>(string key, T item, CancellationToken cancellationToken = default);

    /// <summary>
    /// Reads a value, changes it and writes it back as one step: when it was changed in between, <paramref name="change"/> is called again
    /// with what is there now (compare-and-swap).
    /// </summary>
    /// <remarks>
    /// The updates of a value that instances of one silo make at the same time are computed one after the other and written together, so
    /// they never spoil each other. Those of other silos do, and so do the other changes of this value: then it begins again after a pause
    /// that is drawn at random and grows, from 10 ms to a second. Under a steady stream of other changes of the same value it may take
    /// long; where one of them fits, <see cref="IncrementAsync"/>, <see cref="AddToSetAsync"/> and <see cref="AppendAsync"/> never begin
    /// again.
    /// </remarks>
    /// <typeparam name="T">What it is read and written as.</typeparam>
    /// <param name="key">Its name; not empty, without NUL and halves of surrogate pairs.</param>
    /// <param name="change">
    /// Makes the new value from the present one, or from <c>default</c> when there is none. It should do nothing but compute, and briefly:
    /// it may be called several times, on any thread, and while it runs no other update of this value on its silo goes on.
    /// </param>
    /// <param name="cancellationToken">Ends the waiting; the change may still be made.</param>
    /// <returns>The value that was written.</returns>
    /// <exception cref="InvalidCastException">It can't be read as <typeparamref name="T"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="key"/> is empty, or has NUL or half a surrogate pair.</exception>
    /// <exception cref="CanoConfigurationException">The store would grow too large (code <c>store-too-large</c>); it stays as it
    /// was.</exception>
    /// <exception cref="BatchOverException">The batch was purged while this node still ran; nothing was written.</exception>
    ValueTask<T> UpdateAsync<T>(string key, Func<T?, T> change, CancellationToken cancellationToken = default);
}
