namespace Cano;

/// <summary>The shared store as the nodes of one batch see it.</summary>
/// <remarks>A name that is not well formed becomes another one on its way to the grain; there is never a value under it.</remarks>
internal sealed class SharedStore(IGrainFactory grains, SharedUpdates updates, string batchId, string? incarnation) : ISharedStore
{
    private string StoreKey => GrainKeys.OfSharedStore(batchId, incarnation);

    private ISharedStoreGrain Grain => grains.GetGrain<ISharedStoreGrain>(StoreKey);

    public async ValueTask<T> GetAsync<T>(string key, CancellationToken cancellationToken = default)
    {
        (bool found, T? value) = await TryGetAsync<T>(key, cancellationToken);
        return found ? value! : throw SharedJson.NoValue(key);
    }

    public async ValueTask<(bool Found, T? Value)> TryGetAsync<T>(string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        SharedValue? held = StorableText.IsWellFormed(key) ? await Grain.GetAsync(key).WaitAsync(cancellationToken) : null;
        return held is null ? (false, default) : (true, SharedJson.Read<T>(key, held.Json));
    }

    public async ValueTask<IReadOnlyList<string>> KeysAsync(CancellationToken cancellationToken = default) =>
        await Grain.KeysAsync().WaitAsync(cancellationToken);

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
            throw SharedJson.NoList(key);
        }
    }

    public async ValueTask<long> IncrementAsync(string key, long by = 1, CancellationToken cancellationToken = default)
    {
        StorableText.RequireName(key);
        return await Grain.IncrementAsync(key, by).WaitAsync(cancellationToken) ?? throw SharedJson.NoSum(key, by);
    }

    public async ValueTask<bool> AddToSetAsync<T>(string key, T item, CancellationToken cancellationToken = default)
    {
        StorableText.RequireName(key);
        return await Grain.AddToSetAsync(key, SharedJson.Write(key, item)).WaitAsync(cancellationToken) ?? throw SharedJson.NoList(key);
    }

    public async ValueTask<bool> RemoveFromSetAsync<T>(string key, T item, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return StorableText.IsWellFormed(key)
            && (await Grain.RemoveFromSetAsync(key, SharedJson.Write(key, item)).WaitAsync(cancellationToken) ?? throw SharedJson.NoList(key));
    }

    public async ValueTask<T> UpdateAsync<T>(string key, Func<T?, T> change, CancellationToken cancellationToken = default)
    {
        StorableText.RequireName(key);
        ArgumentNullException.ThrowIfNull(change);
        cancellationToken.ThrowIfCancellationRequested();
        T? made = default;
        using SharedUpdate update = new(json =>
        {
            made = change(json is null ? default : SharedJson.Read<T>(key, json));
            return SharedJson.Write(key, made);
        });
        await updates.MakeAsync(Grain, StoreKey, key, update, cancellationToken);
        return made!;
    }
}
