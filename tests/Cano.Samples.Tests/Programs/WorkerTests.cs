using System.Text.Json;

namespace Cano.Samples.Tests.Programs;

public sealed class WorkerTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task Run_BatchOfTheSample_PrintsTheStepsOfEachNumber()
    {
        SampleOutput run = await RunAsync("run", Path.Combine(AppContext.BaseDirectory, "batch.json"), "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        using JsonDocument document = JsonDocument.Parse(run.Output);
        Assert.Equal("quotaReached", document.RootElement.GetProperty("stopReason").GetString());
        Assert.Equal(
            [("ninety-seven", "One", 118), ("eight-seventy-one", "One", 178), ("twenty-seven", "One", 111)],
            document.RootElement.GetProperty("results").EnumerateArray().Select(result =>
                (result.GetProperty("id").GetString()!, result.GetProperty("finalState").GetString()!, result.GetProperty("output").GetInt32())));
    }

    [Fact]
    public async Task Run_NumbersOfEachKind_EndInTheirStates()
    {
        _temporary.Write("batch.json", """
            { "timeout": { "kind": "waitForever" }, "instances": [
              { "id": "zero", "workflow": "collatz", "params": { "number": 0 } },
              { "id": "one", "workflow": "collatz", "params": { "number": 1 } },
              { "id": "too-large", "workflow": "collatz", "params": { "number": 9223372036854775807 } } ] }
            """u8);
        SampleOutput run = await RunAsync("run", "batch.json", "--json");
        Assert.True(run.ExitCode == 1, run.Error);
        using JsonDocument document = JsonDocument.Parse(run.Output);
        Assert.Equal(
            ["Rejected", "One", WorkflowErrorKinds.RetryExhausted],
            document.RootElement.GetProperty("results").EnumerateArray().Select(result =>
                result.GetProperty("finalState").GetString() ?? result.GetProperty("error").GetProperty("kind").GetString()!));
    }

    [Fact]
    public async Task Validate_UnknownWorkflow_NamesThoseThatThereAre()
    {
        _temporary.Write("batch.json", """{ "timeout": { "kind": "waitForever" }, "instances": [ { "id": "a", "workflow": "colatz" } ] }"""u8);
        SampleOutput run = await RunAsync("validate", "batch.json");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("collatz", run.Error, StringComparison.Ordinal);
    }

    private Task<SampleOutput> RunAsync(params string[] args) => SampleProgram.RunAsync("Worker", _temporary.FullPath, args);
}
