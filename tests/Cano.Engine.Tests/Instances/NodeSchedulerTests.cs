using System.Diagnostics;

namespace Cano.Engine.Tests;

public sealed class NodeSchedulerTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly NodeScheduler _scheduler = new(maxWorkers: 4_096, idleLimit: TimeSpan.FromMilliseconds(50));
    private readonly ManualResetEventSlim _unblock = new();

    public void Dispose()
    {
        _unblock.Set();
        _scheduler.Dispose();
    }

    [Fact]
    public async Task BlockedTasks_AThousand_AllRunAndDoNotStopTheNext()
    {
        using CountdownEvent running = new(1_000);
        Stopwatch watch = Stopwatch.StartNew();
        Task[] blocked = [.. Enumerable.Range(0, 1_000).Select(_ => StartAsync(() =>
        {
            running.Signal();
            _unblock.Wait();
        }))];

        Assert.True(running.Wait(s_patience), $"Only {1_000 - running.CurrentCount} of 1,000 blocking tasks run, on {_scheduler.WorkerCount} threads.");
        TestContext.Current.SendDiagnosticMessage("1,000 blocked tasks were all running after {0} ms.", watch.ElapsedMilliseconds);
        await StartAsync(() => { }).WaitAsync(s_patience);

        Assert.InRange(_scheduler.WorkerCount, 1_000, 4_096);
        _unblock.Set();
        await Task.WhenAll(blocked).WaitAsync(s_patience);
    }

    [Fact]
    public async Task BlockedTasks_ThatAwaitFirst_AllRunToo()
    {
        using CountdownEvent running = new(300);
        Task[] blocked = [.. Enumerable.Range(0, 300).Select(_ => StartAsync(async () =>
        {
            await Task.Yield();
            await Task.Yield();
            running.Signal();
            _unblock.Wait();
        }).Unwrap())];

        Assert.True(running.Wait(s_patience), $"Only {300 - running.CurrentCount} of 300 blocking tasks run, on {_scheduler.WorkerCount} threads.");
        _unblock.Set();
        await Task.WhenAll(blocked).WaitAsync(s_patience);
    }

    [Fact]
    public async Task TasksThatComputeForEver_OneForEachProcessor_DoNotStopTheNext()
    {
        Task[] computing = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => StartAsync(() =>
        {
            while (!_unblock.IsSet)
            {
                Thread.SpinWait(100);
            }
        }))];

        await StartAsync(() => { }).WaitAsync(s_patience);

        _unblock.Set();
        await Task.WhenAll(computing).WaitAsync(s_patience);
    }

    [Fact]
    public async Task Workers_ThatHaveNothingToDo_EndDownToOneForEachProcessor()
    {
        using CountdownEvent running = new(50);
        Task[] blocked = [.. Enumerable.Range(0, 50).Select(_ => StartAsync(() =>
        {
            running.Signal();
            _unblock.Wait();
        }))];
        Assert.True(running.Wait(s_patience));

        _unblock.Set();
        await Task.WhenAll(blocked);

        Assert.True(
            SpinWait.SpinUntil(() => _scheduler.WorkerCount == Environment.ProcessorCount, s_patience),
            $"There are still {_scheduler.WorkerCount} threads.");
        await StartAsync(() => { }).WaitAsync(s_patience);
    }

    [Fact]
    public async Task Workers_NeverExceedTheLimit()
    {
        int limit = Environment.ProcessorCount + 3;
        using NodeScheduler small = new(limit);
        using CountdownEvent running = new(limit);
        Task[] blocked = [.. Enumerable.Range(0, limit).Select(_ => StartAsync(
            () =>
            {
                running.Signal();
                _unblock.Wait();
            },
            small))];
        Assert.True(running.Wait(s_patience));
        Task waiting = StartAsync(() => { }, small);

        Assert.False(SpinWait.SpinUntil(() => small.WorkerCount > limit || waiting.IsCompleted, TimeSpan.FromMilliseconds(100)));
        _unblock.Set();
        await Task.WhenAll([.. blocked, waiting]).WaitAsync(s_patience);
    }

    [Fact]
    public async Task Exception_OfATask_IsThatTasksOnly()
    {
        Task failed = StartAsync(() => throw new IOException("mine"));

        Assert.Equal("mine", (await Assert.ThrowsAsync<IOException>(() => failed)).Message);
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => StartAsync(() => { }))).WaitAsync(s_patience);
    }

    [Fact]
    public async Task Continuation_OfAnAwait_ComesBack()
    {
        (bool before, bool after, bool leftOnPurpose) = await _scheduler.RunAsync(async () =>
        {
            bool isHere = IsHere();
            await Task.Run(() => { });
            bool isBack = IsHere();
            await Task.Yield();
            isBack &= IsHere();
            await Task.Run(() => _unblock.Wait(TimeSpan.FromMilliseconds(20))).ConfigureAwait(false);
            return (isHere, isBack, !IsHere());
        }).WaitAsync(s_patience);

        Assert.True(before);
        Assert.True(after);
        Assert.True(leftOnPurpose);
    }

    [Fact]
    public async Task Retry_OfANode_RunsWhereTheFirstAttemptRan()
    {
        List<bool> here = [];
        WorkflowDefinition<Step, Input> definition = Flow.Of(
            async (context, cancellationToken) =>
            {
                here.Add(IsHere());
                await Task.Run(() => { }, cancellationToken).ConfigureAwait(false);
                return context.Attempt == 3 ? Step.Done : throw new IOException();
            },
            NodeConfig.Default with { Retry = RetryMode.Fixed(2, TimeSpan.FromMilliseconds(1)) });

        await _scheduler.RunAsync(() => definition.RunAsync()).WaitAsync(s_patience);

        Assert.Equal([true, true, true], here);
    }

    [Fact]
    public async Task TinyTasks_FromManyThreads_AllRun()
    {
        int ran = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < 50; i++)
            {
                await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => StartAsync(() => Interlocked.Increment(ref ran))));
            }
        }))).WaitAsync(s_patience);

        Assert.Equal(8 * 50 * 100, ran);
    }

    [Fact]
    public async Task Tasks_QueuedAroundDisposal_StillRun()
    {
        NodeScheduler ending = new(maxWorkers: 2);
        using CountdownEvent running = new(Environment.ProcessorCount);
        Task[] before = [.. Enumerable.Range(0, Environment.ProcessorCount + 10).Select(i => StartAsync(
            () =>
            {
                if (i < Environment.ProcessorCount)
                {
                    running.Signal();
                    _unblock.Wait();
                }
            },
            ending))];
        Assert.True(running.Wait(s_patience));

        ending.Dispose();
        await StartAsync(() => { }, ending).WaitAsync(s_patience);
        await Task.WhenAll(before.Skip(Environment.ProcessorCount)).WaitAsync(s_patience);
        _unblock.Set();
        await Task.WhenAll(before).WaitAsync(s_patience);
    }

    private static bool IsHere() => TaskScheduler.Current is NodeScheduler && !Thread.CurrentThread.IsThreadPoolThread;

    private Task StartAsync(Action action, NodeScheduler? scheduler = null) =>
        Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.DenyChildAttach, scheduler ?? _scheduler);

    private Task<T> StartAsync<T>(Func<T> function) =>
        Task.Factory.StartNew(function, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _scheduler);
}
