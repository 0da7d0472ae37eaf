using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace Cano;

/// <summary>Holds the values that the instances of a batch share; each change is written before it is answered.</summary>
/// <remarks>The row is read in the first call that needs it, not at activation: a removal must not have to read it.</remarks>
internal sealed class SharedStoreGrain : Grain, ISharedStoreGrain
{
    /// <summary>The largest a shared store may become: it is one row.</summary>
    internal const int MaxBytes = 1_000_000;

    private static readonly SharedStoreState s_empty = new();

    private readonly SharedStoreRow _row;

    public SharedStoreGrain([FromKeyedServices(SiloStorage.ProviderName)] IGrainStorage storage) =>
        _row = new(storage, this.GetPrimaryKeyString());

    public async Task<SharedValue?> GetAsync(string key) => (await ReadAsync()).Values.GetValueOrDefault(key);

    public async Task<bool> PutAsync(string key, byte[]? json, long? ifVersion)
    {
        SharedStoreState state = await ReadAsync();
        SharedValue? present = state.Values.GetValueOrDefault(key);
        if ((ifVersion is { } version && version != (present?.Version ?? 0)) || (json is null && present is null))
        {
            return false;
        }

        await WriteAsync(state, key, json);
        return true;
    }

    public async Task<bool> AppendAsync(string key, byte[] json)
    {
        SharedStoreState state = await ReadAsync();
        JsonNode? list = state.Values.GetValueOrDefault(key) is { } present ? JsonNode.Parse(present.Json) : new JsonArray();
        if (list is not JsonArray items)
        {
            return false;
        }

        items.Add(JsonNode.Parse(json));
        await WriteAsync(state, key, JsonSerializer.SerializeToUtf8Bytes(items, CanoJson.Values));
        return true;
    }

    public async Task<string[]> KeysAsync() => [.. (await ReadAsync()).Values.Keys.Order(StringComparer.Ordinal)];

    public async Task ClearAsync()
    {
        await _row.RemoveAsync();
        DeactivateOnIdle();
    }

    private async ValueTask<SharedStoreState> ReadAsync() => await _row.ReadAsync() ?? s_empty;

    private Task WriteAsync(SharedStoreState state, string key, byte[]? json)
    {
        Dictionary<string, SharedValue> values = new(state.Values, StringComparer.Ordinal);
        long version = state.LastVersion + 1;
        if (json is null)
        {
            values.Remove(key);
        }
        else
        {
            StorableText.RequireName(key);
            values[key] = new(json, version);
            RequireRoom(key, values);
        }

        return _row.WriteAsync(new() { Values = values, LastVersion = version });
    }

    private void RequireRoom(string key, Dictionary<string, SharedValue> values)
    {
        long bytes = values.Sum(pair => (2L * pair.Key.Length) + pair.Value.Json.Length);
        if (bytes > MaxBytes)
        {
            throw new CanoConfigurationException(
                ErrorCodes.StoreTooLarge,
                $"With '{key}' the shared store of batch '{GrainKeys.BatchOf(this.GetPrimaryKeyString())}' would hold {bytes} bytes; "
                + $"at most {MaxBytes} are allowed. Put the data elsewhere and share a reference.");
        }
    }
}
