namespace Cano.Engine.Tests;

public sealed class MemorySharedStoreTests
{
    private readonly MemorySharedStore _store = new();

    [Fact]
    public async Task Put_ThenGet_IsAnEqualValueOfItsOwn()
    {
        List<int> put = [1];
        await _store.PutAsync("a", put);
        put.Add(2);

        Assert.Equal([1], await _store.GetAsync<List<int>>("a"));
    }

    [Fact]
    public async Task Get_OfNoSuchKey_NamesIt()
    {
        Assert.Equal((false, 0), await _store.TryGetAsync<int>("b"));
        KeyNotFoundException exception = await Assert.ThrowsAsync<KeyNotFoundException>(async () => await _store.GetAsync<int>("b"));
        Assert.Equal("The shared store has no value named 'b'.", exception.Message);
    }

    [Theory]
    [InlineData(0xd83d)]
    [InlineData(0x0000)]
    public async Task KeyThatCannotBeStored_IsRefused(int character)
    {
        string key = $"a{(char)character}";
        await Assert.ThrowsAsync<ArgumentException>(async () => await _store.PutAsync(key, 1));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _store.AppendAsync(key, 1));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _store.UpdateAsync<int>(key, n => n + 1));
        Assert.Empty(await _store.KeysAsync());
    }

    [Fact]
    public async Task Update_FromManyAtOnce_CountsEachOnce()
    {
        await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => Task.Run(async () => await _store.UpdateAsync<int>("n", n => n + 1))));

        Assert.Equal(500, await _store.GetAsync<int>("n"));
    }

    [Fact]
    public async Task Append_KeepsTheOrder()
    {
        await _store.AppendAsync("a", "x");
        await _store.AppendAsync("a", "y");

        Assert.Equal(["x", "y"], await _store.GetAsync<string[]>("a"));
    }

    [Fact]
    public async Task Keys_AreSorted_AndRemoveTellsWhetherItWasThere()
    {
        await _store.PutAsync("b", 1);
        await _store.PutAsync("B", 1);
        await _store.PutAsync("a", 1);

        Assert.Equal(["B", "a", "b"], await _store.KeysAsync());
        Assert.True(await _store.RemoveAsync("a"));
        Assert.False(await _store.RemoveAsync("a"));
    }

    [Fact]
    public async Task CountersAndSets_AreThoseOfTheDurableStore()
    {
        Assert.Equal(1, await _store.IncrementAsync("n"));
        Assert.Equal(-4, await _store.IncrementAsync("n", -5));
        Assert.True(await _store.AddToSetAsync("ids", "a"));
        Assert.False(await _store.AddToSetAsync("ids", "a"));
        Assert.True(await _store.AddToSetAsync("ids", "b"));
        Assert.True(await _store.RemoveFromSetAsync("ids", "a"));
        Assert.False(await _store.RemoveFromSetAsync("nothing", "a"));
        Assert.Equal(["b"], await _store.GetAsync<HashSet<string>>("ids"));
        await Assert.ThrowsAsync<InvalidCastException>(async () => await _store.IncrementAsync("ids"));
        await Assert.ThrowsAsync<InvalidCastException>(async () => await _store.AddToSetAsync("n", 1));
        await Assert.ThrowsAsync<InvalidCastException>(async () => await _store.RemoveFromSetAsync("n", 1));
        await Assert.ThrowsAsync<InvalidCastException>(async () => await _store.AppendAsync("n", 1));
    }

    [Fact]
    public async Task MoreThanADurableStoreTakes_IsRefused()
    {
        CanoConfigurationException refused =
            await Assert.ThrowsAsync<CanoConfigurationException>(async () => await _store.PutAsync("a", new string('x', 1_000_000)));

        Assert.Equal(ErrorCodes.StoreTooLarge, refused.Code);
        Assert.Empty(await _store.KeysAsync());
    }

    [Fact]
    public async Task CancelledToken_ChangesNothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _store.PutAsync("a", 1, new CancellationToken(canceled: true)));

        Assert.Empty(await _store.KeysAsync());
    }
}
