namespace Cano;

/// <summary>The shared store as the nodes of one batch see it.</summary>
/// <remarks>A name that is not well formed becomes another one on its way to the grain; there is never a value under it.</remarks>
internal sealed class SharedStore(IGrainFactory grains, string batchId, string? incarnation) : ISharedStore
{
    private ISharedStoreGrain Grain => grains.GetGrain<ISharedStoreGrain>(GrainKeys.OfSharedStore(batchId, incarnation));

    public async ValueTask<T> GetAsync<T>(string key, CancellationToken cancellationToken = default)
    {
        (bool found, T? value) = await TryGetAsync<T>(key, cancellationToken);
        return found ? value! : throw new KeyNotFoundException($"The shared store has no value named '{key}'.");
    }

    public async ValueTask<(bool Found, T? Value)> TryGetAsync<T>(string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        SharedValue? held = StorableText.IsWellFormed(key) ? await Grain.GetAsync(key).WaitAsync(cancellationToken) : null;
        return held is null ? (false, default) : (true, SharedJson.Read<T>(key, held.Json));
    }

    public async ValueTask PutAsync<T>(string key, T value, CancellationToken cancellationToken = default)
    {
        StorableText.RequireName(key);
        await Grain.PutAsync(key, SharedJson.Write(key, value), ifVersion: null).WaitAsync(cancellationToken);
    }

    public async ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return StorableText.IsWellFormed(key) && await Grain.PutAsync(key, null, ifVersion: null).WaitAsync(cancellationToken);
    }

    public async ValueTask AppendAsync<T>(string key, T item, CancellationToken cancellationToken = default)
    {
        StorableText.RequireName(key);
        if (!await Grain.AppendAsync(key, SharedJson.Write(key, item)).WaitAsync(cancellationToken))
        {
            throw new InvalidCastException($"The shared store's value '{key}' is no list; nothing can be appended to it.");
        }
    }

    public async ValueTask<T> UpdateAsync<T>(string key, Func<T?, T> change, CancellationToken cancellationToken = default)
    {
        StorableText.RequireName(key);
        ArgumentNullException.ThrowIfNull(change);
        while (true)
        {
            SharedValue? held = await Grain.GetAsync(key).WaitAsync(cancellationToken);
            T changed = change(held is null ? default : SharedJson.Read<T>(key, held.Json));
            if (await Grain.PutAsync(key, SharedJson.Write(key, changed), held?.Version ?? 0).WaitAsync(cancellationToken))
            {
                return changed;
            }
        }
    }

    public async ValueTask<IReadOnlyList<string>> KeysAsync(CancellationToken cancellationToken = default) =>
        await Grain.KeysAsync().WaitAsync(cancellationToken);
}
