namespace Cano;

/// <summary>The shared store of a batch, for reading: by its nodes, and by clients (<c>run.SharedStore</c>).</summary>
/// <remarks>
/// Only what is durable is read: a change that is being written is not seen before it is answered. Each call reads one value as it is at
/// that moment; two calls may see changes in between.
/// </remarks>
public interface IReadOnlySharedStore
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

    /// <summary>The names of the values.</summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The names, sorted by code point.</returns>
    ValueTask<IReadOnlyList<string>> KeysAsync(CancellationToken cancellationToken = default);
}
