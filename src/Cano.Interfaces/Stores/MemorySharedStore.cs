namespace Cano;

/// <summary>
/// A shared store in memory, for unit tests of nodes: values are kept as JSON and limited in size as in the durable one, so that a type
/// which does not survive the way shows at once. Safe for concurrent use.
/// </summary>
public sealed class MemorySharedStore : ISharedStore
{
    private readonly Lock _gate = new();
    private readonly SharedStoreValues _values = new("in memory");

    /// <inheritdoc/>
    public async ValueTask<T> GetAsync<T>(string key, CancellationToken cancellationToken = default)
    {
        (bool found, T? value) = await TryGetAsync<T>(key, cancellationToken);
        return found ? value! : throw SharedJson.NoValue(key);
    }

    /// <inheritdoc/>
    public ValueTask<(bool Found, T? Value)> TryGetAsync<T>(string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        SharedValue? held = Do(values => values.Get(key), cancellationToken);
        return ValueTask.FromResult(held is null ? (false, default) : (true, SharedJson.Read<T>(key, held.Json)));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<string>> KeysAsync(CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Do<IReadOnlyList<string>>(values => [.. values.Keys.Order(StringComparer.Ordinal)], cancellationToken));

    /// <inheritdoc/>
    public ValueTask PutAsync<T>(string key, T value, CancellationToken cancellationToken = default)
    {
        StorableText.RequireName(key);
        byte[] json = SharedJson.Write(key, value);
        Do(values => values.Put(key, json, ifVersion: null), cancellationToken);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return ValueTask.FromResult(Do(values => values.Remove(key, ifVersion: null), cancellationToken));
    }

    /// <inheritdoc/>
    public ValueTask AppendAsync<T>(string key, T item, CancellationToken cancellationToken = default)
    {
        StorableText.RequireName(key);
        byte[] json = SharedJson.Write(key, item);
        return Do(values => values.Append(key, json), cancellationToken) ? ValueTask.CompletedTask : throw SharedJson.NoList(key);
    }

    /// <inheritdoc/>
    public ValueTask<long> IncrementAsync(string key, long by = 1, CancellationToken cancellationToken = default)
    {
        StorableText.RequireName(key);
        return ValueTask.FromResult(Do(values => values.Increment(key, by), cancellationToken) ?? throw SharedJson.NoSum(key, by));
    }

    /// <inheritdoc/>
    public ValueTask<bool> AddToSetAsync<T>(string key, T item, CancellationToken cancellationToken = default)
    {
        StorableText.RequireName(key);
        byte[] json = SharedJson.Write(key, item);
        return ValueTask.FromResult(Do(values => values.AddToSet(key, json), cancellationToken) ?? throw SharedJson.NoList(key));
    }

    /// <inheritdoc/>
    public ValueTask<bool> RemoveFromSetAsync<T>(string key, T item, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        byte[] json = SharedJson.Write(key, item);
        return ValueTask.FromResult(Do(values => values.RemoveFromSet(key, json), cancellationToken) ?? throw SharedJson.NoList(key));
    }

    /// <inheritdoc/>
    public ValueTask<T> UpdateAsync<T>(string key, Func<T?, T> change, CancellationToken cancellationToken = default)
    {
        StorableText.RequireName(key);
        ArgumentNullException.ThrowIfNull(change);
        while (true)
        {
            SharedValue? held = Do(values => values.Get(key), cancellationToken);
            T changed = change(held is null ? default : SharedJson.Read<T>(key, held.Json));
            byte[] json = SharedJson.Write(key, changed);

            // Not computed under the lock: the function is the caller's.
            if (Do(values => values.Put(key, json, held?.Version ?? 0), cancellationToken))
            {
                return ValueTask.FromResult(changed);
            }
        }
    }

    private TAnswer Do<TAnswer>(Func<SharedStoreValues, TAnswer> call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return call(_values);
        }
    }
}
