using System.Diagnostics.CodeAnalysis;

namespace Cano;

/// <summary>
/// Named values that an instance carries from node to node. A value is copied as JSON (<see cref="CanoJson.Values"/>) when it is put, and
/// each read makes a copy of its own: it is the same before and after a checkpoint, in every process. What JSON can't keep whole is refused
/// when it is put.
/// </summary>
public interface IWorkflowStore
{
    /// <summary>The names of the values, in no particular order.</summary>
    IReadOnlyCollection<string> Keys { get; }

    /// <summary>How many values there are.</summary>
    int Count { get; }

    /// <summary>Reads a value. The copy is the caller's own: changing it changes nothing in the store.</summary>
    /// <typeparam name="T">What it is read as; it need not be the type that was put, and reading changes nothing.</typeparam>
    /// <param name="key">Its name.</param>
    /// <returns>The value.</returns>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    /// <exception cref="InvalidCastException">It can't be read as <typeparamref name="T"/>.</exception>
    T Get<T>(string key);

    /// <summary>Reads a value if it is there.</summary>
    /// <typeparam name="T">What it is read as.</typeparam>
    /// <param name="key">Its name.</param>
    /// <param name="value">The value; <c>default</c> when there is none of that name.</param>
    /// <returns>True if it is there.</returns>
    /// <exception cref="InvalidCastException">It can't be read as <typeparamref name="T"/>.</exception>
    bool TryGet<T>(string key, [MaybeNullWhen(false)] out T value);

    /// <summary>Sets a value, whether or not it was there.</summary>
    /// <typeparam name="T">What it is written as.</typeparam>
    /// <param name="key">Its name; not empty, without NUL and halves of surrogate pairs.</param>
    /// <param name="value">The value; changing the object afterwards changes nothing in the store.</param>
    /// <exception cref="ArgumentException"><paramref name="key"/> is empty, or has NUL or half a surrogate pair.</exception>
    /// <exception cref="CanoConfigurationException">
    /// It can't be kept whole; the message names type and member (code <c>unstorable-value</c>).
    /// </exception>
    void Put<T>(string key, T value);

    /// <summary>Adds an item to the end of a list, which begins with it if it was not there.</summary>
    /// <typeparam name="T">What the items are.</typeparam>
    /// <param name="key">The list's name; not empty, without NUL and halves of surrogate pairs.</param>
    /// <param name="item">The item.</param>
    /// <exception cref="InvalidCastException">
    /// The value of that name is no list, or its first item is no <typeparamref name="T"/>.
    /// </exception>
    /// <exception cref="ArgumentException"><paramref name="key"/> is empty, or has NUL or half a surrogate pair.</exception>
    /// <exception cref="CanoConfigurationException">
    /// The item can't be kept whole; the message names type and member (code <c>unstorable-value</c>).
    /// </exception>
    void Append<T>(string key, T item);

    /// <summary>Takes a value away.</summary>
    /// <param name="key">Its name.</param>
    /// <returns>True if it was there.</returns>
    bool Remove(string key);

    /// <summary>Tells whether a value is there.</summary>
    /// <param name="key">Its name.</param>
    /// <returns>True if it is there.</returns>
    bool Contains(string key);

    /// <summary>Takes all values away.</summary>
    void Clear();
}
