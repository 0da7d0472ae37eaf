namespace Cano;

/// <summary>The shared store of a batch as its clients see it.</summary>
internal sealed class SharedStoreReader(BatchRun run) : IReadOnlySharedStore
{
    public async ValueTask<T> GetAsync<T>(string key, CancellationToken cancellationToken = default)
    {
        (bool found, T? value) = await TryGetAsync<T>(key, cancellationToken).ConfigureAwait(false);
        return found ? value! : throw SharedJson.NoValue(key);
    }

    public async ValueTask<(bool Found, T? Value)> TryGetAsync<T>(string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);

        // A name that is not well formed becomes another one on its way to the grain; there is never a value under it.
        SharedValue? held = StorableText.IsWellFormed(key)
            ? await run.ReadSharedStoreAsync(store => store.GetAsync(key), cancellationToken).ConfigureAwait(false)
            : null;
        return held is null ? (false, default) : (true, SharedJson.Read<T>(key, held.Json));
    }

    public async ValueTask<IReadOnlyList<string>> KeysAsync(CancellationToken cancellationToken = default) =>
        await run.ReadSharedStoreAsync(store => store.KeysAsync(), cancellationToken).ConfigureAwait(false);
}
