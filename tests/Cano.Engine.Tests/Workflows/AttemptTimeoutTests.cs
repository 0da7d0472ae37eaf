namespace Cano.Engine.Tests;

public sealed class AttemptTimeoutTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);
    private static readonly NodeConfig s_limited = NodeConfig.Minimal with { AttemptTimeout = s_limit };

    [Fact]
    public async Task Attempt_BeyondItsTime_FailsWithKindTimeout()
    {
        WatchedClock clock = new();
        Task<WorkflowResult<Step>> run = Flow.Of(WaitsForItsToken, s_limited).RunAsync(clock);

        Assert.Equal(s_limit, await clock.PassNextTimerAsync());
        WorkflowError error = (await run).Error!;

        Assert.Equal(("timeout", "Start", 1), (error.Kind, error.State, error.Attempts));
        Assert.Equal("the function for Start took longer than its AttemptTimeout of 00:00:05.", error.Message);
        Assert.StartsWith("System.Threading.Tasks.TaskCanceledException: ", Assert.Single(error.Inner!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attempt_BeyondItsTime_IsRetriedWithAFreshLimit()
    {
        WatchedClock clock = new();
        Task<WorkflowResult<Step>> run = Flow.Of(
            (context, cancellationToken) => context.Attempt == 1 ? WaitsForItsToken(context, cancellationToken) : new(Step.Done),
            s_limited with { Retry = RetryMode.Fixed(1, TimeSpan.Zero) }).RunAsync(clock);

        await clock.PassNextTimerAsync();

        Assert.Equal(Step.Done, (await run).FinalState);
        Assert.Equal(s_limit, await clock.NextTimerAsync());
    }

    [Fact]
    public async Task Attempt_ThatIgnoresItsTokenAndReturnsLate_IsWaitedForAndHasFailed()
    {
        WatchedClock clock = new();
        TaskCompletionSource<Step> late = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<WorkflowResult<Step>> run = Flow.Of((_, _) => new(late.Task), s_limited).RunAsync(clock);

        await clock.PassNextTimerAsync();
        Assert.False(run.IsCompleted);
        late.SetResult(Step.Done);

        Assert.Equal("timeout", (await run).Error!.Kind);
    }

    [Fact]
    public async Task Attempt_WithinItsTime_Completes() =>
        Assert.Equal(Step.Done, (await Flow.Of(Flow.GoesTo(Step.Done), s_limited).RunAsync(new WatchedClock())).FinalState);

    [Fact]
    public async Task Attempt_ThatThrowsWithinItsTime_FailsWithWhatItThrew() =>
        Assert.Equal("node-failed", (await Flow.Of(Flow.Throws(new IOException()), s_limited).RunAsync(new WatchedClock())).Error!.Kind);

    [Fact]
    public async Task Cancel_DuringALimitedAttempt_ReachesTheNode()
    {
        WatchedClock clock = new();
        using CancellationTokenSource cancel = new();
        Task<WorkflowResult<Step>> run = Flow.Of(WaitsForItsToken, s_limited).RunAsync(clock, cancel.Token);

        await clock.NextTimerAsync();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    private static async ValueTask<Step> WaitsForItsToken(WorkflowContext<Input> context, CancellationToken cancellationToken)
    {
        TaskCompletionSource never = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await never.Task.WaitAsync(cancellationToken);
        return Step.Done;
    }
}
