namespace Cano.Engine.Tests;

/// <summary><see cref="RetryMode.When"/>: which exceptions are retried.</summary>
public sealed class RetryFilterTests : IDisposable
{
    private readonly LogRecorder _log = new();
    private int _attempts;

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task Exception_ThatIsNotRetried_IsFinalAtOnce()
    {
        WorkflowError error = await ErrorAsync(RetryMode.Fixed(5, TimeSpan.Zero).When(exception => exception is TimeoutException), new IOException("no"));

        Assert.Equal(("node-failed", "no", 1, 1), (error.Kind, error.Message, error.Attempts, _attempts));
    }

    [Fact]
    public async Task Exception_ThatIsRetried_UsesTheRetriesUp()
    {
        WorkflowError error = await ErrorAsync(RetryMode.Fixed(2, TimeSpan.Zero).When(exception => exception is IOException), new IOException("no"));

        Assert.Equal(("retry-exhausted", 3, 3), (error.Kind, error.Attempts, _attempts));
    }

    [Fact]
    public async Task Exception_AtTheSecondAttempt_IsJudgedAnew()
    {
        WorkflowError error = (await Flow.Of(
            (context, _) => context.Attempt == 1 ? throw new IOException() : throw new FormatException("final"),
            With(RetryMode.Fixed(5, TimeSpan.Zero).When(exception => exception is IOException))).RunAsync()).Error!;

        Assert.Equal(("node-failed", "final", 2), (error.Kind, error.Message, error.Attempts));
    }

    [Fact]
    public async Task When_CalledTwice_BothMustAgree()
    {
        RetryMode mode = RetryMode.Fixed(1, TimeSpan.Zero).When(exception => exception is IOException).When(exception => exception.Message == "again");

        Assert.Equal("node-failed", (await ErrorAsync(mode, new IOException("no"))).Kind);
        Assert.Equal("node-failed", (await ErrorAsync(mode, new FormatException("again"))).Kind);
        Assert.Equal("retry-exhausted", (await ErrorAsync(mode, new IOException("again"))).Kind);
    }

    [Fact]
    public async Task AttemptBeyondItsTime_IsJudgedAsATimeoutAndKeepsItsKind()
    {
        WatchedClock clock = new();
        Exception? judged = null;
        Task<WorkflowResult<Step>> run = Flow.Of(
            async (_, cancellationToken) =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellationToken);
                return Step.Done;
            },
            With(RetryMode.Fixed(1, TimeSpan.Zero).When(Judges)) with { AttemptTimeout = TimeSpan.FromSeconds(1) }).RunAsync(clock);
        await clock.PassNextTimerAsync();

        Assert.Equal("timeout", (await run).Error!.Kind);
        Assert.IsAssignableFrom<TimeoutException>(judged);

        bool Judges(Exception exception)
        {
            judged = exception;
            return false;
        }
    }

    [Fact]
    public async Task FilterThatThrows_CountsAsFalseAndIsLogged()
    {
        WorkflowDefinition<Step, Input> definition = Flow.Of(
            Flow.Throws(new IOException("no")), With(RetryMode.Fixed(5, TimeSpan.Zero).When(_ => throw new FormatException("in the filter"))));

        WorkflowError error = (await WorkflowRunner.For(definition, _log.Provider).RunAsync()).Error!;

        Assert.Equal(("node-failed", "no", 1), (error.Kind, error.Message, error.Attempts));
        Assert.IsType<FormatException>(Assert.Single(_log.Of(2005)).Exception);
    }

    private static NodeConfig With(RetryMode mode) => NodeConfig.Minimal with { Retry = mode };

    private async Task<WorkflowError> ErrorAsync(RetryMode mode, Exception thrown) => (await Flow.Of(
        (_, _) =>
        {
            _attempts++;
            throw thrown;
        },
        With(mode)).RunAsync()).Error!;
}
