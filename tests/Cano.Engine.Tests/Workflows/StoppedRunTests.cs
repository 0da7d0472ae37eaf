using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Cano.Engine.Tests;

/// <summary>
/// No attempt begins once the run's batch has stopped or its time is over; the token, which comes a moment later, is not needed for that.
/// </summary>
public sealed class StoppedRunTests : IDisposable
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private readonly WatchedClock _clock = new();
    private readonly RunControls _controls;
    private readonly List<string> _begun = [];

    public StoppedRunTests() => _controls = new(Options.Create(new CanoOptions()), new(Options.Create(new CanoOptions())), _clock, NullLogger<WorkflowGrain>.Instance);

    public void Dispose() => _controls.Dispose();

    [Fact]
    public async Task Stop_BetweenTwoNodes_TheSecondDoesNotBegin()
    {
        RunControl control = Begin();
        ValueTask<InstanceOutcome> run = RunAsync(control, workflow => workflow
            .RegisterNode(Step.Start, (_, _) =>
            {
                _begun.Add("first");
                control.Stop();
                return new(Step.Middle);
            })
            .RegisterNode(Step.Middle, (_, _) =>
            {
                _begun.Add("second");
                return new(Step.Done);
            }));

        await Assert.ThrowsAsync<RunStoppedException>(async () => await run);
        Assert.Equal(["first"], _begun);
    }

    [Fact]
    public async Task Stop_WhileANodeIsMade_ItDoesNotBegin()
    {
        RunControl control = Begin();
        WorkflowProgram<Step, Input> program = Flow
            .Of(workflow => workflow.RegisterNode<StopsInItsConstructor>(Step.Start))
            .Compile(_clock);
        StopsInItsConstructor.Made = control.Stop;

        await Assert.ThrowsAsync<RunStoppedException>(async () => await program.RunAsync(Flow.Execution(control: control), control.Token));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Stop_BeforeARetry_ItDoesNotBegin(int pauseMilliseconds)
    {
        RunControl control = Begin();
        ValueTask<InstanceOutcome> run = RunAsync(
            control,
            workflow => workflow.RegisterNode(
                Step.Start,
                (context, _) =>
                {
                    _begun.Add($"attempt {context.Attempt}");
                    if (pauseMilliseconds == 0)
                    {
                        control.Stop();
                    }

                    throw new IOException();
                },
                NodeConfig.Default with { Retry = RetryMode.Fixed(5, TimeSpan.FromMilliseconds(pauseMilliseconds)) }));
        if (pauseMilliseconds > 0)
        {
            await _clock.NextTimerAsync();
            control.Stop();
            _clock.Advance(TimeSpan.FromMilliseconds(pauseMilliseconds));
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await run);
        Assert.Equal(["attempt 1"], _begun);
    }

    [Fact]
    public async Task Deadline_ThatPassesInThePauseBeforeARetry_NoAttemptBeginsAndNothingHasFailed()
    {
        RunControl control = Begin(_clock.Start + s_minute);
        ValueTask<InstanceOutcome> run = RunAsync(control, workflow => workflow.RegisterNode(
            Step.Start,
            (context, _) =>
            {
                _begun.Add($"attempt {context.Attempt}");
                throw new IOException();
            },
            NodeConfig.Default with { Retry = RetryMode.Fixed(5, 0.4 * s_minute) }));

        for (int pause = 0; pause < 3; pause++)
        {
            await _clock.PassNextTimerAsync();
        }

        await Assert.ThrowsAsync<RunStoppedException>(async () => await run);
        Assert.Equal(["attempt 1", "attempt 2", "attempt 3"], _begun);
    }

    [Fact]
    public async Task Deadline_ThatPassesWhileTheLastNodeRuns_LeavesItsOutcome()
    {
        RunControl control = Begin(_clock.Start + s_minute);

        InstanceOutcome outcome = await RunAsync(control, workflow => workflow.RegisterNode(Step.Start, (_, _) =>
        {
            _clock.Advance(2 * s_minute);
            return new(Step.Done);
        }));

        Assert.Equal(("Done", _clock.Start + (2 * s_minute)), (outcome.FinalState, outcome.FinishedAt));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OwnTimeoutOfANode_InTheInstantOfTheDeadline_IsAFailureLikeAnyOther(bool hasRetries)
    {
        RunControl control = Begin(_clock.Start + s_minute);
        ValueTask<InstanceOutcome> run = RunAsync(control, workflow => workflow.RegisterNode(
            Step.Start,
            async (_, cancellationToken) =>
            {
                _begun.Add("attempt");
                using CancellationTokenSource limit = new(s_minute, _clock);
                using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
                await Task.Delay(Timeout.InfiniteTimeSpan, _clock, both.Token);
                return Step.Done;
            },
            hasRetries ? NodeConfig.Minimal with { Retry = RetryMode.Fixed(5, TimeSpan.Zero) } : NodeConfig.Minimal));
        await _clock.PassNextTimerAsync();

        if (hasRetries)
        {
            await Assert.ThrowsAsync<RunStoppedException>(async () => await run);
        }
        else
        {
            WorkflowError error = (await run).Error!;
            Assert.Equal(("node-failed", "System.Threading.Tasks.TaskCanceledException"), (error.Kind, error.ExceptionType));
        }

        Assert.Equal(["attempt"], _begun);
    }

    [Fact]
    public async Task Deadline_ThatHasPassed_NothingBegins()
    {
        RunControl control = Begin(_clock.Start);

        ValueTask<InstanceOutcome> run = RunAsync(
            control, workflow => workflow.RegisterNode(Step.Start, (_, _) => throw new IOException("It began."), NodeConfig.Minimal));

        await Assert.ThrowsAsync<RunStoppedException>(async () => await run);
    }

    [Fact]
    public async Task Stop_BeforeACheckpoint_SavesNothing()
    {
        RunControl control = Begin();
        RecordingSink sink = new();
        ValueTask<InstanceOutcome> run = RunAsync(
            control,
            workflow => workflow
                .RegisterNode(
                    Step.Start,
                    (_, _) =>
                    {
                        control.Stop();
                        return new(Step.Middle);
                    },
                    NodeConfig.Minimal with { AlwaysCheckpoint = true })
                .RegisterNode(Step.Middle, (_, _) => new(Step.Done)),
            sink);

        await Assert.ThrowsAsync<RunStoppedException>(async () => await run);
        Assert.Empty(sink.Saved);
    }

    [Fact]
    public async Task StoppedRun_WhosePathIsKept_TellsTheStateThatItIsInOnce()
    {
        RunControl control = Begin();
        TaskCompletionSource mayGoOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ValueTask<InstanceOutcome> run = Flow.Of(workflow => workflow
            .RegisterNode(Step.Start, (_, _) =>
            {
                _clock.Advance(s_minute);
                return new(Step.Middle);
            })
            .RegisterNode(
                Step.Middle,
                async (context, _) =>
                {
                    if (context.Attempt == 1)
                    {
                        throw new IOException("at first");
                    }

                    _begun.Add("waits");
                    await mayGoOn.Task;
                    return Step.Done;
                },
                NodeConfig.Minimal with { Retry = RetryMode.Fixed(1, TimeSpan.Zero) })).Compile(_clock)
            .RunAsync(Flow.Execution(control: control, keepPath: true), control.Token);
        Assert.Equal(["waits"], _begun);
        _clock.Advance(2 * s_minute);

        _controls.Stop("batch", "one", keepsPaths: true);
        mayGoOn.SetResult();
        InstanceOutcome outcome = await run;

        InstancePath path = _controls.TakePath("batch", "one", "i")!;
        Assert.Equal(
            [new("Start", 0, s_minute.Ticks, 1, null), new("Middle", s_minute.Ticks, 2 * s_minute.Ticks, 2, "at first")], path.Steps);
        Assert.Null(_controls.TakePath("batch", "one", "i"));
        Assert.Equal("Done", outcome.FinalState);
    }

    private RunControl Begin(DateTimeOffset? deadline = null) =>
        _controls.Begin(
            "batch",
            new(new("i", "w", null, null), null, MayHaveCheckpoint: false) { Incarnation = "one", Deadline = deadline });

    private ValueTask<InstanceOutcome> RunAsync(
        RunControl control, Action<WorkflowBuilder<Step, Input>> nodes, ICheckpointSink? checkpoints = null) =>
        Flow.Of(nodes).Compile(_clock).RunAsync(Flow.Execution(checkpoints: checkpoints, control: control), control.Token);

    private sealed class StopsInItsConstructor : NodeOfThreePhases
    {
        public StopsInItsConstructor() => Made();

        internal static Action Made { get; set; } = () => { };

        public override ValueTask<string?> PrepAsync(WorkflowContext<Input> context, CancellationToken cancellationToken) =>
            throw new IOException("It began.");
    }
}
