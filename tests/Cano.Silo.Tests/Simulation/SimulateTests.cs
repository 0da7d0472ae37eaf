using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Cano.Tests.Simulation;

public sealed class SimulateTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly SimulateProgram _program;

    public SimulateTests() => _program = new(new ServiceCollection().BuildServiceProvider(), _clock, new CanoOptions());

    [Fact]
    public void Program_SaysItsNameAndStates()
    {
        Assert.Equal("cano.simulate", _program.Name);
        Assert.Equal(["Start", "Working", "Done", "Rejected"], _program.States);
        Assert.Equal(["Done", "Rejected"], _program.ExitStates);
        Assert.Equal("Start", _program.Start);
    }

    [Theory]
    [InlineData(null, "Done")]
    [InlineData("null", "Done")]
    [InlineData("{}", "Done")]
    [InlineData("""{ "steps": 0 }""", "Done")]
    [InlineData("""{ "steps": 5 }""", "Done")]
    [InlineData("""{ "steps": 5, "rejectAtStep": 5 }""", "Rejected")]
    [InlineData("""{ "steps": 5, "rejectAtStep": 1 }""", "Rejected")]
    [InlineData("""{ "steps": 5, "rejectAtStep": 6 }""", "Done")]
    [InlineData("""{ "throwAtStep": 2 }""", "Done")]
    [InlineData("""{ "throwAtStep": 1, "retries": 1, "succeedOnAttempt": 2 }""", "Done")]
    [InlineData("""{ "throwAtStep": 1, "succeedOnAttempt": 1 }""", "Done")]
    [InlineData("""{ "steps": 3, "throwAtStep": 3, "retries": 150, "succeedOnAttempt": 151 }""", "Done")]
    public async Task Run_Params_EndInTheState(string? json, string state)
    {
        InstanceOutcome outcome = await RunAsync(json);

        Assert.Null(outcome.Error);
        Assert.Equal(state, outcome.FinalState);
        Assert.Null(outcome.Output);
    }

    [Theory]
    [InlineData("""{ "throwAtStep": 1 }""", "node-failed", 1, "simulated failure at step 1")]
    [InlineData("""{ "steps": 3, "throwAtStep": 2 }""", "node-failed", 1, "simulated failure at step 2")]
    [InlineData("""{ "throwAtStep": 1, "retries": 2 }""", "retry-exhausted", 3, "simulated failure at step 1")]
    [InlineData("""{ "throwAtStep": 1, "retries": 2, "succeedOnAttempt": 4 }""", "retry-exhausted", 3, "simulated failure at step 1")]
    public async Task Run_ThrowAtStep_FailsAsTheEngineSays(string json, string kind, int attempts, string message)
    {
        InstanceOutcome outcome = await RunAsync(json);

        Assert.Equal((kind, message, "Working", attempts), (outcome.Error!.Kind, outcome.Error.Message, outcome.Error.State, outcome.Error.Attempts));
    }

    [Theory]
    [InlineData("""{ "delay": 5 }""")]
    [InlineData("""{ "steps": -1 }""")]
    [InlineData("""{ "steps": "many" }""")]
    [InlineData("""{ "retries": -1 }""")]
    [InlineData("""{ "delayMs": -5 }""")]
    [InlineData("""{ "throwAtStep": 0 }""")]
    [InlineData("[1]")]
    public async Task Run_BadParams_FailTheInstance(string json)
    {
        InstanceOutcome outcome = await RunAsync(json);

        Assert.Equal(WorkflowErrorKinds.InvalidParams, outcome.Error?.Kind);
    }

    [Theory]
    [InlineData("""{"a":[1,2]}""")]
    [InlineData("\"text\"")]
    [InlineData("1.5")]
    [InlineData("null")]
    public async Task Run_Output_IsWhatWasGiven(string output)
    {
        InstanceOutcome outcome = await RunAsync($$"""{ "steps": 2, "output": {{output}} }""");

        Assert.Equal(output, Encoding.UTF8.GetString(outcome.Output!));
    }

    [Fact]
    public async Task Run_Delay_WaitsAtEachStepOnTheClock()
    {
        Task<InstanceOutcome> run = RunAsync("""{ "steps": 2, "delayMs": 1000 }""");
        _clock.Advance(TimeSpan.FromMilliseconds(1000));
        Assert.False(run.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.False(run.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));

        InstanceOutcome outcome = await run.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("Done", outcome.FinalState);
        Assert.Equal(TimeSpan.FromSeconds(2), outcome.FinishedAt - outcome.StartedAt);
    }

    [Fact]
    public async Task Run_CancelledInADelay_EndsAtOnce()
    {
        using CancellationTokenSource cancel = new();
        Task<InstanceOutcome> run = RunAsync("""{ "delayMs": 1000 }""", cancel.Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Run_IgnoringCancellation_WaitsToTheEnd()
    {
        using CancellationTokenSource cancel = new();
        Task<InstanceOutcome> run = RunAsync("""{ "delayMs": 1000, "ignoreCancellation": true }""", cancel.Token);
        await cancel.CancelAsync();
        Assert.False(run.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));

        // Whether the engine still says Done or that it was cancelled is the engine's affair.
        Assert.IsNotType<TimeoutException>(await Record.ExceptionAsync(() => run.WaitAsync(TimeSpan.FromSeconds(10))));
    }

    [Fact]
    public async Task Run_Block_HoldsItsThreadForTheDelay()
    {
        SimulateProgram real = new(new ServiceCollection().BuildServiceProvider(), TimeProvider.System, new CanoOptions());
        long start = Stopwatch.GetTimestamp();
        ValueTask<InstanceOutcome> run = real.RunAsync(Execution("""{ "delayMs": 100, "block": true }"""), CancellationToken.None);

        // The call came back only after the delay: the thread was blocked, not awaited on. What is left to await is that the timer lets go.
        Assert.True(Stopwatch.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(90));
        Assert.Equal("Done", (await run).FinalState);
    }

    [Fact]
    public async Task Run_BlockCancelled_LetsGoOfItsThread()
    {
        using CancellationTokenSource cancel = new();
        Task<InstanceOutcome> run = Task.Run(() => RunAsync("""{ "delayMs": 60000, "block": true }""", cancel.Token), TestContext.Current.CancellationToken);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void Params_WithoutOutput_CanBeWrittenByTheTypedLibrary()
    {
        string json = JsonSerializer.Serialize(new SimulateParams { Steps = 2 }, CanoJson.Values);

        Assert.Equal(2, JsonSerializer.Deserialize<SimulateParams>(json, CanoJson.Values)!.Steps);
    }

    private async Task<InstanceOutcome> RunAsync(string? json, CancellationToken cancellationToken = default) =>
        await _program.RunAsync(Execution(json), cancellationToken);

    private static InstanceExecution Execution(string? json) => new()
    {
        BatchId = "b",
        InstanceId = "i",
        Params = json is null ? null : Encoding.UTF8.GetBytes(json),
        SharedStore = new MemorySharedStore(),
    };
}
