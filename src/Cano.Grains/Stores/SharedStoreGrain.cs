using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Storage;

namespace Cano;

/// <summary>Holds the values that the instances of a batch share; each change is written before it is answered.</summary>
/// <remarks>
/// Reentrant: it takes further changes while a write is under way, which is how they share the next one.
/// The row is read in the first call that needs it, not at activation: a removal must not have to read it.
/// </remarks>
[Reentrant]
internal sealed class SharedStoreGrain : Grain, ISharedStoreGrain
{
    private readonly SharedStoreCommits _commits;

    public SharedStoreGrain([FromKeyedServices(SiloStorage.ProviderName)] IGrainStorage storage)
    {
        string key = this.GetPrimaryKeyString();
        _commits = new(new(storage, key), $"of batch '{GrainKeys.BatchOf(key)}'", TimeProvider.System);
    }

    public async Task<SharedValue?> GetAsync(string key) => (await _commits.ReadAsync()).Values.GetValueOrDefault(key);

    public Task<bool> PutAsync(string key, byte[]? json, long? ifVersion) =>
        _commits.ChangeAsync(values => json is null ? values.Remove(key, ifVersion) : values.Put(key, json, ifVersion));

    public Task<bool> AppendAsync(string key, byte[] json) => _commits.ChangeAsync(values => values.Append(key, json));

    public Task<long?> IncrementAsync(string key, long by) => _commits.ChangeAsync(values => values.Increment(key, by));

    public Task<bool?> AddToSetAsync(string key, byte[] json) => _commits.ChangeAsync(values => values.AddToSet(key, json));

    public Task<bool?> RemoveFromSetAsync(string key, byte[] json) => _commits.ChangeAsync(values => values.RemoveFromSet(key, json));

    public async Task<string[]> KeysAsync() => [.. (await _commits.ReadAsync()).Values.Keys.Order(StringComparer.Ordinal)];

    public async Task<SharedStorePage> ReadAsync(string? after, int count, int maxBytes)
    {
        Dictionary<string, SharedValue> values = (await _commits.ReadAsync()).Values;
        return new(
            [
                .. values
                    .Where(pair => after is null || string.CompareOrdinal(pair.Key, after) > 0)
                    .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                    .Take(count)
                    .Select(pair => new SharedStoreEntry(
                        pair.Key,
                        pair.Value.Json.Length <= maxBytes ? pair.Value.Json : pair.Value.Json[..maxBytes],
                        pair.Value.Json.Length,
                        pair.Value.Version)),
            ],
            values.Count,
            values.Sum(pair => SharedStoreValues.Cost(pair.Key, pair.Value.Json.Length)));
    }

    public async Task ClearAsync()
    {
        await _commits.RemoveAsync();
        DeactivateOnIdle();
    }
}
