using Microsoft.Extensions.DependencyInjection;
using Orleans.Core.Internal;
using Orleans.Storage;

namespace Cano.Stores;

/// <summary>The store that the instances of a batch share.</summary>
public sealed class SharedStoreTests(CanoCluster cluster) : IClassFixture<CanoCluster>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SharedStore_ManyInstancesUpdateAtOnce_LosesNoUpdate()
    {
        ConcurrentWorkflow<StepState> batch = new ConcurrentWorkflowBuilder<StepState>(new ConcurrentTimeout.WaitForever())
            .AddInstances(Enumerable.Range(0, 40).Select(number => Steps.Instance($"i{number}", "share")))
            .WithId("shared")
            .Build();

        ConcurrentWorkflowResults<StepState> results = await batch.OrchestrateAsync(cluster.Client, cancellationToken: Token);

        Assert.Equal(40, results.Completed);
        Assert.All(results.Results, result => Assert.Equal(["count", "ids"], result.GetOutput<string[]>()!));
        (SharedStore store, _) = await OfAsync("shared");
        Assert.Equal(40, await store.GetAsync<int>("count", Token));
        Assert.Equal(Enumerable.Range(0, 40).Select(number => $"i{number}").Order(StringComparer.Ordinal), (await store.GetAsync<string[]>("ids", Token)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task SharedStore_ActivationIsLost_ItsValuesStay()
    {
        (SharedStore store, string key) = await OfNewBatchAsync("lost-activation");
        await store.PutAsync("a", new { x = 1 }, Token);
        await store.AppendAsync("list", 1, Token);
        await store.AppendAsync("list", 2, Token);
        await cluster.Client.GetGrain<ISharedStoreGrain>(key).Cast<IGrainManagementExtension>().DeactivateOnIdle();

        int[] list = await store.GetAsync<int[]>("list", Token);
        Assert.Equal([1, 2], list);
        IReadOnlyList<string> keys = await store.KeysAsync(Token);
        Assert.Equal(["a", "list"], keys);
        Assert.True(await store.RemoveAsync("a", Token));
        Assert.False(await store.RemoveAsync("a", Token));
        Assert.Equal((false, 0), await store.TryGetAsync<int>("a", Token));
        await Assert.ThrowsAsync<KeyNotFoundException>(async () => await store.GetAsync<int>("a", Token));
    }

    [Fact]
    public async Task SharedStore_AppendToWhatIsNoList_SaysSo()
    {
        (SharedStore store, _) = await OfNewBatchAsync("no-list");
        await store.PutAsync("a", 1, Token);

        InvalidCastException exception = await Assert.ThrowsAsync<InvalidCastException>(async () => await store.AppendAsync("a", 2, Token));

        Assert.Equal("The shared store's value 'a' is no list; nothing can be appended to it.", exception.Message);
    }

    [Fact]
    public async Task SharedStore_ReadAsAnotherType_NamesKeyAndType()
    {
        (SharedStore store, _) = await OfNewBatchAsync("another-type");
        await store.PutAsync("a", "text", Token);

        InvalidCastException exception = await Assert.ThrowsAsync<InvalidCastException>(async () => await store.GetAsync<int>("a", Token));

        Assert.StartsWith("The shared store's value 'a' can't be read as int: ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SharedStore_WouldGrowTooLarge_IsRefusedAndKeepsWhatItHas()
    {
        (SharedStore store, _) = await OfNewBatchAsync("too-large");
        await store.PutAsync("a", 1, Token);

        CanoConfigurationException exception =
            await Assert.ThrowsAsync<CanoConfigurationException>(async () => await store.PutAsync("b", new string('x', SharedStoreGrain.MaxBytes), Token));

        Assert.Equal(ErrorCodes.StoreTooLarge, exception.Code);
        IReadOnlyList<string> keys = await store.KeysAsync(Token);
        Assert.Equal(["a"], keys);
    }

    [Theory]
    [InlineData(0xd83d)]
    [InlineData(0x0000)]
    public async Task SharedStore_NameThatCannotBeStored_IsRefusedAndIsNeverThere(int character)
    {
        string name = $"a{(char)character}b";
        (SharedStore store, _) = await OfNewBatchAsync($"names-{character}");
        await store.PutAsync("a\ufffdb", "what halves of pairs are written as", Token);

        await Assert.ThrowsAsync<ArgumentException>(async () => await store.PutAsync(name, 1, Token));
        await Assert.ThrowsAsync<ArgumentException>(async () => await store.AppendAsync(name, 1, Token));
        await Assert.ThrowsAsync<ArgumentException>(async () => await store.UpdateAsync<int>(name, n => n + 1, Token));

        Assert.Equal((false, null), await store.TryGetAsync<string>(name, Token));
        Assert.False(await store.RemoveAsync(name, Token));
        Assert.Equal(["a\ufffdb"], await store.KeysAsync(Token));
    }

    /// <summary>The same on Orleans' memory storage, whose rows are JSON of another kind and which gives ETags in another way.</summary>
    [Fact]
    public async Task RowRemoval_OnMemoryStorage_NeedsNotReadTheRow()
    {
        IGrainStorage storage = Storage;
        await new Row<SharedStoreState>(storage, "cano.shared", "shared", "removed").WriteAsync(new() { LastVersion = 1 });
        await Assert.ThrowsAnyAsync<Exception>(() => new Row<BatchStatus>(storage, "cano.shared", "shared", "removed").ReadAsync());

        await RowRemoval.RemoveAsync(storage, "cano.shared", "shared", "removed");
        await RowRemoval.RemoveAsync(storage, "cano.shared", "shared", "removed");

        Assert.Null(await new Row<SharedStoreState>(storage, "cano.shared", "shared", "removed").ReadAsync());
    }

    private IGrainStorage Storage => cluster.Cluster.Silos[0].ServiceProvider.GetRequiredKeyedService<IGrainStorage>(SiloStorage.ProviderName);

    private async Task<(SharedStore Store, string Key)> OfNewBatchAsync(string id)
    {
        await new ConcurrentWorkflowBuilder<StepState>(new ConcurrentTimeout.WaitForever())
            .AddInstance(Steps.Instance("i"))
            .WithId(id)
            .Build()
            .OrchestrateAsync(cluster.Client, cancellationToken: Token);
        return await OfAsync(id);
    }

    private async Task<(SharedStore Store, string Key)> OfAsync(string id)
    {
        BatchState batch = (await new BatchRow(Storage, id).ReadAsync())!;
        return (new(cluster.Client, id, batch.Incarnation), GrainKeys.OfSharedStore(id, batch.Incarnation));
    }
}
