using Orleans.Core.Internal;
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
        SharedStore store = new(cluster.Client, "shared");
        Assert.Equal(40, await store.GetAsync<int>("count", Token));
        Assert.Equal(Enumerable.Range(0, 40).Select(number => $"i{number}").Order(StringComparer.Ordinal), (await store.GetAsync<string[]>("ids", Token)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task SharedStore_ActivationIsLost_ItsValuesStay()
    {
        SharedStore store = new(cluster.Client, "lost-activation");
        await store.PutAsync("a", new { x = 1 }, Token);
        await store.AppendAsync("list", 1, Token);
        await store.AppendAsync("list", 2, Token);
        await cluster.Client.GetGrain<ISharedStoreGrain>("lost-activation").Cast<IGrainManagementExtension>().DeactivateOnIdle();

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
        SharedStore store = new(cluster.Client, "no-list");
        await store.PutAsync("a", 1, Token);

        InvalidCastException exception = await Assert.ThrowsAsync<InvalidCastException>(async () => await store.AppendAsync("a", 2, Token));

        Assert.Equal("The shared store's value 'a' is no list; nothing can be appended to it.", exception.Message);
    }

    [Fact]
    public async Task SharedStore_ReadAsAnotherType_NamesKeyAndType()
    {
        SharedStore store = new(cluster.Client, "another-type");
        await store.PutAsync("a", "text", Token);

        InvalidCastException exception = await Assert.ThrowsAsync<InvalidCastException>(async () => await store.GetAsync<int>("a", Token));

        Assert.StartsWith("The shared store's value 'a' can't be read as Int32: ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SharedStore_WouldGrowTooLarge_IsRefusedAndKeepsWhatItHas()
    {
        SharedStore store = new(cluster.Client, "too-large");
        await store.PutAsync("a", 1, Token);

        CanoConfigurationException exception =
            await Assert.ThrowsAsync<CanoConfigurationException>(async () => await store.PutAsync("b", new string('x', SharedStoreGrain.MaxBytes), Token));

        Assert.Equal(ErrorCodes.StoreTooLarge, exception.Code);
        IReadOnlyList<string> keys = await store.KeysAsync(Token);
        Assert.Equal(["a"], keys);
    }
}
