using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Storage;

namespace Cano;

/// <summary>One shard of the unfinished batches; its key is <c>shard-0</c> and so on.</summary>
[Alias("Cano.ICatalogIndexGrain")]
internal interface ICatalogIndexGrain : IGrainWithStringKey
{
    [Alias("Put")]
    [AlwaysInterleave]
    Task PutAsync(BatchEntry entry);

    [Alias("Remove")]
    [AlwaysInterleave]
    Task RemoveAsync(BatchEntry entry);

    [Alias("GetAll")]
    [AlwaysInterleave]
    Task<BatchEntry[]> GetAllAsync();
}

/// <summary>
/// Keeps a shard in one row. Changes that come while a write is under way go into the next write. Every change is answered when all that is
/// known here is durable, also one that finds
/// nothing to do: the entry that it finds may itself be on its way to the row.
/// </summary>
internal sealed class CatalogIndexGrain : Grain, ICatalogIndexGrain
{
    private readonly Row<CatalogShard> _row;
    private readonly Dictionary<(string Id, string Digest), BatchEntry> _entries = [];
    private Exception? _failure;
    private Task? _loading;
    private Task _writing = Task.CompletedTask;
    private Task? _nextWrite;

    public CatalogIndexGrain([FromKeyedServices(SiloStorage.ProviderName)] IGrainStorage storage) =>
        _row = new(storage, "cano.catalog", "catalog", this.GetPrimaryKeyString());

    public async Task PutAsync(BatchEntry entry)
    {
        await LoadedAsync();
        await EnterAsync(entry);
    }

    public async Task RemoveAsync(BatchEntry entry)
    {
        await LoadedAsync();
        bool same = _entries.TryGetValue(KeyOf(entry), out BatchEntry? present)
            && present.Status.CreatedAt == entry.Status.CreatedAt
            && present.Version == entry.Version;
        await (same && _entries.Remove(KeyOf(entry)) ? WriteAsync() : DurableAsync());
    }

    public async Task<BatchEntry[]> GetAllAsync()
    {
        await LoadedAsync();
        ThrowIfEnded();
        return [.. _entries.Values];
    }

    private static (string Id, string Digest) KeyOf(BatchEntry entry) => (entry.Status.Id, entry.Digest);

    /// <summary>
    /// Reads the row in the first call. One that fails is answered so, and the next call reads it again: an activation that fails would
    /// keep all callers waiting for seconds.
    /// </summary>
    private async Task LoadedAsync()
    {
        Task loading = _loading ??= LoadAsync();
        try
        {
            await loading;
        }
        catch when (_loading == loading)
        {
            _loading = null;
            throw;
        }
    }

    private async Task LoadAsync()
    {
        foreach (BatchEntry entry in (await _row.ReadAsync())?.Entries ?? [])
        {
            _entries[KeyOf(entry)] = entry;
        }
    }

    private Task EnterAsync(BatchEntry entry)
    {
        if (_entries.TryGetValue(KeyOf(entry), out BatchEntry? present) && present.Status.CreatedAt == entry.Status.CreatedAt && present.Version >= entry.Version)
        {
            return DurableAsync();
        }

        // A finished batch needs no recovery: this catalog forgets it.
        if (!entry.IsUnfinished)
        {
            return _entries.Remove(KeyOf(entry)) ? WriteAsync() : DurableAsync();
        }

        _entries[KeyOf(entry)] = entry;
        return WriteAsync();
    }

    /// <summary>Completes when the entries are in the row as they are now.</summary>
    private Task DurableAsync()
    {
        ThrowIfEnded();
        return _nextWrite ?? _writing;
    }

    private Task WriteAsync()
    {
        ThrowIfEnded();
        return _nextWrite ??= WriteAfterAsync(_writing);
    }

    private void ThrowIfEnded()
    {
        if (_failure is not null)
        {
            throw new SupersededException("The activation has ended.", _failure);
        }
    }

    private async Task WriteAfterAsync(Task previous)
    {
        // After this turn: whoever comes until then is in this write, and the field holds this very task.
        await Task.Yield();
        await Task.WhenAny(previous);
        _writing = _nextWrite!;
        _nextWrite = null;
        ThrowIfEnded();
        try
        {
            await _row.WriteAsync(new() { Entries = [.. _entries.Values] });
        }
        catch (Exception exception)
        {
            // The outcome of a write that failed is unknown: the next activation reads what is there.
            _failure = exception;
            DeactivateOnIdle();
            throw;
        }
    }
}

/// <summary>The durable row of a shard.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Cano.CatalogShard")]
internal sealed record CatalogShard
{
    [Id(0)]
    public BatchEntry[] Entries { get; init; } = [];
}
