using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cano.Engine.Tests;

/// <summary>An instance that fails for good is logged once, its retries at Debug; of one batch a few in a minute, the rest as a number.</summary>
public sealed class FailureLogTests : IDisposable
{
    private static readonly NodeConfig s_oneRetry = NodeConfig.Minimal with { Retry = RetryMode.Fixed(1, TimeSpan.Zero) };

    private readonly LogRecorder _log = new();
    private readonly WatchedClock _clock = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task InstanceThatFails_IsLoggedOnceWithItsException_AndItsRetriesAtDebug()
    {
        await RunAsync(Flow.Of((context, _) => throw new IOException($"no {context.Attempt}"), s_oneRetry));

        LogEntry retry = Assert.Single(_log.Of(2001));
        Assert.Equal((LogLevel.Debug, "Instance local of batch local repeats state Start: attempt 1 threw System.IO.IOException: no 1"), (retry.Level, retry.Message));
        LogEntry failure = Assert.Single(_log.Of(2003));
        Assert.Equal(
            (LogLevel.Warning, "Instance local of batch local (workflow test.flow) failed: retry-exhausted in state Start after 2 attempts: no 2"),
            (failure.Level, failure.Message));
        Assert.Equal("no 2", Assert.IsType<IOException>(failure.Exception).Message);
        Assert.Contains(nameof(FailureLogTests), failure.Exception.StackTrace, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "invalid-params")]
    [InlineData(null, "no-node-for-state")]
    public async Task InstanceThatFailsWithoutAnException_IsLoggedToo(string? @params, string kind)
    {
        await Flow.Of(Flow.GoesTo(Step.Middle)).Compile(services: _log.Provider).RunAsync(Flow.Execution(@params), CancellationToken.None);

        LogEntry failure = Assert.Single(_log.Of(2003));
        Assert.Contains($" failed: {kind} ", failure.Message, StringComparison.Ordinal);
        Assert.Null(failure.Exception);
    }

    [Fact]
    public async Task InstanceThatCompletesAfterARetry_IsNoFailure()
    {
        await RunAsync(Flow.Of((context, _) => context.Attempt == 2 ? new(Step.Done) : throw new IOException(), s_oneRetry));

        Assert.Empty(_log.Of(2003));
    }

    [Fact]
    public async Task CancelledInstance_IsNoFailure()
    {
        using CancellationTokenSource cancel = new();
        Task<WorkflowResult<Step>> run = WorkflowRunner.For(
            Flow.Of(async (_, _) =>
            {
                await cancel.CancelAsync();
                throw new IOException();
            }),
            _log.Provider).RunAsync(cancellationToken: cancel.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Empty(_log.Of(2003));
    }

    [Fact]
    public async Task FailuresOfABatch_BeyondTheFirst_AreToldAsANumberAfterAMinute()
    {
        using FailureLog failures = new(_log.CreateFactory().CreateLogger("test"), _clock);
        WorkflowProgram<Step, Input> program = Flow.Of(Flow.Throws(new IOException("no"))).Compile(
            services: new ServiceCollection().AddSingleton(failures).BuildServiceProvider());

        await FailAsync(program, 25);
        Assert.Equal(FailureLog.MaxPerSpan, _log.Of(2003).Count());
        Assert.Empty(_log.Of(2004));
        Assert.Equal(FailureLog.Span, await _clock.PassNextTimerAsync());
        Assert.Equal("15 more instances of batch batch failed on this silo within 00:01:00; they were not logged one by one", Assert.Single(_log.Of(2004)).Message);

        // The next minute begins anew.
        await FailAsync(program, 1);
        Assert.Equal(FailureLog.MaxPerSpan + 1, _log.Of(2003).Count());
        await _clock.PassNextTimerAsync();
        Assert.Single(_log.Of(2004));
    }

    [Fact]
    public async Task FailuresLeftOut_AreToldWhenTheSiloStops()
    {
        using (FailureLog failures = new(_log.CreateFactory().CreateLogger("test"), _clock))
        {
            await FailAsync(
                Flow.Of(Flow.Throws(new IOException("no"))).Compile(services: new ServiceCollection().AddSingleton(failures).BuildServiceProvider()), 12);
        }

        Assert.StartsWith("2 more instances", Assert.Single(_log.Of(2004)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExceptionOfMegabytes_IsLoggedCut()
    {
        await RunAsync(Flow.Of(Flow.Throws(new IOException(new string('x', 1_000_000), new TimeoutException("inner")))));

        Exception logged = Assert.Single(_log.Of(2003)).Exception!;
        Assert.InRange(logged.ToString().Length, 500, ErrorText.MaxBytes);
        Assert.Contains("---> System.TimeoutException: inner", logged.ToString(), StringComparison.Ordinal);
        Assert.InRange(Assert.Single(_log.Of(2003)).Message.Length, 500, 2 * ErrorText.MaxBytes);
    }

    private static async Task FailAsync(WorkflowProgram<Step, Input> program, int times)
    {
        for (int i = 0; i < times; i++)
        {
            await program.RunAsync(Flow.Execution(), CancellationToken.None);
        }
    }

    private Task<WorkflowResult<Step>> RunAsync(WorkflowDefinition<Step, Input> definition) =>
        WorkflowRunner.For(definition, _log.Provider).RunAsync();
}
