using Cano;

namespace Shop;

/// <summary>The library as its contract shows it, used from outside of Cano: it must compile as it stands here, and run.</summary>
public sealed class LibraryTests(OrderSilo silo) : IClassFixture<OrderSilo>
{
    [Fact]
    public async Task Batch_WithTheBuilder_GoesAsTheContractShows()
    {
        IClusterClient client = silo.Client;
        IWorkflowStore store = new MemoryStore();
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        IEnumerable<ConcurrentWorkflowInstance<OrderState>> others =
            [new ConcurrentWorkflowInstance<OrderState, OrderParams>("order-2", Orders.Price), new ConcurrentWorkflowInstance<OrderState, OrderParams>("order-3", Orders.Price, new OrderParams(3, 20))];

        ConcurrentWorkflow<OrderState> batch = new ConcurrentWorkflowBuilder<OrderState>(new ConcurrentTimeout.WaitForQuota(3))
            .AddInstance(new ConcurrentWorkflowInstance<OrderState, OrderParams>("order-1", Orders.Price, new OrderParams(1, 20)))
            .AddInstances(others)
            .WithId("nightly-2026-11-22")
            .WithName("nightly pricing")
            .WithMaxConcurrency(64)
            .Build();

        ConcurrentWorkflowResults<OrderState> results = await batch.OrchestrateAsync(client, store, cancellationToken);
        Assert.Equal("Completed: 3, Failed: 0, Cancelled: 0", $"Completed: {results.Completed}, Failed: {results.Failed}, Cancelled: {results.Cancelled}");

        ConcurrentWorkflowRun<OrderState> run = await batch.StartAsync(client, store, cancellationToken);
        BatchStatus status = await run.GetStatusAsync();
        await foreach (BatchStatus progress in run.WatchAsync(cancellationToken))
        {
            Assert.Equal(status.Completed, progress.Completed);
        }

        List<string> streamed = [];
        await foreach (WorkflowResult<OrderState> result in run.StreamResultsAsync(cancellationToken))
        {
            streamed.Add(result.Id);
        }

        await run.CancelAsync();
        results = await run.WaitAsync(cancellationToken);
        run = ConcurrentWorkflowRun.Attach<OrderState>(client, "nightly-2026-11-22");

        Assert.Equal(["order-1", "order-2", "order-3"], streamed.Order());
        Assert.Equal([1.5m, 0m, 4.5m], results.Results.Select(result => result.GetOutput<decimal>()));
        Assert.Equal(StopReason.QuotaReached, (await run.GetStatusAsync(cancellationToken)).StopReason);
    }

    [Fact]
    public async Task Batch_WithoutTheBuilder_IsFrozenOnceStarted()
    {
        MemoryStore store = new();
        store.Put("rejects", new List<int> { 2 });
        ConcurrentWorkflow<OrderState> batch = new(new ConcurrentTimeout.WaitForever());
        batch.AddInstance(new ConcurrentWorkflowInstance<OrderState, OrderParams>("order-1", Orders.Price, new OrderParams(1, 20), label: "fast"));
        batch.AddInstances([new ConcurrentWorkflowInstance<OrderState, OrderParams>("order-2", Orders.Price, new OrderParams(2, 20))]);

        ConcurrentWorkflowResults<OrderState> results = await batch.OrchestrateAsync(silo.Client, store);

        Assert.Equal([OrderState.Done, OrderState.Rejected], results.Results.Select(result => result.FinalState!.Value));
        Assert.Throws<CanoConfigurationException>(() => batch.AddInstance(new ConcurrentWorkflowInstance<OrderState, OrderParams>("order-3", Orders.Price)));
        Assert.Equal(results.BatchId, (await batch.OrchestrateAsync(silo.Client, store)).BatchId);
    }

    [Fact]
    public async Task Run_EveryAsynchronousMethod_TakesAToken()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        ConcurrentWorkflow<OrderState> batch = new(new ConcurrentTimeout.WaitForever());
        batch.AddInstance(new ConcurrentWorkflowInstance<OrderState, OrderParams>("order-1", Orders.Price));
        IGrainFactory client = silo.Client;

        ConcurrentWorkflowRun<OrderState> run = await batch.StartAsync(client, cancellationToken: token);
        ConcurrentWorkflowResults<OrderState> results = await run.WaitAsync(token);
        BatchStatus status = await run.GetStatusAsync(token);
        await run.CancelAsync(token);

        Assert.Equal((status.Id, 1), (results.BatchId, results.Total));
        await Assert.ThrowsAsync<OperationCanceledException>(() => batch.OrchestrateAsync(client, store: null, new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Exceptions_FromASilo_ArriveWithTheirCode()
    {
        ConcurrentWorkflow<OrderState> Of(string id) => new ConcurrentWorkflowBuilder<OrderState>(new ConcurrentTimeout.WaitForever())
            .AddInstance(new ConcurrentWorkflowInstance<OrderState, OrderParams>(id, new WorkflowKey<OrderState, OrderParams>("orders.price")))
            .WithId("taken")
            .Build();
        await Of("a").OrchestrateAsync(silo.Client);

        CanoException conflict = await Assert.ThrowsAsync<BatchConflictException>(() => Of("b").StartAsync(silo.Client));
        CanoException missing = await Assert.ThrowsAsync<BatchNotFoundException>(() => ConcurrentWorkflowRun.Attach<OrderState>(silo.Client, "missing").WaitAsync());
        CanoException unknown = await Assert.ThrowsAsync<WorkflowNotRegisteredException>(() => new ConcurrentWorkflow<OrderState>(new ConcurrentTimeout.WaitForever())
            .AddInstance(new ConcurrentWorkflowInstance<OrderState, OrderParams>("a", new WorkflowKey<OrderState, OrderParams>("orders.unknown"), new OrderParams(1, 1)))
            .StartAsync(silo.Client));

        Assert.Equal(["batch-conflict", "batch-not-found", "workflow-not-registered"], [conflict.Code, missing.Code, unknown.Code]);
        Assert.True(typeof(BatchPurgedException).IsSubclassOf(typeof(CanoException)));
    }
}
