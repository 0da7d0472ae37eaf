using Cano;

namespace Shop;

/// <summary>Every member that the contract's tables name, by the name and shape that stand there.</summary>
public sealed class MemberTests
{
    [Fact]
    public void ConcurrentTimeout_HasFourStrategies()
    {
        ConcurrentTimeout[] all =
        [
            new ConcurrentTimeout.WaitForever(),
            new ConcurrentTimeout.WaitForQuota(Quota: 3),
            new ConcurrentTimeout.WaitDuration(Duration: TimeSpan.FromSeconds(5)),
            new ConcurrentTimeout.WaitQuotaOrDuration(Quota: 3, Duration: TimeSpan.FromSeconds(5)),
        ];

        Assert.Equal(3, ((ConcurrentTimeout.WaitForQuota)all[1]).Quota);
        Assert.Equal(TimeSpan.FromSeconds(5), ((ConcurrentTimeout.WaitDuration)all[2]).Duration);
        Assert.Equal((3, TimeSpan.FromSeconds(5)), (((ConcurrentTimeout.WaitQuotaOrDuration)all[3]).Quota, ((ConcurrentTimeout.WaitQuotaOrDuration)all[3]).Duration));
    }

    [Fact]
    public void Instance_HasItsMembers()
    {
        ConcurrentWorkflowInstance<OrderState, OrderParams> full = new("order-1", Orders.Price, new OrderParams(1, 20), "fast");
        ConcurrentWorkflowInstance<OrderState, OrderParams> labelled = new("order-1", Orders.Price, label: "fast");
        ConcurrentWorkflowInstance<OrderState> bare = new ConcurrentWorkflowInstance<OrderState, OrderParams>("order-1", Orders.Price);

        WorkflowKey<OrderState> workflow = full.Workflow;
        Assert.Equal(("order-1", "orders.price", new OrderParams(1, 20), "fast"), (full.Id, workflow.Name, full.Params, full.Label));
        Assert.Equal((null, "fast", null), (labelled.Params, labelled.Label, bare.Label));
    }

    [Fact]
    public async Task Result_HasItsMembers()
    {
        WorkflowResult<OrderState> result = await WorkflowRunner.For(Definition()).RunAsync(new OrderParams(2, 0));

        OrderState? finalState = result.FinalState;
        WorkflowError? error = result.Error;
        CancelReason? cancelReason = result.CancelReason;
        string? label = result.Label;
        TimeSpan duration = result.Duration;
        DateTimeOffset? startedAt = result.StartedAt;
        DateTimeOffset? finishedAt = result.FinishedAt;
        Assert.Equal(("orders.price", WorkflowOutcome.Completed, OrderState.Done, 3m), (result.Workflow, result.Outcome, finalState, result.GetOutput<decimal>()));
        Assert.Equal((null, null, null, duration), (error, cancelReason, label, finishedAt - startedAt));
        Assert.NotEmpty(result.Id);
    }

    [Fact]
    public async Task Error_HasItsMembers()
    {
        WorkflowDefinition<OrderState, OrderParams> throws = WorkflowDefinition.Create(Orders.Price, workflow => workflow
            .Start(OrderState.Price)
            .RegisterNode(OrderState.Price, (_, _) => throw new InvalidOperationException("no price"), NodeConfig.Minimal)
            .AddExitState(OrderState.Done));

        WorkflowError error = (await WorkflowRunner.For(throws).RunAsync()).Error!;

        Assert.Equal(("node-failed", "no price", "Price", 1), (error.Kind, error.Message, error.State, error.Attempts));
        string? stack = error.Stack;
        Assert.StartsWith("System.InvalidOperationException: no price", stack, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FailureStates_AreFailed()
    {
        WorkflowDefinition<OrderState, OrderParams> rejects = WorkflowDefinition.Create(Orders.Price, workflow => workflow
            .Start(OrderState.Price)
            .RegisterNode(OrderState.Price, (_, _) => new ValueTask<OrderState>(OrderState.Rejected))
            .AddExitStates(OrderState.Done)
            .AddFailureStates(OrderState.Rejected));

        WorkflowResult<OrderState> result = await WorkflowRunner.For(rejects).RunAsync();

        Assert.Equal((WorkflowOutcome.Failed, OrderState.Rejected), (result.Outcome, result.FinalState));
        Assert.Equal(("failure-state", "Rejected"), (result.Error!.Kind, result.Error.State));
        Assert.Equal([OrderState.Rejected], rejects.FailureStates);
    }

    [Fact]
    public async Task Context_HasServicesLoggerAndState()
    {
        WorkflowDefinition<OrderState, OrderParams> tells = WorkflowDefinition.Create(Orders.Price, workflow => workflow
            .Start(OrderState.Price)
            .RegisterNode(OrderState.Price, (context, _) =>
            {
                IServiceProvider services = context.Services;
                Microsoft.Extensions.Logging.ILogger logger = context.Logger;
                Assert.NotNull(logger);
                Assert.Null(services.GetService(typeof(MemberTests)));
                context.SetOutput(context.State);
                return new ValueTask<OrderState>(OrderState.Done);
            })
            .AddExitStates(OrderState.Done));

        Assert.Equal("Price", (await WorkflowRunner.For(tells).RunAsync()).GetOutput<string>());
    }

    [Fact]
    public void Results_HaveTheirMembers() => AssertMembers<ConcurrentWorkflowResults<OrderState>>(
        "BatchId Cancelled Completed Failed Results StopReason Total TotalDuration", "CancelledResults FailedResults SuccessfulResults");

    [Fact]
    public void Status_HasItsMembers()
    {
        BatchStatus status = new()
        {
            Id = "a",
            Name = "n",
            Phase = BatchPhase.Running,
            StopReason = null,
            Total = 5,
            Pending = 1,
            Running = 1,
            Completed = 1,
            Failed = 1,
            Cancelled = 1,
            CreatedAt = default,
            StartedAt = null,
            Deadline = null,
            StoppedAt = null,
            FinishedAt = null,
            TotalDuration = TimeSpan.Zero,
        };
        (DateTimeOffset? started, DateTimeOffset? deadline, DateTimeOffset? stopped, DateTimeOffset? finished) = (status.StartedAt, status.Deadline, status.StoppedAt, status.FinishedAt);
        Assert.Equal((null, null, null, null), (started, deadline, stopped, finished));
    }

    [Fact]
    public void Enums_HaveTheirMembers()
    {
        Assert.Equal([StopReason.AllFinished, StopReason.QuotaReached, StopReason.DurationElapsed, StopReason.Cancelled], Enum.GetValues<StopReason>());
        Assert.Equal([BatchPhase.Pending, BatchPhase.Running, BatchPhase.Stopping, BatchPhase.Finished], Enum.GetValues<BatchPhase>());
        Assert.Equal([WorkflowOutcome.Completed, WorkflowOutcome.Failed, WorkflowOutcome.Cancelled], Enum.GetValues<WorkflowOutcome>());
        Assert.Equal([CancelReason.QuotaReached, CancelReason.DurationElapsed, CancelReason.Requested, CancelReason.Surplus], Enum.GetValues<CancelReason>());
    }

    [Fact]
    public void RetryMode_HasItsModes()
    {
        RetryMode backoff = RetryMode.ExponentialBackoff(maxRetries: 3, baseDelay: TimeSpan.FromMilliseconds(100), multiplier: 2, maxDelay: TimeSpan.FromSeconds(30), jitter: 0.1);

        Assert.Equal(backoff, RetryMode.Exponential(maxRetries: 3));
        Assert.Equal(RetryMode.Exponential(3), NodeConfig.Default.Retry);
        Assert.Equal(RetryMode.None, NodeConfig.Minimal.Retry);
        Assert.Equal(3, RetryMode.Exponential(3).When(exception => exception is TimeoutException).MaxRetries);
        Assert.Equal(2, RetryMode.Fixed(retries: 2, delay: TimeSpan.FromMilliseconds(50)).MaxRetries);
    }

    [Fact]
    public async Task Store_HasItsMembers()
    {
        WorkflowDefinition<OrderState, OrderParams> stores = WorkflowDefinition.Create(Orders.Price, workflow => workflow
            .Start(OrderState.Price)
            .RegisterNode(OrderState.Price, UseStoreAsync, NodeConfig.Minimal)
            .AddExitStates(OrderState.Done));

        Assert.Null((await WorkflowRunner.For(stores).RunAsync(store: new MemoryStore())).Error);
    }

    private static ValueTask<OrderState> UseStoreAsync(WorkflowContext<OrderParams> context, CancellationToken cancellationToken)
    {
        IWorkflowStore store = context.Store;
        store.Put<int>("a", 1);
        store.Append<string>("b", "x");

        Assert.True(store.TryGet<int>("a", out int value));
        Assert.Equal((1, 1, 2), (value, store.Get<int>("a"), store.Count));
        Assert.Equal(["a", "b"], store.Keys.Order());
        Assert.True(store.Contains("b") && store.Remove("b"));
        store.Clear();
        Assert.Equal(0, store.Count);
        return new(OrderState.Done);
    }

    [Fact]
    public async Task SharedStore_HasItsMembers()
    {
        WorkflowDefinition<OrderState, OrderParams> shares = WorkflowDefinition.Create(Orders.Price, workflow => workflow
            .Start(OrderState.Price)
            .RegisterNode(OrderState.Price, UseSharedStoreAsync, NodeConfig.Minimal)
            .AddExitStates(OrderState.Done));

        WorkflowResult<OrderState> result = await WorkflowRunner.For(shares).RunAsync();

        Assert.Null(result.Error);
        Assert.Equal(["count", "list", "none", "orders", "set"], result.GetOutput<string[]>()!);
    }

    private static async ValueTask<OrderState> UseSharedStoreAsync(WorkflowContext<OrderParams> context, CancellationToken cancellationToken)
    {
        ISharedStore shared = context.SharedStore;
        await shared.PutAsync("count", 1, cancellationToken);
        int count = await shared.GetAsync<int>("count", cancellationToken);
        (bool found, int? none) = await shared.TryGetAsync<int?>("none", cancellationToken);
        await shared.AppendAsync("list", "x", cancellationToken);
        await shared.PutAsync("gone", count, cancellationToken);
        bool removed = await shared.RemoveAsync("gone", cancellationToken);
        Assert.Equal(12L, await shared.IncrementAsync("orders", 12, cancellationToken) + await shared.IncrementAsync("none", 0, cancellationToken));
        Assert.True(await shared.AddToSetAsync("set", "x", cancellationToken) && await shared.RemoveFromSetAsync("set", "x", cancellationToken));
        int updated = await shared.UpdateAsync<int>("count", present => present + 1, cancellationToken);
        IReadOnlyList<string> keys = await shared.KeysAsync(cancellationToken);
        Assert.Equal((1, false, null, true, 2), (count, found, none, removed, updated));
        context.SetOutput(keys);
        return OrderState.Done;
    }

    private static WorkflowDefinition<OrderState, OrderParams> Definition() => WorkflowDefinition.Create(Orders.Price, workflow => workflow
        .Start(OrderState.Price)
        .RegisterNode<PriceOrder>(OrderState.Price)
        .AddExitStates(OrderState.Done, OrderState.Rejected));

    private static void AssertMembers<T>(string properties, string methods)
    {
        Assert.Equal(properties.Split(' '), typeof(T).GetProperties().Select(property => property.Name).Order());
        Assert.Superset(methods.Split(' ').ToHashSet(), typeof(T).GetMethods().Select(method => method.Name).ToHashSet());
    }
}
