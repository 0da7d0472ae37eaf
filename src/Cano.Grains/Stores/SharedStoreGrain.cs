using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;

namespace Cano;

/// <summary>Holds the values that the instances of a batch share; each change is written before it is answered.</summary>
internal sealed class SharedStoreGrain : Grain, ISharedStoreGrain
{
    /// <summary>The largest a shared store may become: it is one row.</summary>
    internal const int MaxBytes = 1_000_000;

    private readonly Row<SharedStoreState> _row;
    private SharedStoreState _state = new();
    private Exception? _failure;

    public SharedStoreGrain([FromKeyedServices(SiloStorage.ProviderName)] IGrainStorage storage) =>
        _row = new(storage, "cano.shared", "shared", this.GetPrimaryKeyString());

    public override async Task OnActivateAsync(CancellationToken cancellationToken) => _state = await _row.ReadAsync() ?? new();

    public Task<SharedValue?> GetAsync(string key) => Task.FromResult(_state.Values.GetValueOrDefault(key));

    public async Task<bool> PutAsync(string key, byte[]? json, long? ifVersion)
    {
        SharedValue? present = _state.Values.GetValueOrDefault(key);
        if ((ifVersion is { } version && version != (present?.Version ?? 0)) || (json is null && present is null))
        {
            return false;
        }

        await WriteAsync(key, json);
        return true;
    }

    public async Task<bool> AppendAsync(string key, byte[] json)
    {
        JsonNode? list = _state.Values.GetValueOrDefault(key) is { } present ? JsonNode.Parse(present.Json) : new JsonArray();
        if (list is not JsonArray items)
        {
            return false;
        }

        items.Add(JsonNode.Parse(json));
        await WriteAsync(key, JsonSerializer.SerializeToUtf8Bytes(items, CanoJson.Values));
        return true;
    }

    public Task<string[]> KeysAsync() => Task.FromResult<string[]>([.. _state.Values.Keys.Order(StringComparer.Ordinal)]);

    public async Task ClearAsync()
    {
        ThrowIfEnded();
        if (_state.LastVersion > 0)
        {
            await ChangeAsync(_row.ClearAsync(), new());
        }

        DeactivateOnIdle();
    }

    private async Task WriteAsync(string key, byte[]? json)
    {
        ThrowIfEnded();
        Dictionary<string, SharedValue> values = new(_state.Values, StringComparer.Ordinal);
        long version = _state.LastVersion + 1;
        if (json is null)
        {
            values.Remove(key);
        }
        else
        {
            values[key] = new(json, version);
            RequireRoom(key, values);
        }

        SharedStoreState next = new() { Values = values, LastVersion = version };
        await ChangeAsync(_row.WriteAsync(next), next);
    }

    private async Task ChangeAsync(Task change, SharedStoreState next)
    {
        try
        {
            await change;
            _state = next;
        }
        catch (Exception exception)
        {
            // The outcome of a write that failed is unknown: the next activation reads what is there.
            _failure = exception;
            DeactivateOnIdle();
            throw;
        }
    }

    private void ThrowIfEnded()
    {
        if (_failure is not null)
        {
            throw new SupersededException("The activation has ended.", _failure);
        }
    }

    private void RequireRoom(string key, Dictionary<string, SharedValue> values)
    {
        long bytes = values.Sum(pair => (2L * pair.Key.Length) + pair.Value.Json.Length);
        if (bytes > MaxBytes)
        {
            throw new CanoConfigurationException(
                ErrorCodes.StoreTooLarge,
                $"With '{key}' the shared store of batch '{this.GetPrimaryKeyString()}' would hold {bytes} bytes; at most {MaxBytes} are allowed. Put the data elsewhere and share a reference.");
        }
    }
}

/// <summary>The durable row of a shared store.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Cano.SharedStoreState")]
internal sealed record SharedStoreState
{
    [Id(0)]
    public Dictionary<string, SharedValue> Values { get; init; } = new(StringComparer.Ordinal);

    /// <summary>The highest version of any value, removed ones included, so that a version never comes again.</summary>
    [Id(1)]
    public long LastVersion { get; init; }
}
