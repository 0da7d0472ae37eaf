namespace Cano;

/// <summary>A shared store for one process: values are kept as JSON, as in the durable one, so that a type which does not survive the way shows at once.</summary>
internal sealed class MemorySharedStore : ISharedStore
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, byte[]> _values = new(StringComparer.Ordinal);

    public async ValueTask<T> GetAsync<T>(string key, CancellationToken cancellationToken = default)
    {
        (bool found, T? value) = await TryGetAsync<T>(key, cancellationToken);
        return found ? value! : throw new KeyNotFoundException($"The shared store has no value named '{key}'.");
    }

    public ValueTask<(bool Found, T? Value)> TryGetAsync<T>(string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Held(key) is { } json ? (true, SharedJson.Read<T>(key, json)) : (false, default));
    }

    public ValueTask PutAsync<T>(string key, T value, CancellationToken cancellationToken = default)
    {
        StorableText.RequireName(key);
        cancellationToken.ThrowIfCancellationRequested();
        byte[] json = SharedJson.Write(key, value);
        lock (_gate)
        {
            _values[key] = json;
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return ValueTask.FromResult(_values.Remove(key));
        }
    }

    public async ValueTask AppendAsync<T>(string key, T item, CancellationToken cancellationToken = default) =>
        await UpdateAsync<List<T>>(key, list => [.. list ?? [], item], cancellationToken);

    public ValueTask<T> UpdateAsync<T>(string key, Func<T?, T> change, CancellationToken cancellationToken = default)
    {
        StorableText.RequireName(key);
        ArgumentNullException.ThrowIfNull(change);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            byte[]? before = Held(key);
            T changed = change(before is null ? default : SharedJson.Read<T>(key, before));
            byte[] after = SharedJson.Write(key, changed);
            lock (_gate)
            {
                // Each write brings an array of its own, so the same array means that nobody wrote in between.
                if (ReferenceEquals(_values.GetValueOrDefault(key), before))
                {
                    _values[key] = after;
                    return ValueTask.FromResult(changed);
                }
            }
        }
    }

    public ValueTask<IReadOnlyList<string>> KeysAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return ValueTask.FromResult<IReadOnlyList<string>>([.. _values.Keys]);
        }
    }

    private byte[]? Held(string key)
    {
        lock (_gate)
        {
            return _values.GetValueOrDefault(key);
        }
    }
}
