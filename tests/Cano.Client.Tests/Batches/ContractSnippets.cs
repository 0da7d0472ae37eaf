using Cano.Calls;

namespace Cano.Batches;

public enum OrderState
{
    Start,
    Price,
    Done,
    Rejected,
}

public sealed record OrderParams(int Number, int DelayMs);

public static class Orders
{
    public static readonly WorkflowKey<OrderState, OrderParams> Price = new("orders.price");
}

/// <summary>What the contract shows of the client, as it stands there: it must compile and run.</summary>
public class ContractSnippets
{
    private readonly FakeCluster _cluster = new();

    [Fact]
    public async Task Snippet_OfTheClient_CompilesAndRuns()
    {
        IGrainFactory client = _cluster.Factory;
        IWorkflowStore store = new MemoryStore();
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        List<ConcurrentWorkflowInstance<OrderState, OrderParams>> others = [new("order-2", Orders.Price), new("order-3", Orders.Price, new(3, 0), label: "fast")];
        Finish();

        ConcurrentWorkflow<OrderState> batch = new ConcurrentWorkflowBuilder<OrderState>(new ConcurrentTimeout.WaitForQuota(3))
            .AddInstance(new ConcurrentWorkflowInstance<OrderState, OrderParams>("order-1", Orders.Price, new OrderParams(1, 20)))
            .AddInstances(others)
            .WithId("nightly-2026-11-22")
            .WithName("nightly pricing")
            .WithMaxConcurrency(64)
            .Build();

        ConcurrentWorkflowResults<OrderState> results = await batch.OrchestrateAsync(client, store, cancellationToken);
        Assert.Equal("Completed: 1, Failed: 1, Cancelled: 1", $"Completed: {results.Completed}, Failed: {results.Failed}, Cancelled: {results.Cancelled}");

        ConcurrentWorkflowRun<OrderState> run = await batch.StartAsync(client, store, cancellationToken);
        BatchStatus status = await run.GetStatusAsync();
        await foreach (BatchStatus progress in run.WatchAsync(cancellationToken))
        {
            Assert.Equal(status, progress);
        }

        await foreach (WorkflowResult<OrderState> result in run.StreamResultsAsync(cancellationToken))
        {
            Assert.Contains(result.Id, results.Results.Select(r => r.Id));
        }

        await run.CancelAsync();
        results = await run.WaitAsync(cancellationToken);
        run = ConcurrentWorkflowRun.Attach<OrderState>(client, "nightly-2026-11-22");

        Assert.Equal("nightly-2026-11-22", run.Id);
        Assert.Equal(["order-1", "order-2", "order-3"], results.Results.Select(r => r.Id));
    }

    [Fact]
    public async Task Table_OfResults_HasItsMembers()
    {
        Finish();
        ConcurrentWorkflow<OrderState> batch = new(new ConcurrentTimeout.WaitForQuota(3)) { Id = "nightly-2026-11-22" };
        batch.AddInstance(new ConcurrentWorkflowInstance<OrderState, OrderParams>("order-1", Orders.Price));

        ConcurrentWorkflowResults<OrderState> results = await batch.OrchestrateAsync(_cluster.Factory);

        Assert.Equal(("nightly-2026-11-22", 3, StopReason.Cancelled), (results.BatchId, results.Total, results.StopReason));
        Assert.Equal(TimeSpan.FromSeconds(7), results.TotalDuration);
        WorkflowResult<OrderState> completed = Assert.Single(results.SuccessfulResults());
        WorkflowResult<OrderState> failed = Assert.Single(results.FailedResults());
        WorkflowResult<OrderState> cancelled = Assert.Single(results.CancelledResults());
        Assert.Equal(("order-1", "orders.price", OrderState.Done), (completed.Id, completed.Workflow, completed.FinalState));
        Assert.Equal((12.5m, TimeSpan.FromSeconds(2)), (completed.GetOutput<decimal>(), completed.Duration));
        Assert.Equal(("node-failed", "no price", "Price", 1), (failed.Error!.Kind, failed.Error.Message, failed.Error.State, failed.Error.Attempts));
        Assert.Equal((CancelReason.Requested, "fast", null), (cancelled.CancelReason, cancelled.Label, cancelled.FinalState));
        Assert.Equal(0, cancelled.GetOutput<decimal>());
    }

    private void Finish()
    {
        BatchStatus status = new()
        {
            Id = "nightly-2026-11-22",
            Phase = BatchPhase.Finished,
            StopReason = StopReason.Cancelled,
            Total = 3,
            Completed = 1,
            Failed = 1,
            Cancelled = 1,
            TotalDuration = TimeSpan.FromSeconds(7),
        };
        _cluster.Batch(status.Id).Script(new BatchView(1, status, Scripts.Digest, [3], [3]));
        InstanceResult blank = new() { Id = "", Workflow = "orders.price", StartedAt = Scripts.Noon, FinishedAt = Scripts.Noon.AddSeconds(2), FinalAt = Scripts.Noon };
        IList<InstanceResult> results = _cluster.Partition(status.Id, Scripts.Digest, 0).Results;
        results.Add(blank with { Id = "order-1", Ordinal = 0, FinalState = "Done", Output = "12.5"u8.ToArray() });
        results.Add(blank with
        {
            Id = "order-2",
            Ordinal = 1,
            Outcome = WorkflowOutcome.Failed,
            Error = new WorkflowError { Kind = WorkflowErrorKinds.NodeFailed, Message = "no price", State = "Price", Attempts = 1 },
        });
        results.Add(blank with { Id = "order-3", Ordinal = 2, Outcome = WorkflowOutcome.Cancelled, CancelReason = CancelReason.Requested, Label = "fast" });
    }
}
