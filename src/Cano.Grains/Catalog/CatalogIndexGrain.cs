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
    Task<BatchEntry?> PutAsync(BatchEntry entry);

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

    public async Task<BatchEntry?> PutAsync(BatchEntry entry)
    {
        string id = entry.Status.Id;
        if (_entries.TryGetValue(id, out BatchEntry? present) && present.Digest != entry.Digest)
        {
            return present;
        }

        bool changes = present is null || present.Status.CreatedAt != entry.Status.CreatedAt || present.Version < entry.Version;
        if (changes && entry.IsUnfinished)
        {
            _entries[id] = entry;
            await WriteAsync();
        }
        else if (changes && _entries.Remove(id))
        {
            // A finished batch needs no recovery: this catalog forgets it.
            await WriteAsync();
        }

        return null;
    }

    public Task RemoveAsync(BatchEntry entry)
    {
        string id = entry.Status.Id;
        bool same = _entries.TryGetValue(id, out BatchEntry? present) && present.Status.CreatedAt == entry.Status.CreatedAt && present.Version == entry.Version;
        return same && _entries.Remove(id) ? WriteAsync() : Task.CompletedTask;
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
