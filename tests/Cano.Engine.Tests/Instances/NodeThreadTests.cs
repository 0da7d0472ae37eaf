using System.Collections.Concurrent;
using System.Globalization;

namespace Cano.Engine.Tests;

/// <summary>What a task leaves on a worker's thread does not reach the next task, and does not end the worker.</summary>
public sealed class NodeThreadTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly AsyncLocal<string?> s_flowing = new();

    private readonly NodeScheduler _scheduler = new(Environment.ProcessorCount);

    public void Dispose() => _scheduler.Dispose();

    [Fact]
    public async Task Interrupt_OfTheOwnThread_EndsNoWorkerAndReachesNoOtherTask()
    {
        ConcurrentDictionary<int, int> threads = new();
        await OnEachWorkerAsync(() =>
        {
            threads[Environment.CurrentManagedThreadId] = 1;
            Thread.CurrentThread.Interrupt();
        });

        int interrupted = 0;
        await OnEachWorkerAsync(() =>
        {
            threads[Environment.CurrentManagedThreadId]++;
            interrupted += IsInterrupted() ? 1 : 0;
        });

        Assert.Equal(0, interrupted);
        Assert.Equal(Environment.ProcessorCount, threads.Count);
        Assert.All(threads.Values, tasks => Assert.Equal(2, tasks));
    }

    [Fact]
    public async Task Interrupt_WithMoreWorkInTheQueue_DoesNotReachTheNextTask()
    {
        int interrupted = 0;
        Task[] tasks = [.. Enumerable.Range(0, 2_000).Select(number => StartAsync(() =>
        {
            if (number % 2 == 0)
            {
                Thread.CurrentThread.Interrupt();
            }
            else if (IsInterrupted())
            {
                Interlocked.Increment(ref interrupted);
            }
        }))];

        await Task.WhenAll(tasks).WaitAsync(s_patience);

        Assert.Equal(0, interrupted);
    }

    [Fact]
    public async Task Interrupt_OfAWorkerThatWaitsForWork_IsSurvived()
    {
        ConcurrentBag<Thread> workers = [];
        await OnEachWorkerAsync(() => workers.Add(Thread.CurrentThread));

        for (int round = 0; round < 20; round++)
        {
            foreach (Thread worker in workers)
            {
                // Delivered while it waits: a task that runs by then may be hit, as on any thread.
                Assert.True(SpinWait.SpinUntil(() => IsWaiting(worker), s_patience), "The worker does not wait.");
                worker.Interrupt();
            }

            Assert.True(SpinWait.SpinUntil(() => workers.All(IsWaiting), s_patience), "The worker does not wait again.");
            await StartAsync(() => { }).WaitAsync(s_patience);
        }

        Assert.All(workers, worker => Assert.True(worker.IsAlive));
        Assert.Equal(Environment.ProcessorCount, _scheduler.WorkerCount);
    }

    [Fact]
    public async Task Interrupt_BeforeTasksAreQueuedFromTheThread_LosesNone()
    {
        int ran = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < 50; i++)
            {
                await Task.WhenAll(await StartAsync(() =>
                {
                    Thread.CurrentThread.Interrupt();
                    return Enumerable.Range(0, 100).Select(_ => StartAsync(() => Interlocked.Increment(ref ran))).ToArray();
                }));
            }
        }))).WaitAsync(s_patience);

        Assert.Equal(8 * 50 * 100, ran);
    }

    [Fact]
    public async Task NamePriorityAndCulture_AreAsBeforeForTheNextTask()
    {
        string before = await StartAsync(Describe);
        await OnEachWorkerAsync(() =>
        {
            Thread.CurrentThread.Name = "mine";
            Thread.CurrentThread.Priority = ThreadPriority.Lowest;
            Thread.CurrentThread.IsBackground = false;
            CultureInfo.CurrentCulture = new("de-DE");
            CultureInfo.CurrentUICulture = new("fr-FR");
            s_flowing.Value = "mine";
            SynchronizationContext.SetSynchronizationContext(new());
        });

        ConcurrentBag<string> after = [];
        await OnEachWorkerAsync(() => after.Add(Describe()));

        Assert.All(after, one => Assert.Equal(before, one));
    }

    [Fact]
    public async Task WhatFlowsWithTheCaller_DoesNotReachTheWork()
    {
        s_flowing.Value = "the caller's";
        CultureInfo culture = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new("de-DE");
        try
        {
            string seen = await _scheduler.RunAsync(() => Task.FromResult($"{s_flowing.Value} {1.5}"));
            Assert.Equal(" 1.5", seen);
            Assert.Equal("the caller's", s_flowing.Value);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    private static bool IsWaiting(Thread thread) => thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin);

    private static string Describe() =>
        $"{Thread.CurrentThread.Name}, {Thread.CurrentThread.Priority}, {Thread.CurrentThread.IsBackground}, "
        + $"{CultureInfo.CurrentCulture}, {CultureInfo.CurrentUICulture}, {s_flowing.Value}, {SynchronizationContext.Current}";

    /// <summary>Whether the next wait of this thread would throw. Takes the interrupt.</summary>
    private static bool IsInterrupted()
    {
        try
        {
            using ManualResetEvent set = new(initialState: true);
            return !set.WaitOne(0);
        }
        catch (ThreadInterruptedException)
        {
            return true;
        }
    }

    /// <summary>Has each worker do something once: they wait for each other before.</summary>
    private async Task OnEachWorkerAsync(Action action)
    {
        int missing = Environment.ProcessorCount;
        await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(_ => StartUnflowingAsync(() =>
        {
            Interlocked.Decrement(ref missing);
            if (!SpinWait.SpinUntil(() => Volatile.Read(ref missing) == 0, s_patience))
            {
                throw new TimeoutException($"{missing} workers did not come.");
            }

            action();
        }))).WaitAsync(s_patience);
    }

    private Task StartAsync(Action action) =>
        Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _scheduler);

    private Task<T> StartAsync<T>(Func<T> function) =>
        Task.Factory.StartNew(function, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _scheduler);

    /// <summary>Without a context to go back to, so that what the action changes stays on the thread.</summary>
    private Task StartUnflowingAsync(Action action)
    {
        using (ExecutionContext.SuppressFlow())
        {
            return StartAsync(action);
        }
    }
}
