using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Cano.Engine.Tests;

/// <summary>A stop takes effect at once, whatever waits for a thread, and only where it is meant.</summary>
public sealed class RunControlsTests : IDisposable
{
    private const string Batch = "batch";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _clock = new(new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));
    private readonly RunControls _controls;
    private readonly NodeScheduler _nodes = new(Environment.ProcessorCount);
    private readonly ManualResetEventSlim _unblock = new();

    public RunControlsTests() => _controls = new(Options.Create(new CanoOptions()), new(Options.Create(new CanoOptions())), _clock, NullLogger<WorkflowGrain>.Instance);

    public void Dispose()
    {
        _unblock.Set();
        _controls.Dispose();
        _nodes.Dispose();
    }

    [Fact]
    public async Task Stop_RunsThatWaitForAThread_NoneBegins()
    {
        int begun = 0;
        WorkflowProgram<Step, Input> program = Flow.Of((_, _) =>
        {
            Interlocked.Increment(ref begun);
            return new(Step.Done);
        }).Compile();
        using CountdownEvent busy = new(Environment.ProcessorCount);
        Task[] blockers = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => _nodes.RunAsync(() =>
        {
            busy.Signal();
            _unblock.Wait();
            return Task.FromResult(true);
        }))];
        Assert.True(busy.Wait(s_patience));
        Task<InstanceOutcome>[] runs = [.. Enumerable.Range(0, 200).Select(_ =>
        {
            RunControl control = Begin();
            return _nodes.RunAsync(() => program.RunAsync(Flow.Execution(control: control), control.Token).AsTask());
        })];

        _controls.Stop(Batch, "one");
        _unblock.Set();
        await Task.WhenAll(blockers).WaitAsync(s_patience);

        foreach (Task<InstanceOutcome> run in runs)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(s_patience));
        }

        Assert.Equal(0, begun);
    }

    [Fact]
    public void Stop_TenThousandRuns_AllTokensAreSignalledWhileNodesKeepAllThreads()
    {
        using CountdownEvent signalled = new(10_000);
        RunControl[] runs = [.. Enumerable.Range(0, 10_000).Select(_ => Begin())];
        foreach (RunControl run in runs)
        {
            run.Token.Register(() => signalled.Signal());
        }

        // More than threads: the queue of the nodes is long.
        bool isOver = false;
        Task[] computing = [.. Enumerable.Range(0, 200).Select(_ => _nodes.RunAsync(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                Thread.SpinWait(100);
            }

            return Task.FromResult(true);
        }))];
        Stopwatch watch = Stopwatch.StartNew();
        _controls.Stop(Batch, "one");
        TimeSpan answered = watch.Elapsed;
        bool all = signalled.Wait(s_patience);
        TimeSpan took = watch.Elapsed;
        int waiting = _nodes.QueueLength;
        Volatile.Write(ref isOver, true);

        TestContext.Current.SendDiagnosticMessage(
            "Stop answered after {0:0.00} ms; 10,000 tokens were signalled after {1:0.0} ms.",
            answered.TotalMilliseconds,
            took.TotalMilliseconds);
        Assert.True(all, $"{signalled.CurrentCount} of 10,000 tokens are not signalled.");
        Assert.True(waiting > 100, "The nodes' queue was not long, so this shows nothing.");
        Assert.All(runs, run => Assert.True(run.IsOver));
        Assert.NotEmpty(computing);
    }

    [Fact]
    public void Callbacks_ThatBlock_HoldUpNoOtherRun()
    {
        RunControl[] runs = [.. Enumerable.Range(0, 300).Select(_ => Begin())];
        using CountdownEvent blocked = new(100);
        using CountdownEvent signalled = new(201);
        for (int i = 0; i < runs.Length; i++)
        {
            bool blocks = i % 3 == 0;
            runs[i].Token.Register(() =>
            {
                if (blocks)
                {
                    blocked.Signal();
                    _unblock.Wait();
                }
                else
                {
                    signalled.Signal();
                }
            });
        }

        RunControl other = Begin(incarnation: "two");
        other.Token.Register(() => signalled.Signal());

        _controls.Stop(Batch, "one");
        _controls.Stop(other);

        Assert.True(signalled.Wait(s_patience), $"{signalled.CurrentCount} of 201 tokens wait behind callbacks that block.");
        Assert.True(blocked.Wait(s_patience), "Not all callbacks ran.");
    }

    [Fact]
    public void Callback_ThatThrows_IsThatRunsOnly()
    {
        RunControl first = Begin();
        RunControl second = Begin();
        using CountdownEvent signalled = new(2);
        first.Token.Register(() => signalled.Signal());
        first.Token.Register(() => throw new IOException());
        second.Token.Register(() => signalled.Signal());

        _controls.Stop(Batch, "one");

        Assert.True(signalled.Wait(s_patience));
    }

    [Fact]
    public void Stop_IsThatIncarnationsAndThatRunsOnly()
    {
        RunControl one = Begin();
        RunControl two = Begin(incarnation: "two");
        RunControl old = Begin(incarnation: null);
        RunControl sibling = Begin(incarnation: "two");

        _controls.Stop(Batch, "one");
        _controls.Stop(sibling);

        Assert.Equal((true, false, false, true), (one.IsStopped, two.IsStopped, old.IsStopped, sibling.IsStopped));
    }

    [Fact]
    public void Run_ThatTheStopOvertook_DoesNotBegin()
    {
        _controls.Stop(Batch, "one");
        _clock.Advance(RunControls.MemoryOfStops);

        RunControl late = Begin();

        Assert.Throws<RunStoppedException>(late.ThrowIfOver);
        _controls.End(late);
        Assert.True(Begin().IsStopped);
    }

    [Fact]
    public void Stops_AreForgottenInTime()
    {
        _controls.Stop(Batch, "one");
        RunControl stubborn = Begin(incarnation: "stubborn");
        _controls.Stop(Batch, "stubborn");
        _clock.Advance(RunControls.MemoryOfStops + TimeSpan.FromTicks(1));
        _controls.Stop("another", "x");

        Assert.Equal(2, _controls.BatchCount);
        Assert.True(stubborn.IsStopped);
        _controls.End(stubborn);
        Assert.Equal(1, _controls.BatchCount);
    }

    [Fact]
    public void Stops_BeyondTheirNumber_TheOldestAreForgotten()
    {
        for (int i = 0; i < RunControls.MaxRememberedStops + 100; i++)
        {
            _controls.Stop($"batch-{i}", "x");
        }

        Assert.Equal(RunControls.MaxRememberedStops, _controls.BatchCount);
        Assert.False(_controls.Begin("batch-99", Run("x")).IsStopped);
        Assert.True(_controls.Begin("batch-100", Run("x")).IsStopped);
    }

    [Fact]
    public void Batches_WithoutRuns_LeaveNothing()
    {
        RunControl[] runs = [Begin(), Begin(), Begin(incarnation: "two"), Begin()];
        Assert.Equal((2, 4), (_controls.BatchCount, _controls.RunCount));

        foreach (int place in (int[])[1, 3, 2, 0])
        {
            _controls.End(runs[place]);
        }

        Assert.Equal((0, 0), (_controls.BatchCount, _controls.RunCount));
    }

    [Fact]
    public async Task RunsThatComeAndGo_AroundTheStop_AreAllStoppedAndLeaveNothing()
    {
        ConcurrentBag<RunControl> unstopped = [];
        for (int round = 0; round < 200; round++)
        {
            string incarnation = $"{round}";
            bool isStopped = false;
            Task[] coming = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            {
                for (int i = 0; i < 50; i++)
                {
                    bool wasStopped = Volatile.Read(ref isStopped);
                    RunControl run = Begin(incarnation);
                    if (wasStopped && !run.IsStopped)
                    {
                        unstopped.Add(run);
                    }

                    _controls.End(run);
                }
            }))];
            _controls.Stop(Batch, incarnation);
            Volatile.Write(ref isStopped, true);
            await Task.WhenAll(coming).WaitAsync(s_patience);
        }

        Assert.Empty(unstopped);
        Assert.Equal((200, 0), (_controls.BatchCount, _controls.RunCount));
    }

    private RunControl Begin(string? incarnation = "one") => _controls.Begin(Batch, Run(incarnation));

    private static InstanceRun Run(string? incarnation) =>
        new(new("i", "w", null, null), null, MayHaveCheckpoint: false) { Incarnation = incarnation };
}
