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

/// <summary>Keeps a shard in one row. Changes that come while a write is under way go into the next write.</summary>
internal sealed class CatalogIndexGrain : Grain, ICatalogIndexGrain
{
    private readonly Row<CatalogShard> _row;
    private readonly Dictionary<(string Id, string Digest), BatchEntry> _entries = [];
    private Exception? _failure;
    private Task _writing = Task.CompletedTask;
    private Task? _nextWrite;

    public CatalogIndexGrain([FromKeyedServices(SiloStorage.ProviderName)] IGrainStorage storage) =>
        _row = new(storage, "cano.catalog", "catalog", this.GetPrimaryKeyString());

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        foreach (BatchEntry entry in (await _row.ReadAsync())?.Entries ?? [])
        {
            _entries[KeyOf(entry)] = entry;
        }
    }

    public Task PutAsync(BatchEntry entry)
    {
        if (_entries.TryGetValue(KeyOf(entry), out BatchEntry? present) && present.Status.CreatedAt == entry.Status.CreatedAt && present.Version >= entry.Version)
        {
            return Task.CompletedTask;
        }

        // A finished batch needs no recovery: this catalog forgets it.
        if (!entry.IsUnfinished)
        {
            return _entries.Remove(KeyOf(entry)) ? WriteAsync() : Task.CompletedTask;
        }

        _entries[KeyOf(entry)] = entry;
        return WriteAsync();
    }

    public Task RemoveAsync(BatchEntry entry)
    {
        bool same = _entries.TryGetValue(KeyOf(entry), out BatchEntry? present) && present.Status.CreatedAt == entry.Status.CreatedAt && present.Version == entry.Version;
        return same && _entries.Remove(KeyOf(entry)) ? WriteAsync() : Task.CompletedTask;
    }

    public Task<BatchEntry[]> GetAllAsync() => Task.FromResult<BatchEntry[]>([.. _entries.Values]);

    private static (string Id, string Digest) KeyOf(BatchEntry entry) => (entry.Status.Id, entry.Digest);

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
