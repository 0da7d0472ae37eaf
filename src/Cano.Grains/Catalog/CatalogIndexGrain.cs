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
    Task RemoveAsync(string batchId, long version);

    [Alias("GetAll")]
    [AlwaysInterleave]
    Task<BatchEntry[]> GetAllAsync();
}

/// <summary>Keeps a shard in one row. Changes that come while a write is under way go into the next write.</summary>
internal sealed class CatalogIndexGrain : Grain, ICatalogIndexGrain
{
    private readonly Row<CatalogShard> _row;
    private readonly Dictionary<string, BatchEntry> _entries = new(StringComparer.Ordinal);
    private Exception? _failure;
    private Task _writing = Task.CompletedTask;
    private Task? _nextWrite;

    public CatalogIndexGrain([FromKeyedServices(SiloStorage.ProviderName)] IGrainStorage storage) =>
        _row = new(storage, "cano.catalog", "catalog", this.GetPrimaryKeyString());

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        foreach (BatchEntry entry in (await _row.ReadAsync())?.Entries ?? [])
        {
            _entries[entry.Status.Id] = entry;
        }
    }

    public Task PutAsync(BatchEntry entry)
    {
        string id = entry.Status.Id;
        if (_entries.TryGetValue(id, out BatchEntry? present) && present.Version >= entry.Version)
        {
            return Task.CompletedTask;
        }

        // A finished batch needs no recovery: this catalog forgets it.
        if (entry.Status.Phase == BatchPhase.Finished)
        {
            if (!_entries.Remove(id))
            {
                return Task.CompletedTask;
            }
        }
        else
        {
            _entries[id] = entry;
        }

        return WriteAsync();
    }

    public Task RemoveAsync(string batchId, long version)
    {
        bool same = _entries.TryGetValue(batchId, out BatchEntry? present) && present.Version == version;
        return same && _entries.Remove(batchId) ? WriteAsync() : Task.CompletedTask;
    }

    public Task<BatchEntry[]> GetAllAsync() => Task.FromResult<BatchEntry[]>([.. _entries.Values]);

    private Task WriteAsync()
    {
        if (_failure is not null)
        {
            throw new SupersededException("The activation has ended.", _failure);
        }

        return _nextWrite ??= WriteAfterAsync(_writing);
    }

    private async Task WriteAfterAsync(Task previous)
    {
        // After this turn: whoever comes until then is in this write, and the field holds this very task.
        await Task.Yield();
        await Task.WhenAny(previous);
        _writing = _nextWrite!;
        _nextWrite = null;
        if (_failure is not null)
        {
            throw new SupersededException("The activation has ended.", _failure);
        }

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
