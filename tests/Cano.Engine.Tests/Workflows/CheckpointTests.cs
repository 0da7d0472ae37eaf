using Microsoft.Extensions.Time.Testing;

namespace Cano.Engine.Tests;

public sealed class CheckpointTests
{
    private static readonly CanoOptions s_always = new() { CheckpointInterval = TimeSpan.Zero };

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero));
    private readonly RecordingSink _sink = new();

    [Fact]
    public async Task Interval_Zero_SavesAfterEachTransitionButTheLast()
    {
        await RunAsync(Counts(to: 3), s_always);

        Assert.Equal([("Start", 1L), ("Start", 2L)], _sink.Saved.Select(checkpoint => (checkpoint.State, checkpoint.Steps)));
        Assert.Equal(["""{"n":1}""", """{"n":2}"""], _sink.Saved.Select(checkpoint => Flow.Text(checkpoint.Store)));
        Assert.Equal([_clock.Start, _clock.Start], _sink.Saved.Select(checkpoint => checkpoint.StartedAt));
    }

    [Fact]
    public async Task Interval_OfASecond_SavesOnlyWhenItHasPassedSinceTheLastTime()
    {
        await RunAsync(Counts(to: 5, takes: TimeSpan.FromMilliseconds(400)), new());

        // After 0.4, 0.8, 1.2 (saved) and 1.6 seconds.
        Assert.Equal([3L], _sink.Saved.Select(checkpoint => checkpoint.Steps));
    }

    [Fact]
    public async Task Node_ThatAlwaysCheckpoints_IsSavedAfterHoweverShort()
    {
        await RunAsync(
            Flow.Of(workflow => workflow
                .RegisterNode(Step.Start, Flow.GoesTo(Step.Middle), NodeConfig.Default with { AlwaysCheckpoint = true })
                .RegisterNode(Step.Middle, Flow.GoesTo(Step.Done))),
            new());

        Assert.Equal("Middle", Assert.Single(_sink.Saved).State);
    }

    [Fact]
    public async Task HandOver_WhileANodeRuns_SavesAtTheNextTransitionAndStopsThere()
    {
        _sink.HandsOverAfter = 0;

        await Assert.ThrowsAsync<HandedOverException>(() => RunAsync(Counts(to: 3), new()));

        Assert.Equal(("Start", 1L), Assert.Single(_sink.Saved) is var saved ? (saved.State, saved.Steps) : default);
    }

    [Fact]
    public async Task Output_SetSoFar_IsSavedAndComesBack()
    {
        WorkflowDefinition<Step, Input> definition = Flow.Of(workflow => workflow
            .RegisterNode(Step.Start, (context, _) =>
            {
                context.SetOutput(new Input(7, "seven"));
                return new(Step.Middle);
            })
            .RegisterNode(Step.Middle, Flow.GoesTo(Step.Done)));
        await RunAsync(definition, s_always);

        Checkpoint saved = Assert.Single(_sink.Saved);
        InstanceOutcome outcome = await ResumeAsync(definition, saved);

        Assert.Equal("""{"number":7,"text":"seven"}""", Flow.Text(saved.Output));
        Assert.Equal("""{"number":7,"text":"seven"}""", Flow.Text(outcome.Output));
    }

    [Fact]
    public async Task Resume_GoesOnWithStateStoreStepsAndStart()
    {
        DateTimeOffset startedAt = _clock.GetUtcNow() - TimeSpan.FromMinutes(1);
        InstanceOutcome outcome = await ResumeAsync(
            Counts(to: 3, stepLimit: 3),
            new() { State = "Start", Steps = 2, Store = Flow.Utf8("""{"n":2}"""), StartedAt = startedAt });

        Assert.Equal(("Done", startedAt, _clock.GetUtcNow()), (outcome.FinalState, outcome.StartedAt, outcome.FinishedAt));
    }

    [Fact]
    public async Task Resume_CountsTheStepsMadeBefore() =>
        Assert.Equal("step-limit", (await ResumeAsync(Counts(to: 3, stepLimit: 3), new() { State = "Start", Steps = 3 })).Error!.Kind);

    [Fact]
    public async Task Retry_WhenTheIntervalHasPassed_IsSavedBeforeItsPause()
    {
        WatchedClock clock = new();
        NodeConfig twoRetries = NodeConfig.Default with { Retry = RetryMode.Fixed(2, TimeSpan.FromMinutes(1)) };
        Task<InstanceOutcome> run = Flow.Of(Flow.Throws(new IOException()), twoRetries)
            .Compile(clock, new())
            .RunAsync(Flow.Execution(checkpoints: _sink), CancellationToken.None).AsTask();

        await clock.PassNextTimerAsync();
        await clock.PassNextTimerAsync();

        // The first failure came before the interval had passed.
        Assert.Equal("retry-exhausted", (await run).Error!.Kind);
        Assert.Equal(("Start", 3, 0L), Assert.Single(_sink.Saved.Select(checkpoint => (checkpoint.State, checkpoint.Attempt, checkpoint.Steps))));
    }

    [Fact]
    public async Task Resume_InTheMiddleOfRetries_HasOnlyThoseThatAreLeft()
    {
        List<int> attempts = [];
        WorkflowDefinition<Step, Input> definition = Flow.Of(
            (context, _) =>
            {
                attempts.Add(context.Attempt);
                throw new IOException();
            },
            NodeConfig.Default with { Retry = RetryMode.Fixed(3, TimeSpan.Zero) });

        InstanceOutcome outcome = await ResumeAsync(definition, new() { State = "Start", Attempt = 3 });

        Assert.Equal([3, 4], attempts);
        Assert.Equal(("retry-exhausted", 4), (outcome.Error!.Kind, outcome.Error.Attempts));
    }

    [Theory]
    [InlineData("Gone", 1, 0)]
    [InlineData("Middle", 1, 0)]
    [InlineData("0", 1, 0)]
    [InlineData("Start", 0, 0)]
    [InlineData("Start", 1, -1)]
    public async Task Resume_FromWhatDoesNotFitTheDefinition_IsInvalidCheckpoint(string state, int attempt, long steps)
    {
        InstanceOutcome outcome = await ResumeAsync(Counts(to: 3), new() { State = state, Attempt = attempt, Steps = steps });

        Assert.Equal("invalid-checkpoint", outcome.Error!.Kind);
        Assert.Equal(
            $"The checkpoint (state {state}, attempt {attempt}, {steps} transitions) does not fit workflow 'test.flow' as it is registered now: its states are Start, Done, Rejected.",
            outcome.Error.Message);
    }

    [Theory]
    [InlineData("[1]", null, "The saved store can't be read: ")]
    [InlineData("{", null, "The saved store can't be read: ")]
    [InlineData(null, "{", "The saved output can't be read: ")]
    public async Task Resume_FromWhatCantBeRead_IsInvalidCheckpoint(string? store, string? output, string message)
    {
        InstanceOutcome outcome = await ResumeAsync(Counts(to: 3), new() { State = "Start", Store = Flow.Utf8(store), Output = Flow.Utf8(output) });

        Assert.Equal("invalid-checkpoint", outcome.Error!.Kind);
        Assert.StartsWith(message, outcome.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Store_TooLargeForARow_FailsTheInstance()
    {
        InstanceOutcome outcome = await RunAsync(PutsAndGoesOn(new string('x', RunProgress.MaxStoreBytes)), s_always);

        Assert.Equal("invalid-checkpoint", outcome.Error!.Kind);
        Assert.Equal("The store can't be saved: it has grown to 1,048,584 bytes of JSON; at most 1,048,576 are allowed.", outcome.Error.Message);
    }

    [Fact]
    public async Task Sink_ThatThrows_EndsTheRunWithoutAnOutcome()
    {
        RecordingSink broken = new() { Fault = new TimeoutException("storage") };
        ValueTask<InstanceOutcome> afterATransition = Counts(to: 3).Compile(_clock, s_always).RunAsync(Flow.Execution(checkpoints: broken), CancellationToken.None);
        ValueTask<InstanceOutcome> beforeARetry = Flow.Of(Flow.Throws(new IOException()), NodeConfig.Default)
            .Compile(_clock, s_always).RunAsync(Flow.Execution(checkpoints: broken), CancellationToken.None);

        Assert.Same(broken.Fault, await Assert.ThrowsAsync<TimeoutException>(afterATransition.AsTask));
        Assert.Same(broken.Fault, await Assert.ThrowsAsync<TimeoutException>(beforeARetry.AsTask));
    }

    private static WorkflowDefinition<Step, Input> PutsAndGoesOn<T>(T value) => Flow.Of(workflow => workflow
        .RegisterNode(Step.Start, (context, _) =>
        {
            context.Store.Put("x", value);
            return new(Step.Middle);
        })
        .RegisterNode(Step.Middle, Flow.GoesTo(Step.Done)));

    private WorkflowDefinition<Step, Input> Counts(int to, TimeSpan takes = default, long stepLimit = 100) => Flow.Of(workflow => workflow
        .RegisterNode(Step.Start, (context, _) =>
        {
            int n = context.Store.TryGet("n", out int before) ? before + 1 : 1;
            context.Store.Put("n", n);
            _clock.Advance(takes);
            return new(n == to ? Step.Done : Step.Start);
        })
        .WithStepLimit(stepLimit));

    private async Task<InstanceOutcome> RunAsync(WorkflowDefinition<Step, Input> definition, CanoOptions options) =>
        await definition.Compile(_clock, options).RunAsync(Flow.Execution(checkpoints: _sink), CancellationToken.None);

    private async Task<InstanceOutcome> ResumeAsync(WorkflowDefinition<Step, Input> definition, Checkpoint checkpoint) =>
        await definition.Compile(_clock).RunAsync(Flow.Execution(store: """{"n":99}""", resume: checkpoint), CancellationToken.None);
}
