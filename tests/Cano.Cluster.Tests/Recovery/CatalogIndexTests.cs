using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Storage;

namespace Cano.Recovery;

public sealed class CatalogIndexTests : IAsyncLifetime
{
    private const int Batches = 40;
    private const int Shards = 16;

    private readonly CanoCluster _cluster = new();

    public ValueTask InitializeAsync() => _cluster.InitializeAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    /// <summary>Each shard wrote its first entry and no later one: most batches would not have been found after a crash.</summary>
    [Fact]
    public async Task Put_ManyBatchesOneAfterTheOther_EachIsInARowWhenItReturns()
    {
        IBatchCatalog catalog = Services.GetRequiredService<IBatchCatalog>();
        for (int i = 0; i < Batches; i++)
        {
            await catalog.PutAsync(Entry($"catalog-{i}", BatchPhase.Pending, version: 4));
        }

        Assert.Equal(Batches, (await StoredAsync()).Count);

        for (int i = 0; i < Batches; i++)
        {
            await catalog.PutAsync(Entry($"catalog-{i}", BatchPhase.Finished, version: 7));
        }

        Assert.Empty(await StoredAsync());
    }

    [Fact]
    public async Task Put_ManyBatchesAtOnce_AllAreInRows()
    {
        IBatchCatalog catalog = Services.GetRequiredService<IBatchCatalog>();

        await Task.WhenAll(Enumerable.Range(0, Batches).Select(i => catalog.PutAsync(Entry($"catalog-{i}", BatchPhase.Pending, version: 4))));

        Assert.Equal(Enumerable.Range(0, Batches).Select(i => $"catalog-{i}").Order(), (await StoredAsync()).Order());
    }

    private IServiceProvider Services => _cluster.Cluster.Silos[0].ServiceProvider;

    private async Task<List<string>> StoredAsync()
    {
        IGrainStorage storage = Services.GetRequiredKeyedService<IGrainStorage>(SiloStorage.ProviderName);
        List<string> stored = [];
        for (int shard = 0; shard < Shards; shard++)
        {
            CatalogShard? row = await new Row<CatalogShard>(storage, "cano.catalog", "catalog", $"shard-{shard}").ReadAsync();
            stored.AddRange(row?.Entries.Select(entry => entry.Status.Id) ?? []);
        }

        return stored;
    }

    private static BatchEntry Entry(string id, BatchPhase phase, long version) => new()
    {
        Status = new() { Id = id, Phase = phase, Total = 1, Pending = 1, CreatedAt = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero) },
        Version = version,
        Owner = SiloAddress.New(System.Net.IPAddress.Loopback, 1, 1).ToParsableString(),
    };
}
