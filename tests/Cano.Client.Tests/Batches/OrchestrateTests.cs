using Cano.Calls;

namespace Cano.Batches;

public class OrchestrateTests
{
    private readonly FakeCluster _cluster = new();
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _held = new();

    private readonly ConcurrentWorkflow<OrderState> _batch =
        new ConcurrentWorkflow<OrderState>(new ConcurrentTimeout.WaitForever()) { Id = "batch" }
            .AddInstance(new ConcurrentWorkflowInstance<OrderState, OrderParams>("a", Orders.Price));

    [Fact]
    public async Task Orchestrate_CancelledBefore_StartsNothing()
    {
        using CancellationTokenSource source = new();
        await source.CancelAsync();

        OperationCanceledException exception =
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _batch.OrchestrateAsync(_cluster.Factory, cancellationToken: source.Token));

        Assert.Equal(source.Token, exception.CancellationToken);
        Assert.Empty(_cluster.Calls);
    }

    [Fact]
    public async Task Orchestrate_CancelledWhileItRuns_CancelsTheBatchAndThrows()
    {
        using CancellationTokenSource source = new();
        RunForever();
        _cluster.Before = call => Signal(call == "watch 1");

        Task<ConcurrentWorkflowResults<OrderState>> orchestrated = _batch.OrchestrateAsync(_cluster.Factory, cancellationToken: source.Token);
        await _reached.Task;
        await source.CancelAsync();

        OperationCanceledException exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => orchestrated);
        Assert.Equal((source.Token, null), (exception.CancellationToken, exception.InnerException));
        Assert.Equal(["start", "watch -1", "watch 1", "cancel"], _cluster.Calls);
    }

    [Fact]
    public async Task Orchestrate_Cancelled_ThrowsOnceTheStopIsDurable()
    {
        using CancellationTokenSource source = new();
        RunForever();
        _cluster.Before = async call =>
        {
            if (call == "watch 1")
            {
                await source.CancelAsync();
            }

            await Signal(call == "cancel");
            if (call == "cancel")
            {
                await _held.Task;
            }
        };

        Task<ConcurrentWorkflowResults<OrderState>> orchestrated = _batch.OrchestrateAsync(_cluster.Factory, cancellationToken: source.Token);
        await _reached.Task;
        Assert.False(orchestrated.IsCompleted);
        _held.SetResult();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => orchestrated);
    }

    [Fact]
    public async Task Orchestrate_CancelledWhileTheStartIsUnderWay_CancelsWhatWasStarted()
    {
        using CancellationTokenSource source = new();
        RunForever();
        _cluster.Before = async call =>
        {
            await Signal(call == "start");
            if (call == "start")
            {
                await _held.Task;
            }
        };

        Task<ConcurrentWorkflowResults<OrderState>> orchestrated = _batch.OrchestrateAsync(_cluster.Factory, cancellationToken: source.Token);
        await _reached.Task;
        await source.CancelAsync();
        Assert.False(orchestrated.IsCompleted);
        _held.SetResult();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => orchestrated);
        // The start is finished first, by joining what its first call starts: a cancel might come before it and find no batch.
        Assert.Equal(["start", "start", "cancel"], _cluster.Calls);
    }

    [Fact]
    public async Task Orchestrate_CancelledAndTheClusterKeepsSilent_LeavesSoonAndSaysThatTheStopIsNotConfirmed()
    {
        using CancellationTokenSource source = new();
        _cluster.Before = async call =>
        {
            await Signal(call == "start");
            await _held.Task;
        };

        Task<ConcurrentWorkflowResults<OrderState>> orchestrated = _batch.OrchestrateAsync(_cluster.Factory, cancellationToken: source.Token);
        await _reached.Task;
        await source.CancelAsync();
        OperationCanceledException exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => orchestrated);

        Assert.Equal(source.Token, exception.CancellationToken);
        Assert.NotNull(exception.InnerException);
        Assert.StartsWith("The batch 'batch' was asked to stop and has not confirmed it within 2 s.", exception.Message, StringComparison.Ordinal);
        Assert.Equal(["start", "start"], _cluster.Calls);

        // The batch is asked on, though its caller was let go.
        RunForever();
        TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _cluster.Before = call =>
        {
            if (call == "cancel")
            {
                cancelled.SetResult();
            }

            return Task.CompletedTask;
        };
        _held.SetResult();
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Start_CancelledAtItsLastCall_SaysThatTheBatchMayExist()
    {
        using CancellationTokenSource source = new();
        _cluster.Before = async call =>
        {
            await Signal(call == "start");
            await _held.Task;
        };

        Task<ConcurrentWorkflowRun<OrderState>> start = _batch.StartAsync(_cluster.Factory, cancellationToken: source.Token);
        await _reached.Task;
        await source.CancelAsync();
        OperationCanceledException exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start);
        Assert.Contains("the batch may exist", exception.Message, StringComparison.Ordinal);
        _held.SetResult();

        // It does here, and starting it again joins it.
        ConcurrentWorkflowRun<OrderState> run = await _batch.StartAsync(_cluster.Factory, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(1, (await run.GetStatusAsync(TestContext.Current.CancellationToken)).Total);
        Assert.Equal(["start", "start", "status"], _cluster.Calls);
    }

    [Fact]
    public async Task Orchestrate_CancelledAndTheBatchIsGone_SaysThatItCouldNotBeTold()
    {
        using CancellationTokenSource source = new();
        RunForever();
        _cluster.Before = async call =>
        {
            if (call == "watch 1")
            {
                await source.CancelAsync();
            }
            else if (call == "cancel")
            {
                throw new BatchPurgedException("batch");
            }
        };

        OperationCanceledException exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _batch.OrchestrateAsync(_cluster.Factory, cancellationToken: source.Token));

        Assert.IsType<BatchPurgedException>(exception.InnerException);
        Assert.Equal(source.Token, exception.CancellationToken);
    }

    [Fact]
    public async Task Wait_TokenCancelled_LeavesTheBatchAlone()
    {
        using CancellationTokenSource source = new();
        RunForever();
        _cluster.Before = call => Signal(call == "watch 1");

        ConcurrentWorkflowRun<OrderState> run = await _batch.StartAsync(_cluster.Factory);
        Task<ConcurrentWorkflowResults<OrderState>> waiting = run.WaitAsync(source.Token);
        await _reached.Task;
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.DoesNotContain("cancel", _cluster.Calls);
    }

    private void RunForever()
    {
        FakeBatch batch = _cluster.Batch("batch");
        batch.Script(Scripts.View(1, BatchPhase.Running, 0));
        batch.NothingNew = new TaskCompletionSource().Task;
    }

    private Task Signal(bool reached)
    {
        if (reached)
        {
            _reached.TrySetResult();
        }

        return Task.CompletedTask;
    }
}
