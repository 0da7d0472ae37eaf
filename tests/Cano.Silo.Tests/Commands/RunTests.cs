using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Cano.CrashHost;
using Cano.Tests.Storage;

namespace Cano.Tests.Commands;

/// <summary>The host as a process: exit codes, what goes to which stream, what is durable.</summary>
public sealed class RunTests : IDisposable
{
    private const int SigInt = 2;
    private const int SigTerm = 15;

    /// <summary>The host with a workflow whose instances stay where they are if the process is told so.</summary>
    private const string HostWithTrail = "Cano.CrashHost";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_Json_PrintsTheResultsDocumentAndNothingElse()
    {
        Batch("""{ "kind": "waitForever" }""", """{ "id": "a", "workflow": "cano.simulate", "label": "fast", "params": { "delayMs": 5, "output": { "x": 1 } } }""");

        CanoProcessResult result = await RunAsync("run", "batch.json", "--json");

        Assert.Equal((0, ""), (result.ExitCode, result.ExitCode == 0 ? "" : result.Error));
        using JsonDocument document = JsonDocument.Parse(result.Output);
        JsonElement root = document.RootElement;
        Assert.Equal(
            ["batchId", "stopReason", "total", "completed", "failed", "cancelled", "totalDuration", "results"], root.EnumerateObject().Select(member => member.Name));
        Assert.Equal("batch", root.GetProperty("batchId").GetString());
        Assert.Equal("allFinished", root.GetProperty("stopReason").GetString());
        JsonElement only = Assert.Single(root.GetProperty("results").EnumerateArray());
        Assert.Equal("a completed Done fast 1", $"{only.GetProperty("id")} {only.GetProperty("outcome")} {only.GetProperty("finalState")} {only.GetProperty("label")} {only.GetProperty("output").GetProperty("x")}");
        Assert.StartsWith("Batch batch has started: 1 instances.", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AQuotaThatIsReached_IsDoneAndTheRestIsCancelled()
    {
        Batch(
            """{ "kind": "waitForQuota", "quota": 1 }""",
            """{ "id": "slow", "workflow": "cano.simulate", "params": { "delayMs": 60000, "ignoreCancellation": true } }""",
            """{ "id": "fast", "workflow": "cano.simulate" }""");

        CanoProcessResult result = await RunAsync("run", "batch.json", "--json");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(["slow cancelled quotaReached", "fast completed "], Outcomes(result));
    }

    [Fact]
    public async Task Run_AQuotaThatIsNotReached_Is1()
    {
        Batch("""{ "kind": "waitForQuota", "quota": 2 }""", """{ "id": "a", "workflow": "cano.simulate" }""");

        CanoProcessResult result = await RunAsync("run", "batch.json", "--json");

        Assert.Equal(1, result.ExitCode);
        Assert.Equal(["a completed "], Outcomes(result));
    }

    [Fact]
    public async Task Run_ADurationThatElapses_IsDone()
    {
        Batch("""{ "kind": "waitDuration", "duration": "00:00:00.5" }""", """{ "id": "a", "workflow": "cano.simulate", "params": { "delayMs": 60000 } }""");

        CanoProcessResult result = await RunAsync("run", "batch.json", "--json");

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(["a cancelled durationElapsed"], Outcomes(result));
    }

    [Fact]
    public async Task Run_AFailure_Is1AndTheSummaryNamesIt()
    {
        Batch("""{ "kind": "waitForever" }""", """{ "id": "a", "workflow": "cano.simulate", "params": { "throwAtStep": 1 } }""", """{ "id": "b", "workflow": "cano.simulate" }""");

        CanoProcessResult result = await RunAsync("run", "batch.json");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("1 completed, 1 failed, 0 cancelled of 2.", result.Output, StringComparison.Ordinal);
        Assert.Contains("every instance finished", result.Output, StringComparison.Ordinal);
        Assert.Matches(@"1\s+node-failed\s+simulated failure at step 1", result.Output);
        Assert.DoesNotContain('\u001b', result.Output + result.Error);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("validate")]
    public async Task BadFile_IsRefusedWithOneLineOfWhatAndWhere(string command)
    {
        _folder.Write("batch.json", "{\n  \"timeout\": { \"kind\": \"waitForQuota\", \"quota\": 0 },\n  \"instances\": [ { \"id\": \"a\", \"workflow\": \"cano.simulate\" } ] }");

        CanoProcessResult result = await RunAsync(command, "batch.json");

        Assert.Equal(new CanoProcessResult(2, "", Line("cano: batch.json: $.timeout.quota: The quota was 0; it must be 1 or more.")), result);
        Assert.False(Directory.Exists(_folder.At(".cano")));
    }

    [Theory]
    [InlineData("run")]
    [InlineData("validate")]
    public async Task UnknownWorkflow_IsRefusedNamingThoseKnown(string command)
    {
        Batch("""{ "kind": "waitForever" }""", """{ "id": "a", "workflow": "nope" }""");

        CanoProcessResult result = await RunAsync(command, "batch.json");

        Assert.Equal(new CanoProcessResult(2, "", Line("cano: batch.json: No workflow 'nope' is registered. Known: cano.simulate.")), result);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("validate")]
    public async Task LargeParams_AreRefusedNamingTheInstance(string command)
    {
        Batch("""{ "kind": "waitForever" }""", $$"""{ "id": "big", "workflow": "cano.simulate", "params": { "output": "{{new string('x', 65 * 1024)}}" } }""");

        CanoProcessResult result = await RunAsync(command, "batch.json");

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("cano: batch.json: The params of instance 'big' are 66", result.Error, StringComparison.Ordinal);
        Assert.Equal(1, result.Error.Count(c => c == '\n'));
    }

    /// <summary>A misspelt member was passed over, where the workflow's own type did not forbid it; here its instance failed once the batch ran.</summary>
    [Theory]
    [InlineData("run")]
    [InlineData("validate")]
    public async Task ParamsThatDoNotFit_AreAllRefusedByTheirPaths(string command)
    {
        Batch(
            """{ "kind": "waitForever" }""",
            """{ "id": "a", "workflow": "cano.simulate", "params": { "delay": 1 } }""",
            """{ "id": "good", "workflow": "cano.simulate" }""",
            """{ "id": "b", "workflow": "cano.simulate", "params": { "steps": 2.0 } }""");

        CanoProcessResult result = await RunAsync(command, "batch.json");

        const string known = "steps, delayMs, rejectAtStep, throwAtStep, retries, succeedOnAttempt, ignoreCancellation, block, output";
        Assert.Equal(
            new CanoProcessResult(
                2,
                "",
                Line(
                    $"cano: batch.json: $.instances[0].params.delay: unknown member; there are {known} "
                    + "(and 1 more: $.instances[2].params.steps: can't be read as int; it is the number 2.0)")),
            result);
    }

    [Theory]
    [InlineData("cano: Required argument missing for command: 'run'.", "run")]
    [InlineData("cano: Unrecognized command or argument '--nope'.", "run", "batch.json", "--nope")]
    [InlineData("cano: Unrecognized command or argument 'nope'.", "nope")]
    [InlineData("cano: --set nope: a setting is written as KEY=VALUE.", "run", "batch.json", "--set", "nope")]
    [InlineData("cano: Cano:SiloPort was x; it must be a port from 1 to 65535, or 0 for a free one.", "run", "batch.json", "--set", "Cano:SiloPort=x")]
    [InlineData("cano: Cano:Storage:Provider was oracle; known are sqlite, postgres.", "run", "batch.json", "--set", "Cano:Storage:Provider=oracle")]
    [InlineData("cano: CanoOptions.MaxRunningInstances was 0; it must be between 1 and 1,000,000.", "run", "batch.json", "--set", "Cano:MaxRunningInstances=0")]
    [InlineData("cano: --urls: 'nope' is no URL to serve on; write it as http://127.0.0.1:5080.", "serve", "--urls", "nope")]
    public async Task BadArguments_AreRefusedWithOneLine(string line, params string[] args)
    {
        Batch("""{ "kind": "waitForever" }""", """{ "id": "a", "workflow": "cano.simulate" }""");

        CanoProcessResult result = await RunAsync(args);

        Assert.Equal(new CanoProcessResult(2, "", Line(line)), result);
    }

    [Theory]
    [InlineData("run", "batch.json")]
    [InlineData("serve", "--urls", "http://127.0.0.1:0", "--set", "Cano:GatewayPort=0")]
    public async Task SiloPort_ThatIsTaken_IsRefusedWithOneLine(params string[] args)
    {
        Batch("""{ "kind": "waitForever" }""", """{ "id": "a", "workflow": "cano.simulate" }""");
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();

        CanoProcessResult result = await RunAsync([.. args, "--set", $"Cano:SiloPort={((IPEndPoint)taken.LocalEndpoint).Port}", "--set", "Logging:LogLevel:Default=None"]);

        Assert.Equal(2, result.ExitCode);
        Assert.Matches("^cano: The silo can't listen: .*Set Cano:SiloPort and Cano:GatewayPort to ports that are free \\(0: any\\), and Cano:AdvertisedIP to an address of this machine\\.\r?\n$", result.Error);
    }

    [Fact]
    public async Task Run_FromStandardInput_Works()
    {
        await using CanoProcess process = CanoProcess.Start(
            _folder.Path, ["run", "-", "--json"], """{ "timeout": { "kind": "waitForever" }, "instances": [ { "id": "a", "workflow": "cano.simulate" } ] }""");

        Assert.Equal(["a completed "], Outcomes(await process.EndAsync()));
    }

    [Fact]
    public async Task Run_WhileAnotherProcessOwnsTheFolder_IsRefusedAndChangesNothing()
    {
        Batch("""{ "kind": "waitForever" }""", """{ "id": "a", "workflow": "cano.simulate", "params": { "delayMs": 60000 } }""");
        await using CanoProcess first = CanoProcess.Start(_folder.Path, ["run", "batch.json"]);
        await first.ErrorSaysAsync("has started");

        CanoProcessResult second = await RunAsync("run", "batch.json");

        Assert.Equal(2, second.ExitCode);
        Assert.Matches(@"^cano: The data folder .*\.cano is in use by another process \(pid \d+\); one process at a time owns it\.\r?\n$", second.Error);
    }

    [Theory]
    [InlineData(SigInt)]
    [InlineData(SigTerm)]
    public async Task Run_Interrupted_CancelsTheBatchAndPrintsItsResults(int signal)
    {
        Batch(
            """{ "kind": "waitForever" }""",
            """{ "id": "slow", "workflow": "cano.simulate", "params": { "delayMs": 60000, "ignoreCancellation": true } }""",
            """{ "id": "fast", "workflow": "cano.simulate" }""");
        await using CanoProcess process = CanoProcess.Start(_folder.Path, ["run", "batch.json", "--json"]);
        await process.ErrorSaysAsync("1 completed");
        process.Signal(signal);

        CanoProcessResult result = await process.EndAsync();

        Assert.Equal(130, result.ExitCode);
        Assert.Equal(["slow cancelled requested", "fast completed "], Outcomes(result));
    }

    [Fact]
    public async Task Run_KilledAndStartedWithAnotherBatch_FinishesBoth()
    {
        Batch(
            """{ "kind": "waitForever" }""",
            $$"""{ "id": "held", "workflow": "{{Trail.Key.Name}}", "params": { "holdAtStep": 1 } }""",
            """{ "id": "fast", "workflow": "cano.simulate" }""");
        await using (CanoProcess first = CanoProcess.Start(
            HostWithTrail, _folder.Path, ["run", "batch.json"], environment: (Trail.HoldVariable, "1")))
        {
            await first.ErrorSaysAsync("1 completed");
            first.KillHard();
            await first.EndAsync();
        }

        _folder.Write("other.json", """{ "timeout": { "kind": "waitForever" }, "instances": [ { "id": "a", "workflow": "cano.simulate" } ] }""");
        CanoProcessResult other = await RunTrailAsync("run", "other.json", "--json");

        Assert.Equal(0, other.ExitCode);
        Assert.Contains("Finished batch batch of an earlier process: 2 completed, 0 failed, 0 cancelled of 2.", other.Error, StringComparison.Ordinal);
        CanoProcessResult joined = await RunTrailAsync("run", "batch.json", "--json");
        Assert.Equal(["held completed ", "fast completed "], Outcomes(joined));
    }

    [Fact]
    public async Task Run_TheIdOfABatchWithOtherContent_IsRefused()
    {
        Batch("""{ "kind": "waitForever" }""", """{ "id": "a", "workflow": "cano.simulate" }""");
        Assert.Equal(0, (await RunAsync("run", "batch.json")).ExitCode);
        Batch("""{ "kind": "waitForever" }""", """{ "id": "b", "workflow": "cano.simulate" }""");

        CanoProcessResult result = await RunAsync("run", "batch.json");

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("cano: batch.json: A batch 'batch' exists with other content", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_AGoodFile_IsDoneAndStoresNothing()
    {
        Batch("""{ "kind": "waitForever" }""", """{ "id": "a", "workflow": "cano.simulate" }""");

        CanoProcessResult result = await RunAsync("validate", "batch.json");

        Assert.Equal(new CanoProcessResult(0, Line("batch.json is valid: 1 instances of cano.simulate."), ""), result);
        Assert.False(Directory.Exists(_folder.At(".cano")));
    }

    [Fact]
    public async Task Serve_AnswersHealth_AndEndsAtASignal()
    {
        int port = FreePorts.Find(1)[0];
        await using CanoProcess process = CanoProcess.Start(
            _folder.Path, ["serve", "--urls", $"http://127.0.0.1:{port}", "--set", "Cano:SiloPort=0", "--set", "Cano:GatewayPort=0"]);
        using HttpClient http = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        string ready = await WaitForAsync(http, "/health/ready", process);
        using JsonDocument document = JsonDocument.Parse(ready);

        Assert.Equal("healthy", document.RootElement.GetProperty("status").GetString());
        Assert.Equal(["host", "silo", "storage", "workflows"], document.RootElement.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("name").GetString()));
        Assert.Contains("healthy", await http.GetStringAsync(new Uri("/health/live", UriKind.Relative)), StringComparison.Ordinal);
        process.Signal(SigTerm);
        Assert.Equal(0, (await process.EndAsync()).ExitCode);
    }

    private static async Task<string> WaitForAsync(HttpClient http, string path, CanoProcess process)
    {
        using CancellationTokenSource patience = new(CanoProcess.Patience, TimeProvider.System);
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(100));
        while (!patience.IsCancellationRequested)
        {
            try
            {
                using HttpResponseMessage response = await http.GetAsync(new Uri(path, UriKind.Relative), patience.Token);
                if (response.IsSuccessStatusCode)
                {
                    return await response.Content.ReadAsStringAsync(patience.Token);
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await timer.WaitForNextTickAsync(CancellationToken.None);
        }

        Assert.Fail($"{path} was not answered with success. Standard error: {process.Error}");
        return "";
    }

    private static string[] Outcomes(CanoProcessResult result)
    {
        Assert.True(result.Output.StartsWith('{'), $"No document: {result}");
        using JsonDocument document = JsonDocument.Parse(result.Output);
        return
        [
            .. document.RootElement.GetProperty("results").EnumerateArray().Select(one =>
                $"{one.GetProperty("id")} {one.GetProperty("outcome")} {(one.GetProperty("error").ValueKind is JsonValueKind.Object ? one.GetProperty("error").GetProperty("kind") : one.GetProperty("cancelReason"))}"),
        ];
    }

    private static string Line(string text) => text + Environment.NewLine;

    private void Batch(string timeout, params string[] instances) =>
        _folder.Write("batch.json", $$"""{ "id": "batch", "timeout": {{timeout}}, "instances": [ {{string.Join(", ", instances)}} ] }""");

    private Task<CanoProcessResult> RunAsync(params string[] args) => CanoProcess.RunAsync(_folder.Path, args);

    private async Task<CanoProcessResult> RunTrailAsync(params string[] args)
    {
        await using CanoProcess process = CanoProcess.Start(HostWithTrail, _folder.Path, args);
        return await process.EndAsync();
    }
}
