using Microsoft.Extensions.Time.Testing;

namespace Cano.Engine.Tests;

public sealed class PathTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);
    private static readonly NodeConfig s_twoRetries = NodeConfig.Default with { Retry = RetryMode.Fixed(2, TimeSpan.Zero) };

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Path_OfSeveralSteps_SaysWhenEachBeganAndHowLongItTook()
    {
        InstancePath path = await PathAsync(Flow.Of(workflow => workflow
            .RegisterNode(Step.Start, Takes(2, Step.Middle))
            .RegisterNode(Step.Middle, Takes(3, Step.Done))));

        Assert.Equal(
            [new("Start", 0, 2 * s_second.Ticks, 1, null), new("Middle", 2 * s_second.Ticks, 3 * s_second.Ticks, 1, null)],
            path.Steps);
        Assert.Equal((0, false), (path.Omitted, path.FromCheckpoint));
        Assert.Equal((2 * s_second, 3 * s_second), (path.Steps[1].EnteredAfter, path.Steps[1].Took));
    }

    [Fact]
    public async Task Path_OfACompletedRunThatWasNotAskedFor_IsNotHandedOn() =>
        Assert.Null((await RunAsync(Flow.Of(Flow.GoesTo(Step.Done)), keepPath: false)).Path);

    [Fact]
    public async Task Path_OfAFailedRun_IsHandedOnAndEndsWithTheStateThatFailed()
    {
        InstanceOutcome outcome = await RunAsync(
            Flow.Of(workflow => workflow
                .RegisterNode(Step.Start, Flow.GoesTo(Step.Middle))
                .RegisterNode(Step.Middle, Flow.Throws(new IOException("no")), NodeConfig.Minimal)),
            keepPath: false);

        Assert.Equal("node-failed", outcome.Error!.Kind);
        Assert.Equal([("Start", 1, null), ("Middle", 1, null)], Attempts(outcome.Path!));
    }

    [Fact]
    public async Task Retries_ThatSucceedInTheEnd_AreCountedAndTheLastFailureIsTold()
    {
        InstancePath path = await PathAsync(Flow.Of(workflow => workflow
            .RegisterNode(Step.Start, (context, _) =>
            {
                _clock.Advance(s_second);
                return context.Attempt == 3 ? new(Step.Middle) : throw new IOException($"failure {context.Attempt}");
            }, s_twoRetries)
            .RegisterNode(Step.Middle, Flow.GoesTo(Step.Done))));

        Assert.Equal([("Start", 3, "failure 2"), ("Middle", 1, null)], Attempts(path));
        Assert.Equal(3 * s_second, path.Steps[0].Took);
    }

    [Fact]
    public async Task Retries_ThatAreUsedUp_TellTheLastFailure()
    {
        InstanceOutcome outcome = await RunAsync(Flow.Of((context, _) => throw new IOException($"failure {context.Attempt}"), s_twoRetries), keepPath: false);

        Assert.Equal(("Start", 3, "failure 3"), Assert.Single(Attempts(outcome.Path!)));
    }

    [Fact]
    public async Task Message_OfARetry_IsCut()
    {
        InstanceOutcome outcome = await RunAsync(Flow.Of(Flow.Throws(new IOException(new string('x', 10_000))), s_twoRetries), keepPath: false);

        Assert.Equal(new string('x', 197) + "…", Assert.Single(outcome.Path!.Steps).Error);
    }

    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(8, 8, 0)]
    [InlineData(9, 9, 0)]
    [InlineData(32, 32, 0)]
    [InlineData(33, 32, 1)]
    [InlineData(57, 32, 25)]
    [InlineData(1_000, 32, 968)]
    public async Task Path_OfALongRun_IsItsFirstEightAndItsLastSteps(int steps, int kept, int omitted)
    {
        InstancePath path = await PathAsync(Flow.Of((context, _) =>
        {
            int n = context.Store.TryGet("n", out int before) ? before + 1 : 1;
            context.Store.Put("n", n);
            _clock.Advance(s_second);
            return new(n == steps ? Step.Done : Step.Start);
        }));

        int[] numbers = [.. path.Steps.Select(step => (int)step.EnteredAfter.TotalSeconds)];
        Assert.Equal((kept, (long)omitted), (path.Steps.Length, path.Omitted));
        Assert.Equal([.. Enumerable.Range(0, Math.Min(8, steps)), .. Enumerable.Range(8 + omitted, kept - Math.Min(8, steps))], numbers);
    }

    [Fact]
    public async Task Path_FromACheckpoint_BeginsThereAndCountsFromTheInstancesStart()
    {
        Checkpoint resume = new() { State = "Middle", Steps = 5, StartedAt = _clock.GetUtcNow() - TimeSpan.FromMinutes(1) };
        InstancePath path = await PathAsync(
            Flow.Of(workflow => workflow
                .RegisterNode(Step.Start, Flow.GoesTo(Step.Middle))
                .RegisterNode(Step.Middle, Takes(2, Step.Done))),
            resume);

        Assert.True(path.FromCheckpoint);
        Assert.Equal(new PathStep("Middle", TimeSpan.FromMinutes(1).Ticks, 2 * s_second.Ticks, 1, null), Assert.Single(path.Steps));
    }

    [Fact]
    public async Task Path_FromACheckpointInTheMiddleOfRetries_CountsTheAttemptsBefore()
    {
        InstancePath path = await PathAsync(Flow.Of(Flow.GoesTo(Step.Done), s_twoRetries), new() { State = "Start", Attempt = 3, StartedAt = _clock.Start });

        Assert.Equal(("Start", 3, null), Assert.Single(Attempts(path)));
    }

    [Fact]
    public async Task Path_OfWhatCantBeSavedBeforeARetry_HasTheAttemptThatFailed()
    {
        WorkflowDefinition<Step, Input> definition = Flow.Of(workflow => workflow
            .RegisterNode(Step.Start, (context, _) =>
            {
                context.Store.Put("x", new string('x', RunProgress.MaxStoreBytes));
                return new(Step.Middle);
            })
            .RegisterNode(
                Step.Middle,
                (_, _) =>
                {
                    _clock.Advance(s_second);
                    throw new IOException("no");
                },
                s_twoRetries));
        InstanceOutcome outcome = await definition.Compile(_clock, new() { CheckpointInterval = s_second })
            .RunAsync(Flow.Execution(checkpoints: new RecordingSink()), CancellationToken.None);

        Assert.Equal("invalid-checkpoint", outcome.Error!.Kind);
        Assert.Equal([("Start", 1, null), ("Middle", 1, "no")], Attempts(outcome.Path!));
    }

    [Fact]
    public async Task Path_WhereNoNodeRan_IsNull() =>
        Assert.Null((await Flow.Of(Flow.GoesTo(Step.Done)).Compile().RunAsync(Flow.Execution("[]"), CancellationToken.None)).Path);

    [Fact]
    public async Task Runner_Always_TellsThePath() =>
        Assert.Equal("Start", Assert.Single((await Flow.Of(Flow.GoesTo(Step.Done)).RunAsync()).Path!.Steps).State);

    private static IEnumerable<(string State, int Attempts, string? Error)> Attempts(InstancePath path) =>
        path.Steps.Select(step => (step.State, step.Attempts, step.Error));

    private Func<WorkflowContext<Input>, CancellationToken, ValueTask<Step>> Takes(int seconds, Step next) => (_, _) =>
    {
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        return new(next);
    };

    private async Task<InstancePath> PathAsync(WorkflowDefinition<Step, Input> definition, Checkpoint? resume = null) =>
        (await RunAsync(definition, keepPath: true, resume)).Path!;

    private async Task<InstanceOutcome> RunAsync(WorkflowDefinition<Step, Input> definition, bool keepPath, Checkpoint? resume = null) =>
        await definition.Compile(_clock).RunAsync(Flow.Execution(resume: resume, keepPath: keepPath), CancellationToken.None);
}
