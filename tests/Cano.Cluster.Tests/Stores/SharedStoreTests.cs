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
    public async Task SharedStore_GivenAtTheStart_IsSeenByNodesAndByTheRun()
    {
        MemoryStore given = new();
        given.Put("count", 100);
        given.Put("limits", new[] { 1, 2 });
        ConcurrentWorkflow<StepState> Make() => new ConcurrentWorkflowBuilder<StepState>(new ConcurrentTimeout.WaitForever())
            .AddInstances(Enumerable.Range(0, 5).Select(number => Steps.Instance($"i{number}", "share")))
            .WithSharedStore(given)
            .WithId("given")
            .Build();
        ConcurrentWorkflowRun<StepState> run = await Make().StartAsync(cluster.Client, cancellationToken: Token);

        Assert.Equal(5, (await run.WaitAsync(Token)).Completed);
        Assert.Equal(105, await run.SharedStore.GetAsync<int>("count", Token));
        int[] limits = await run.SharedStore.GetAsync<int[]>("limits", Token);
        Assert.Equal([1, 2], limits);
        Assert.Equal(["count", "ids", "limits"], await run.SharedStore.KeysAsync(Token));
        Assert.Equal((false, 0), await run.SharedStore.TryGetAsync<int>("other", Token));
        await Assert.ThrowsAsync<KeyNotFoundException>(async () => await run.SharedStore.GetAsync<int>("other", Token));

        await Make().StartAsync(cluster.Client, cancellationToken: Token);
        given.Put("count", 101);
        await Assert.ThrowsAsync<BatchConflictException>(() => Make().StartAsync(cluster.Client, cancellationToken: Token));
        await run.PurgeAsync(Token);
        await Assert.ThrowsAsync<BatchPurgedException>(async () => await run.SharedStore.KeysAsync(Token));
        Assert.Null((await new BatchRow(Storage, "given").ReadAsync())!.Header.SharedStore);
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
            await Assert.ThrowsAsync<CanoConfigurationException>(async () => await store.PutAsync("b", new string('x', SharedStoreValues.MaxBytes), Token));

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

    /// <summary>5,000 orders that counted themselves called their function 281,375 times for the first 1,705 of them.</summary>
    [Fact]
    public async Task Update_ManyInstancesOfASilo_CallEachFunctionOnce()
    {
        (SharedStore store, _) = await OfNewBatchAsync("updates");
        int calls = 0;

        int[] counts = await Task.WhenAll(Enumerable.Range(0, 300).Select(async _ => await store.UpdateAsync<int>("count", count =>
        {
            Interlocked.Increment(ref calls);
            return count + 1;
        }, Token)));

        Assert.Equal(Enumerable.Range(1, 300), counts.Order());
        Assert.Equal(300, calls);
        Assert.Equal(0, UpdatesOf(0).Values);
    }

    [Fact]
    public async Task Update_OnThreeSilosAtOnce_LosesNoUpdate()
    {
        await OfNewBatchAsync("updates-of-silos");
        BatchState batch = (await new BatchRow(Storage, "updates-of-silos").ReadAsync())!;
        SharedStore[] stores = [.. Enumerable.Range(0, 3).Select(silo => new SharedStore(cluster.Client, UpdatesOf(silo), "updates-of-silos", batch.Incarnation))];

        int[] counts = await Task.WhenAll(Enumerable.Range(0, 90).Select(async i => await stores[i % 3].UpdateAsync<int>("count", count => count + 1, Token)));

        Assert.Equal(Enumerable.Range(1, 90), counts.Order());
        Assert.Equal(90, await stores[0].GetAsync<int>("count", Token));
    }

    [Fact]
    public async Task Update_FunctionOfOneThrows_TheOthersAreMade()
    {
        (SharedStore store, _) = await OfNewBatchAsync("update-throws");

        Task<int>[] updates =
            [.. Enumerable.Range(0, 20).Select(async i => await store.UpdateAsync<int>("count", count => i == 7 ? throw new FormatException("seven") : count + 1, Token))];
        FormatException thrown = await Assert.ThrowsAsync<FormatException>(() => Task.WhenAll(updates));

        Assert.Equal("seven", thrown.Message);
        Assert.Equal([7], updates.Index().Where(one => one.Item.IsFaulted).Select(one => one.Index));
        Assert.Equal(19, await store.GetAsync<int>("count", Token));
    }

    [Fact]
    public async Task Update_CallerLeavesBeforeItsTurn_IsNotMade()
    {
        (SharedStore store, _) = await OfNewBatchAsync("update-left");
        using SemaphoreSlim begun = new(0);
        using SemaphoreSlim goOn = new(0);
        using CancellationTokenSource leaving = new();
        Task<int> first = store.UpdateAsync<int>("count", count =>
        {
            begun.Release();
            goOn.Wait(TimeSpan.FromSeconds(60), Token);
            return count + 1;
        }, Token).AsTask();
        await begun.WaitAsync(TimeSpan.FromSeconds(60), Token);
        Task<int> second = store.UpdateAsync<int>("count", count => count + 10, leaving.Token).AsTask();
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        goOn.Release();
        Assert.Equal(1, await first);
        Assert.Equal(2, await store.UpdateAsync<int>("count", count => count + 1, Token));
    }

    /// <summary>Its function may run in another caller's turn, and sees what flows at its own.</summary>
    [Fact]
    public async Task Update_Function_SeesTheContextOfItsCaller()
    {
        (SharedStore store, _) = await OfNewBatchAsync("update-flow");
        AsyncLocal<int> flows = new();

        int[] seen = await Task.WhenAll(Enumerable.Range(1, 20).Select(async i =>
        {
            flows.Value = i;
            int of = 0;
            await store.UpdateAsync<int>("count", count =>
            {
                of = flows.Value;
                return count + 1;
            }, Token);
            return of;
        }));

        Assert.Equal(Enumerable.Range(1, 20), seen);
    }

    [Fact]
    public async Task SharedStore_CountersAndSets_AreKeptInTheGrain()
    {
        (SharedStore store, string key) = await OfNewBatchAsync("counters");

        long[] counts = await Task.WhenAll(Enumerable.Range(0, 200).Select(async _ => await store.IncrementAsync("count", cancellationToken: Token)));
        bool[] added = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i => await store.AddToSetAsync("ids", $"i{i % 50}", Token)));
        await cluster.Client.GetGrain<ISharedStoreGrain>(key).Cast<IGrainManagementExtension>().DeactivateOnIdle();

        Assert.Equal(Enumerable.Range(1, 200).Select(count => (long)count), counts.Order());
        Assert.Equal(50, added.Count(one => one));
        Assert.Equal(150, await store.IncrementAsync("count", -50, Token));
        Assert.False(await store.AddToSetAsync("ids", "i49", Token));
        Assert.True(await store.RemoveFromSetAsync("ids", "i49", Token));
        Assert.Equal(49, (await store.GetAsync<string[]>("ids", Token)).Distinct(StringComparer.Ordinal).Count());
        InvalidCastException noList = await Assert.ThrowsAsync<InvalidCastException>(async () => await store.AddToSetAsync("count", 1, Token));
        Assert.Equal("The shared store's value 'count' is no list; nothing can be appended to it.", noList.Message);
        InvalidCastException noNumber = await Assert.ThrowsAsync<InvalidCastException>(async () => await store.IncrementAsync("ids", 2, Token));
        Assert.Equal("The shared store's value 'ids' is no whole number of 64 bits, or would be none with 2 added; it was left as it is.", noNumber.Message);
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

    private SharedUpdates UpdatesOf(int silo) => cluster.Cluster.Silos[silo].ServiceProvider.GetRequiredService<SharedUpdates>();

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
        return (new(cluster.Client, UpdatesOf(0), id, batch.Incarnation), GrainKeys.OfSharedStore(id, batch.Incarnation));
    }
}
