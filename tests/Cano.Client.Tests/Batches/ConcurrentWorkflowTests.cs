using System.Text;
using Cano.Calls;

namespace Cano.Batches;

public class ConcurrentWorkflowTests
{
    private readonly FakeCluster _cluster = new();

    [Fact]
    public void Build_WithoutId_MakesOneThatIsValidAndNew()
    {
        ConcurrentWorkflowBuilder<OrderState> builder = new ConcurrentWorkflowBuilder<OrderState>(new ConcurrentTimeout.WaitForever()).AddInstance(Order("a"));

        string[] ids = [builder.Build().Id, builder.Build().Id, Batch().Id];

        Assert.Equal(3, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Equal(7, Guid.Parse(id).Version));
    }

    [Fact]
    public void Build_WithEverything_KeepsIt()
    {
        ConcurrentWorkflow<OrderState> batch = new ConcurrentWorkflowBuilder<OrderState>(new ConcurrentTimeout.WaitForQuota(2))
            .AddInstance(Order("a")).AddInstances([Order("b"), Order("c")]).WithId("id").WithName("name").WithMaxConcurrency(5).Build();

        Assert.Equal(("id", "name", 5, new ConcurrentTimeout.WaitForQuota(2)), (batch.Id, batch.Name, batch.MaxConcurrency, batch.Timeout));
        Assert.Equal(["a", "b", "c"], batch.Instances.Select(i => i.Id));
    }

    [Fact]
    public void Build_NoInstances_SaysSo()
    {
        CanoConfigurationException exception = Assert.Throws<CanoConfigurationException>(
            () => new ConcurrentWorkflowBuilder<OrderState>(new ConcurrentTimeout.WaitForever()).Build());

        Assert.Equal(ErrorCodes.NoInstances, exception.Code);
        Assert.Contains("No workflow instances to execute", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ErrorCodes.InvalidId, "bad id", null, 1, "a", "b")]
    [InlineData(ErrorCodes.InvalidText, "id", "bad\0name", 1, "a", "b")]
    [InlineData(ErrorCodes.InvalidMaxConcurrency, "id", null, 0, "a", "b")]
    [InlineData(ErrorCodes.InvalidId, "id", null, 1, "a", "b/c")]
    [InlineData(ErrorCodes.DuplicateInstanceId, "id", null, 1, "a", "a")]
    public async Task BuildAndStart_OfAFaultyBatch_RefuseItAlike(string code, string id, string? name, int limit, string first, string second)
    {
        ConcurrentWorkflowBuilder<OrderState> builder = new ConcurrentWorkflowBuilder<OrderState>(new ConcurrentTimeout.WaitForever())
            .AddInstances([Order(first), Order(second)]).WithId(id).WithMaxConcurrency(limit);
        ConcurrentWorkflow<OrderState> batch = new(new ConcurrentTimeout.WaitForever()) { Id = id, Name = name, MaxConcurrency = limit };
        batch.AddInstances([Order(first), Order(second)]);

        CanoConfigurationException built = Assert.Throws<CanoConfigurationException>(() => (name is null ? builder : builder.WithName(name)).Build());
        CanoConfigurationException started = await Assert.ThrowsAsync<CanoConfigurationException>(() => batch.StartAsync(_cluster.Factory));

        Assert.Equal(code, built.Code);
        Assert.Equal((built.Code, built.Message), (started.Code, started.Message));
        Assert.Empty(_cluster.Calls);
    }

    [Fact]
    public async Task AddInstance_AfterTheStart_IsRefused()
    {
        ConcurrentWorkflow<OrderState> batch = Batch();
        await batch.StartAsync(_cluster.Factory);

        CanoConfigurationException exception = Assert.Throws<CanoConfigurationException>(() => batch.AddInstance(Order("late")));

        Assert.Equal(
            (ErrorCodes.AlreadyStarted, $"The batch '{batch.Id}' was started and can't be changed any more. Make another one for more instances."),
            (exception.Code, exception.Message));
        Assert.Throws<CanoConfigurationException>(() => batch.AddInstances([Order("late")]));
        Assert.Single(batch.Instances);
    }

    [Fact]
    public async Task AddInstance_AfterAStartThatWasRefusedHere_MendsTheBatch()
    {
        ConcurrentWorkflow<OrderState> batch = new(new ConcurrentTimeout.WaitForever());
        await Assert.ThrowsAsync<CanoConfigurationException>(() => batch.StartAsync(_cluster.Factory));

        await batch.AddInstance(Order("a")).StartAsync(_cluster.Factory);

        Assert.Equal(["start"], _cluster.Calls);
    }

    [Fact]
    public async Task Start_Again_IsTheSameBatch()
    {
        ConcurrentWorkflow<OrderState> batch = Batch();

        ConcurrentWorkflowRun<OrderState> first = await batch.StartAsync(_cluster.Factory);
        ConcurrentWorkflowRun<OrderState> second = await batch.StartAsync(_cluster.Factory, new MemoryStore());

        Assert.Equal(first.Id, second.Id);
        Assert.Equal(batch.Id, first.Id);
    }

    [Fact]
    public async Task Start_AgainWithAnotherStore_IsAConflict()
    {
        ConcurrentWorkflow<OrderState> batch = Batch();
        await batch.StartAsync(_cluster.Factory);
        MemoryStore store = new();
        store.Put("region", "eu");

        await Assert.ThrowsAsync<BatchConflictException>(() => batch.StartAsync(_cluster.Factory, store));
    }

    [Fact]
    public async Task Start_WithAnyStore_SendsItsValuesAsJson()
    {
        MemoryStore memory = new();
        memory.Put("state", OrderState.Done);
        memory.Put("numbers", new[] { 1, 2 });
        ConcurrentWorkflow<OrderState> one = Batch();
        ConcurrentWorkflow<OrderState> other = Batch();

        await one.StartAsync(_cluster.Factory, memory);
        await other.StartAsync(_cluster.Factory, new OwnStore(memory));

        Assert.Equal("""{"state":"Done","numbers":[1,2]}""", Encoding.UTF8.GetString(_cluster.Batch(one.Id).Only!.Store!));
        Assert.Equal(_cluster.Batch(one.Id).Header!.Digest, _cluster.Batch(other.Id).Header!.Digest);
    }

    [Fact]
    public async Task Start_WithAStoreThatIsNoJson_IsRefused()
    {
        OwnStore store = new(new MemoryStore(), "type") { Held = typeof(int) };

        CanoConfigurationException exception = await Assert.ThrowsAsync<CanoConfigurationException>(() => Batch().StartAsync(_cluster.Factory, store));

        Assert.Equal((ErrorCodes.UnstorableValue, "$.store"), (exception.Code, exception.Path));
        Assert.StartsWith("The store given to the batch can't be written as JSON: ", exception.Message, StringComparison.Ordinal);
        Assert.Empty(_cluster.Calls);
    }

    [Fact]
    public async Task Start_WithASharedStore_SendsItsValuesAsTheyAreThen()
    {
        MemoryStore values = new();
        ConcurrentWorkflow<OrderState> batch = new ConcurrentWorkflowBuilder<OrderState>(new ConcurrentTimeout.WaitForever())
            .AddInstance(Orders.Price.Instance("a"))
            .WithSharedStore(values)
            .Build();
        values.Put("count", 1);

        await batch.StartAsync(_cluster.Factory);

        Assert.Equal("""{"count":1}""", Encoding.UTF8.GetString(_cluster.Batch(batch.Id).Header!.SharedStore!));
    }

    [Fact]
    public void Build_WithASharedStoreThatIsNoJson_IsRefused()
    {
        OwnStore values = new(new MemoryStore(), "type") { Held = typeof(int) };

        CanoConfigurationException exception = Assert.Throws<CanoConfigurationException>(() =>
            new ConcurrentWorkflowBuilder<OrderState>(new ConcurrentTimeout.WaitForever()).AddInstance(Orders.Price.Instance("a")).WithSharedStore(values).Build());

        Assert.Equal((ErrorCodes.UnstorableValue, "$.sharedStore"), (exception.Code, exception.Path));
        Assert.StartsWith("The shared store given to the batch can't be written as JSON: ", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>Written, the names would be one, and the value of one of them lost.</summary>
    [Fact]
    public async Task Start_WithAStoreWhoseNamesCannotBeStored_IsRefused()
    {
        OwnStore store = new(new MemoryStore(), "\ud83d", "\ud840");

        CanoConfigurationException exception = await Assert.ThrowsAsync<CanoConfigurationException>(() => Batch().StartAsync(_cluster.Factory, store));

        Assert.Equal((ErrorCodes.InvalidValue, "$.store"), (exception.Code, exception.Path));
        Assert.Contains("The name '\\uD83D' of a value in a store has a character that can't be stored", exception.Message, StringComparison.Ordinal);
        Assert.Empty(_cluster.Calls);
    }

    [Fact]
    public async Task Attach_MakesNoCall()
    {
        ConcurrentWorkflowRun<OrderState> run = ConcurrentWorkflowRun.Attach<OrderState>(_cluster.Factory, "nowhere");

        Assert.Empty(_cluster.Calls);
        Assert.Equal("nowhere", (await Assert.ThrowsAsync<BatchNotFoundException>(() => run.GetStatusAsync())).BatchId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    public void Attach_BadId_IsRefused(string id) => Assert.Equal(
        ErrorCodes.InvalidId,
        Assert.Throws<CanoConfigurationException>(() => ConcurrentWorkflowRun.Attach<OrderState>(_cluster.Factory, id)).Code);

    [Fact]
    public async Task Results_WithAStateThatTheCallerDoesNotKnow_AreReadAndSaySo()
    {
        _cluster.Fill(0, Scripts.Result("a", 1), Scripts.Result("b", 2, ordinal: 1) with { FinalState = "Refunded" });
        _cluster.Batch("batch").Script(Scripts.Finished(1, 2));

        ConcurrentWorkflowResults<OrderState> results = await ConcurrentWorkflowRun.Attach<OrderState>(_cluster.Factory, "batch").WaitAsync();

        Assert.Equal(OrderState.Done, results.Results[0].FinalState);
        CanoConfigurationException exception = Assert.Throws<CanoConfigurationException>(() => results.Results[1].FinalState);
        Assert.Equal(ErrorCodes.UnknownState, exception.Code);
        Assert.Equal(
            "Instance 'b' of workflow 'w' ended in state 'Refunded', which Cano.Batches.OrderState has not: use the same version of it as the silo.",
            exception.Message);
    }

    private static ConcurrentWorkflow<OrderState> Batch() => new ConcurrentWorkflow<OrderState>(new ConcurrentTimeout.WaitForever()).AddInstance(Order("a"));

    private static ConcurrentWorkflowInstance<OrderState, OrderParams> Order(string id) => new(id, Orders.Price);

    /// <summary>A store that a user wrote.</summary>
    private sealed class OwnStore(IWorkflowStore inner, params string[] more) : IWorkflowStore
    {
        /// <summary>The value of those names that the inner store does not have.</summary>
        public object? Held { get; init; }

        public IReadOnlyCollection<string> Keys => [.. inner.Keys, .. more];

        public int Count => inner.Count;

        public T Get<T>(string key) => inner.Get<T>(key);

        public bool TryGet<T>(string key, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T value)
        {
            if (inner.TryGet(key, out value))
            {
                return true;
            }

            value = Held is T held ? held : default;
            return more.Contains(key);
        }

        public void Put<T>(string key, T value) => inner.Put(key, value);

        public void Append<T>(string key, T item) => inner.Append(key, item);

        public bool Remove(string key) => inner.Remove(key);

        public bool Contains(string key) => inner.Contains(key);

        public void Clear() => inner.Clear();
    }
}
