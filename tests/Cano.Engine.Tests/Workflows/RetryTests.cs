using Microsoft.Extensions.Time.Testing;

namespace Cano.Engine.Tests;

public sealed class RetryTests
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);
    private static readonly NodeConfig s_twoRetries = NodeConfig.Default with { Retry = RetryMode.Fixed(retries: 2, s_pause) };

    [Fact]
    public async Task Node_ThatThrowsAtEachAttempt_FailsAfterItsRetriesWithTheLastMessage()
    {
        WatchedClock clock = new();
        List<(int Attempt, TimeSpan At)> attempts = [];
        Task<WorkflowResult<Step>> run = Flow.Of(
            (context, _) =>
            {
                attempts.Add((context.Attempt, clock.GetUtcNow() - clock.Start));
                throw new IOException($"failure {context.Attempt}");
            },
            s_twoRetries).RunAsync(clock);

        Assert.Equal(s_pause, await clock.PassNextTimerAsync());
        Assert.Equal(s_pause, await clock.PassNextTimerAsync());
        WorkflowResult<Step> result = await run;

        Assert.Equal([(1, TimeSpan.Zero), (2, s_pause), (3, 2 * s_pause)], attempts);
        Assert.Equal(("retry-exhausted", "failure 3", "Start", 3), (result.Error!.Kind, result.Error.Message, result.Error.State, result.Error.Attempts));
        Assert.Equal(2 * s_pause, result.Duration);
    }

    [Fact]
    public async Task Retry_RepeatsPrepExecAndPost()
    {
        WatchedClock clock = new();
        FailsOnceInPost node = new();
        Task<WorkflowResult<Step>> run = Flow.Of(workflow => workflow.RegisterNode(Step.Start, node)).RunAsync(clock);

        await clock.PassNextTimerAsync();
        WorkflowResult<Step> result = await run;

        Assert.Equal(Step.Done, result.FinalState);
        Assert.Equal(["prep 1", "exec", "post 1", "prep 2", "exec", "post 2"], node.Calls);
    }

    [Fact]
    public async Task Retry_WithoutPause_NeedsNoTimer()
    {
        WorkflowResult<Step> result = await Flow.Of(
            (context, _) => context.Attempt == 3 ? new(Step.Done) : throw new IOException("not yet"),
            NodeConfig.Default with { Retry = RetryMode.Fixed(2, TimeSpan.Zero) }).RunAsync(new FakeTimeProvider());

        Assert.Equal(Step.Done, result.FinalState);
    }

    [Fact]
    public async Task Retry_Exponential_PausesGrow()
    {
        WatchedClock clock = new();
        Task<WorkflowResult<Step>> run = Flow.Of(
            Flow.Throws(new IOException()),
            NodeConfig.Default with
            {
                Retry = RetryMode.ExponentialBackoff(4, TimeSpan.FromSeconds(1), 2, TimeSpan.FromSeconds(5), jitter: 0),
            }).RunAsync(clock);

        List<TimeSpan> pauses = [];
        for (int i = 0; i < 4; i++)
        {
            pauses.Add(await clock.PassNextTimerAsync());
        }

        Assert.Equal(5, (await run).Error!.Attempts);
        Assert.Equal([1, 2, 4, 5], pauses.Select(pause => pause.TotalSeconds));
    }

    [Fact]
    public async Task Attempt_OfTheNextNode_CountsFromOneAgain()
    {
        List<int> attempts = [];
        WorkflowResult<Step> result = await Flow.Of(workflow => workflow
            .RegisterNode(
                Step.Start,
                (context, _) => context.Attempt == 2 ? new(Step.Middle) : throw new IOException(),
                NodeConfig.Default with { Retry = RetryMode.Fixed(1, TimeSpan.Zero) })
            .RegisterNode(Step.Middle, (context, _) =>
            {
                attempts.Add(context.Attempt);
                return new(Step.Done);
            })).RunAsync();

        Assert.Equal(Step.Done, result.FinalState);
        Assert.Equal([1], attempts);
    }

    [Fact]
    public async Task CancelledToken_IsNeverRetried()
    {
        using CancellationTokenSource cancel = new();
        int attempts = 0;
        Task<WorkflowResult<Step>> run = Flow.Of(
            async (_, cancellationToken) =>
            {
                attempts++;
                await cancel.CancelAsync();
                cancellationToken.ThrowIfCancellationRequested();
                return Step.Done;
            },
            s_twoRetries).RunAsync(cancellationToken: cancel.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(1, attempts);
    }

    [Fact]
    public async Task Cancel_DuringThePauseBeforeARetry_EndsTheRunAtOnce()
    {
        WatchedClock clock = new();
        using CancellationTokenSource cancel = new();
        int attempts = 0;
        Task<WorkflowResult<Step>> run = Flow.Of(
            (_, _) =>
            {
                attempts++;
                throw new IOException();
            },
            s_twoRetries).RunAsync(clock, cancel.Token);

        await clock.NextTimerAsync();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(1, attempts);
    }

    private sealed class FailsOnceInPost : NodeOfThreePhases
    {
        internal List<string> Calls { get; } = [];

        public override NodeConfig Config => s_twoRetries;

        public override ValueTask<string?> PrepAsync(WorkflowContext<Input> context, CancellationToken cancellationToken)
        {
            Calls.Add($"prep {context.Attempt}");
            return base.PrepAsync(context, cancellationToken);
        }

        public override ValueTask<string?> ExecAsync(string? prep, CancellationToken cancellationToken)
        {
            Calls.Add("exec");
            return base.ExecAsync(prep, cancellationToken);
        }

        public override ValueTask<Step> PostAsync(WorkflowContext<Input> context, string? exec, CancellationToken cancellationToken)
        {
            Calls.Add($"post {context.Attempt}");
            return context.Attempt == 1 ? throw new IOException() : base.PostAsync(context, exec, cancellationToken);
        }
    }
}
