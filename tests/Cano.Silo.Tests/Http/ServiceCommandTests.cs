using System.Text.Json;
using Cano.Tests.Commands;
using Cano.Tests.Storage;

namespace Cano.Tests.Http;

/// <summary>The command line against a running service: processes on both sides.</summary>
public sealed class ServiceCommandTests(ApiProcess api) : IClassFixture<ApiProcess>, IDisposable
{
    private const string Mixed =
        """
        { "id": "ID", "name": "by hand", "timeout": { "kind": "waitForQuota", "quota": 1 }, "instances": [
          { "id": "bad", "workflow": "cano.simulate", "params": { "throwAtStep": 1 }, "label": "=cmd, \"x\"" },
          { "id": "good", "workflow": "cano.simulate", "params": { "delayMs": 300, "output": { "sum": 1.10 } } },
          { "id": "slow", "workflow": "cano.simulate", "params": { "delayMs": 600000 } } ] }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Submit_Waiting_ShowsProgressAndTheSummaryAndEndsAsRunDoes()
    {
        CanoProcessResult result = await RunAsync(["submit", File(Mixed, "waited"), "--wait"]);

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("Batch waited (by hand) has started: 3 instances", result.Error, StringComparison.Ordinal);
        Assert.Contains("Batch waited (by hand) stopped after", result.Output, StringComparison.Ordinal);
        Assert.Contains("1 completed, 1 failed, 1 cancelled of 3.", result.Output, StringComparison.Ordinal);
        Assert.Contains("simulated failure at step 1", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_StatusWatchResultsListCancel_SayTheSame()
    {
        CanoProcessResult submitted = await RunAsync(["submit", File(Mixed, "steps")]);
        Assert.Equal((0, "steps"), (submitted.ExitCode, submitted.Output.Trim()));

        CanoProcessResult watched = await RunAsync(["watch", "steps", "--json"]);
        JsonElement document = JsonElement.Parse(watched.Output);
        Assert.Equal((1, "quotaReached", "bad good slow"), (watched.ExitCode, document.GetProperty("stopReason").GetString(), string.Join(' ', document.GetProperty("results").EnumerateArray().Select(one => one.GetProperty("id").GetString()))));

        CanoProcessResult status = await RunAsync(["status", "steps"]);
        Assert.Equal(1, status.ExitCode);
        Assert.Contains("Batch steps (by hand) is finished: the quota was reached, after", status.Output, StringComparison.Ordinal);

        CanoProcessResult failed = await RunAsync(["results", "steps", "--outcome", "failed"]);
        Assert.StartsWith("failed", Assert.Single(failed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        string[] csv = (await RunAsync(["results", "steps", "--csv"])).Output.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, csv.Length);
        Assert.StartsWith("bad,cano.simulate,\"'=cmd, \"\"x\"\"\",failed,,node-failed,simulated failure at step 1,Working,1,,00:00:00.", csv[1], StringComparison.Ordinal);
        Assert.EndsWith(",\"{\"\"sum\"\":1.10}\"", csv[2], StringComparison.Ordinal);

        CanoProcessResult list = await RunAsync(["list", "--name", "by hand", "--json"]);
        Assert.Contains(JsonElement.Parse(list.Output).EnumerateArray(), one => one.GetProperty("id").ValueEquals("steps"));
        Assert.Contains("steps", (await RunAsync(["list"])).Output, StringComparison.Ordinal);

        CanoProcessResult cancelled = await RunAsync(["cancel", "steps"]);
        Assert.Equal(0, cancelled.ExitCode);
        Assert.Contains("the quota was reached", cancelled.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancel_Running_EndsAWatch()
    {
        await RunAsync(["submit", File("""{ "id": "ID", "timeout": { "kind": "waitForever" }, "instances": [ { "id": "slow", "workflow": "cano.simulate", "params": { "delayMs": 600000 } } ] }""", "long")]);
        await using CanoProcess watch = CanoProcess.Start(_folder.Path, ["watch", "long", "--url", Url]);
        await watch.ErrorSaysAsync("Batch long has started");

        Assert.Equal(0, (await RunAsync(["cancel", "long"])).ExitCode);
        CanoProcessResult result = await watch.EndAsync();

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("it was cancelled", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_Lines_AreTaken()
    {
        string file = Path.Combine(_folder.Path, "many.ndjson");
        await System.IO.File.WriteAllLinesAsync(
            file,
            Enumerable.Range(0, 3_000).Select(number => $$"""{ "id": "i{{number}}", "workflow": "cano.simulate" }""").Prepend("""{ "id": "many", "timeout": { "kind": "waitForever" } }"""),
            TestContext.Current.CancellationToken);

        CanoProcessResult result = await RunAsync(["submit", file, "--wait"]);

        Assert.Equal(0, result.ExitCode);
        Assert.Contains("3,000 completed, 0 failed, 0 cancelled of 3,000.", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status never", "There is no batch 'never'.")]
    [InlineData("watch never", "There is no batch 'never'.")]
    [InlineData("results never", "There is no batch 'never'.")]
    [InlineData("cancel ../x", "A batch's id must be 1 to 200 characters")]
    [InlineData("list --phase done", "phase: It was 'done'")]
    [InlineData("list --limit 0", "--limit must be 1 or more")]
    [InlineData("results never --csv --json", "Either --json or --csv")]
    [InlineData("submit missing.json", "missing.json can't be read")]
    [InlineData("submit bad.json", "bad.json: $.timeout.quota: The quota was 0")]
    [InlineData("status x --url nowhere", "'nowhere' is no URL")]
    [InlineData("status x --url http://127.0.0.1:1", "http://127.0.0.1:1/ can't be reached")]
    public async Task Refused_AnyCommand_SaysWhyInOneLineAndEndsWith2(string arguments, string says)
    {
        await System.IO.File.WriteAllTextAsync(
            Path.Combine(_folder.Path, "bad.json"), """{ "timeout": { "kind": "waitForQuota", "quota": 0 }, "instances": [ { "id": "a", "workflow": "cano.simulate" } ] }""", TestContext.Current.CancellationToken);
        string[] split = arguments.Split(' ');

        CanoProcessResult result = split.Contains("--url") ? await CanoProcess.RunAsync(_folder.Path, split) : await RunAsync(split);

        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.StartsWith("cano: ", Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Contains(says, result.Error, StringComparison.Ordinal);
    }

    private string Url => api.Http.BaseAddress!.ToString();

    private Task<CanoProcessResult> RunAsync(string[] arguments) => CanoProcess.RunAsync(_folder.Path, [.. arguments, "--url", Url]);

    private string File(string batch, string id)
    {
        string path = Path.Combine(_folder.Path, $"{id}.json");
        System.IO.File.WriteAllText(path, batch.Replace("\"ID\"", $"\"{id}\"", StringComparison.Ordinal));
        return path;
    }
}
