using System.Net.Http;
using System.Text.Json;

namespace Cano.Tests.Http;

/// <summary>What came of a batch in numbers, over HTTP.</summary>
public sealed class StatisticsApiTests(ApiProcess api) : IClassFixture<ApiProcess>
{
    /// <summary>Four of <c>a</c> and two of <c>b</c> complete, five fail in three ways, two never end.</summary>
    private const string Mixed =
        """
        { "id": "a1", "workflow": "cano.simulate", "label": "a" }, { "id": "a2", "workflow": "cano.simulate", "label": "a", "params": { "delayMs": 40 } },
        { "id": "a3", "workflow": "cano.simulate", "label": "a" }, { "id": "a4", "workflow": "cano.simulate", "label": "a", "params": { "rejectAtStep": 1 } },
        { "id": "b1", "workflow": "cano.simulate", "label": "b" }, { "id": "b2", "workflow": "cano.simulate", "label": "b", "params": { "steps": 3 } },
        { "id": "b3", "workflow": "cano.simulate", "label": "b", "params": { "throwAtStep": 1 } },
        { "id": "b4", "workflow": "cano.simulate", "label": "b", "params": { "throwAtStep": 1 } },
        { "id": "b5", "workflow": "cano.simulate", "label": "b", "params": { "steps": 2, "throwAtStep": 2 } },
        { "id": "c1", "workflow": "cano.simulate", "params": { "throwAtStep": 1, "retries": 1 } },
        { "id": "c2", "workflow": "cano.simulate", "params": { "throwAtStep": 1, "retries": 2 } },
        { "id": "s1", "workflow": "cano.simulate", "label": "a", "params": { "delayMs": 600000 } }, { "id": "s2", "workflow": "cano.simulate", "params": { "delayMs": 600000 } }
        """;

    [Fact]
    public async Task Statistics_OfABatchOfEverything_AreExactWhileItRunsAndAfter()
    {
        await api.StartAsync(Batch("everything", Mixed));
        JsonElement running = await UntilAsync("everything", one => one.GetProperty("completed").GetInt32() == 6 && one.GetProperty("failed").GetInt32() == 5);

        Assert.Equal((13, 0), (running.GetProperty("total").GetInt32(), running.GetProperty("cancelled").GetInt32()));
        Assert.Equal(
            ["s1 null", "s2 null"],
            from one in running.GetProperty("timeline").GetProperty("instances").EnumerateArray()
            where one.GetProperty("outcome").ValueKind is JsonValueKind.Null
            select $"{one.GetProperty("id")} {one.GetProperty("finishedAt").GetRawText()}");

        await api.AskAsync(HttpMethod.Post, "/api/batches/everything/cancel");
        await api.FollowAsync("everything");

        // At once: nothing of what was added up while it ran may be served now.
        Answer answer = await api.GetAsync("/api/batches/everything/statistics");
        JsonElement all = answer.Json;
        Assert.Equal(("everything", "13 6 5 2"), (answer.Of("batchId"), Counts(all)));
        Assert.Equal(["a 5 4 0 1", "b 5 2 3 0", " 3 0 2 1"], all.GetProperty("variants").EnumerateArray().Select(one => $"{one.GetProperty("label")} {Counts(one)}"));
        Assert.Equal(
            ["node-failed/Working/simulated failure at step #/3/b3,b4,b5", "retry-exhausted/Working/simulated failure at step #/2/c1,c2"],
            all.GetProperty("errors").EnumerateArray().Select(Error).OrderByDescending(one => one.Split('/')[3]).ThenBy(one => one, StringComparer.Ordinal));
        Assert.Equal(0, all.GetProperty("otherErrors").GetInt32());
        Assert.Equal(11, all.GetProperty("durations").GetProperty("count").GetInt32());
        Assert.Equal((6, 5), (Sum(all, "histogram", "completed"), Sum(all, "histogram", "failed")));
        Assert.Equal((6, 5, 2), (Sum(all, "ends", "completed"), Sum(all, "ends", "failed"), Sum(all, "ends", "cancelled")));
        Assert.Equal(10, all.GetProperty("slowest").GetArrayLength());
        Assert.DoesNotContain(all.GetProperty("slowest").EnumerateArray(), one => one.GetProperty("id").GetString() is "s1" or "s2");
        Assert.Equal(1, all.GetProperty("timeline").GetProperty("share").GetDouble());
        Assert.Equal(
            ["a1", "a2", "a3", "a4", "b1", "b2", "b3", "b4", "b5", "c1", "c2", "s1", "s2"],
            all.GetProperty("timeline").GetProperty("instances").EnumerateArray().Select(one => one.GetProperty("id").GetString()));
        Assert.Contains("Start Working 13", all.GetProperty("transitions").EnumerateArray().Select(one => $"{one.GetProperty("from")} {one.GetProperty("to")} {one.GetProperty("count")}"));

        JsonElement b = all.GetProperty("variants")[1];
        Assert.Equal(0.4, b.GetProperty("successRate").GetProperty("value").GetDouble());
        Assert.Equal(-0.6, b.GetProperty("difference").GetProperty("successRate").GetProperty("value").GetDouble(), 9);
        Assert.Equal(JsonValueKind.Null, all.GetProperty("variants")[0].GetProperty("difference").ValueKind);
    }

    [Fact]
    public async Task Results_ByKindAndPatternOfError_ComeInPages()
    {
        await api.StartAsync(Batch("failing", string.Join(',', Enumerable.Range(0, 60).Select(number =>
            $$"""{ "id": "i{{number}}", "workflow": "cano.simulate", "params": { {{(number % 3) switch { 0 => "\"throwAtStep\": 1", 1 => "\"throwAtStep\": 2, \"steps\": 2, \"retries\": 1", _ => "\"steps\": 2" }}} } }"""))));
        await api.FollowAsync("failing");

        Assert.Equal(Enumerable.Range(0, 20).Select(number => $"i{number * 3}"), await PagesAsync("failing", "errorKind=node-failed&limit=6"));
        Assert.Equal(Enumerable.Range(0, 20).Select(number => $"i{number * 3}"), await PagesAsync("failing", $"errorKind=node-failed&errorPattern={Uri.EscapeDataString("simulated failure at step #")}&limit=7"));
        Assert.Equal(Enumerable.Range(0, 20).Select(number => $"i{(number * 3) + 1}"), await PagesAsync("failing", "errorKind=retry-exhausted&outcome=failed&limit=20"));
        Assert.Empty(await PagesAsync("failing", "errorKind=node-failed&outcome=completed&limit=5"));
        Assert.Empty(await PagesAsync("failing", "errorKind=timeout"));
    }

    [Fact]
    public async Task Csv_OfABatch_HasAHeadThenALineEachAndNoFormulas()
    {
        await api.StartAsync(Batch("sheet",
            """
            { "id": "one", "workflow": "cano.simulate", "label": "=1+1", "params": { "output": { "a": "x, y" } } },
            { "id": "two", "workflow": "cano.simulate", "label": "@SUM(A1)", "params": { "throwAtStep": 1 } },
            { "id": "-3", "workflow": "cano.simulate", "label": "-3", "params": { "output": -3 } }
            """));
        await api.FollowAsync("sheet");

        Answer all = await api.GetAsync("/api/batches/sheet/results.csv");
        string[] lines = all.Text.Split("\r\n");

        Assert.Equal((200, "text/csv"), (all.Status, all.Type));
        Assert.Equal("id,workflow,label,outcome,finalState,errorKind,errorMessage,errorState,errorAttempts,cancelReason,duration,startedAt,finishedAt,output", lines[0]);
        Assert.Equal((5, ""), (lines.Length, lines[4]));
        Assert.StartsWith("one,cano.simulate,'=1+1,completed,Done,,,,,,00:00:0", lines[1], StringComparison.Ordinal);
        Assert.EndsWith(",\"{\"\"a\"\":\"\"x, y\"\"}\"", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("two,cano.simulate,'@SUM(A1),failed,,node-failed,simulated failure at step 1,Working,1,,", lines[2], StringComparison.Ordinal);
        Assert.StartsWith("-3,cano.simulate,-3,completed,Done,", lines[3], StringComparison.Ordinal);

        Assert.Equal(["id", "two", ""], (await api.GetAsync("/api/batches/sheet/results.csv?outcome=failed")).Text.Split("\r\n").Select(line => line.Split(',')[0]));
        Assert.Equal("invalid-parameter", (await api.GetAsync("/api/batches/sheet/results.csv?outcome=broken")).Of("code"));
    }

    [Fact]
    public async Task Instance_PendingRunningAndFinal_IsDescribedWithItsParams()
    {
        await api.StartAsync(
            """
            { "id": "described", "timeout": { "kind": "waitForever" }, "maxConcurrency": 1, "instances": [
              { "id": "done", "workflow": "cano.simulate", "label": "x", "params": { "output" : 1.10 } },
              { "id": "runs", "workflow": "cano.simulate", "params": { "delayMs": 600000 } },
              { "id": "waits", "workflow": "cano.simulate" } ] }
            """);
        await UntilAsync("described", one => one.GetProperty("timeline").GetProperty("instances").GetArrayLength() == 2 && one.GetProperty("completed").GetInt32() == 1);

        JsonElement done = (await api.GetAsync("/api/batches/described/instances/done")).Json;
        JsonElement runs = (await api.GetAsync("/api/batches/described/instances/runs")).Json;
        JsonElement waits = (await api.GetAsync("/api/batches/described/instances/waits")).Json;

        Assert.Equal(("x", 0, "completed"), (done.GetProperty("label").GetString(), done.GetProperty("ordinal").GetInt32(), done.GetProperty("result").GetProperty("outcome").GetString()));
        Assert.Equal("""{"output":1.10}""", done.GetProperty("params").GetRawText().Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal(JsonValueKind.Null, done.GetProperty("runningSince").ValueKind);
        Assert.Equal((1, JsonValueKind.String, JsonValueKind.Null), (runs.GetProperty("ordinal").GetInt32(), runs.GetProperty("runningSince").ValueKind, runs.GetProperty("result").ValueKind));
        Assert.Equal(
            ("cano.simulate", JsonValueKind.Null, JsonValueKind.Null, JsonValueKind.Null),
            (waits.GetProperty("workflow").GetString(), waits.GetProperty("runningSince").ValueKind, waits.GetProperty("result").ValueKind, waits.GetProperty("params").ValueKind));
        Answer none = await api.GetAsync("/api/batches/described/instances/other");
        Assert.Equal((404, "instance-not-found"), (none.Status, none.Of("code")));

        await api.AskAsync(HttpMethod.Post, "/api/batches/described/cancel");
        await api.FollowAsync("described");
        runs = (await api.GetAsync("/api/batches/described/instances/runs")).Json;
        Assert.Equal(("cancelled", JsonValueKind.Null), (runs.GetProperty("result").GetProperty("outcome").GetString(), runs.GetProperty("runningSince").ValueKind));
    }

    [Theory]
    [InlineData("statistics")]
    [InlineData("results.csv")]
    [InlineData("instances/a")]
    public async Task Route_OfABatchThatIsNotThereOrPurged_Is404Or410(string route)
    {
        string id = $"gone-{route.Split('/')[0]}";
        Assert.Equal("batch-not-found", (await api.GetAsync($"/api/batches/never/{route}")).Of("code"));
        Assert.Equal("invalid-id", (await api.GetAsync($"/api/batches/a b/{route}")).Of("code"));
        await api.StartAsync(Batch(id, """{ "id": "a", "workflow": "cano.simulate" }"""));
        await api.FollowAsync(id);
        Assert.Equal(200, (await api.GetAsync($"/api/batches/{id}/{route}")).Status);

        await api.AskAsync(HttpMethod.Delete, $"/api/batches/{id}");

        Answer gone = await api.GetAsync($"/api/batches/{id}/{route}");
        Assert.Equal((410, "batch-purged"), (gone.Status, gone.Of("code")));
    }

    private static string Batch(string id, string instances) => $$"""{ "id": "{{id}}", "timeout": { "kind": "waitForever" }, "instances": [ {{instances}} ] }""";

    private static string Counts(JsonElement one) => $"{one.GetProperty("total")} {one.GetProperty("completed")} {one.GetProperty("failed")} {one.GetProperty("cancelled")}";

    private static string Error(JsonElement one)
    {
        return $"{one.GetProperty("kind")}/{one.GetProperty("state")}/{one.GetProperty("pattern")}/{one.GetProperty("count")}/{string.Join(',', one.GetProperty("instanceIds").EnumerateArray())}";
    }

    private static int Sum(JsonElement all, string bars, string count) => all.GetProperty(bars).EnumerateArray().Sum(bar => bar.GetProperty(count).GetInt32());

    private async Task<List<string?>> PagesAsync(string id, string query)
    {
        List<string?> ids = [];
        Answer page = await api.GetAsync($"/api/batches/{id}/results?{query}");
        for (; ; page = await api.GetAsync($"/api/batches/{id}/results?{query}&cursor={page.Of("next")}"))
        {
            ids.AddRange(page.Json.GetProperty("items").EnumerateArray().Select(one => one.GetProperty("id").GetString()));
            if (page.Json.GetProperty("next").ValueKind is JsonValueKind.Null)
            {
                return ids;
            }
        }
    }

    /// <summary>Of a batch that runs they may be a second old, and more.</summary>
    private async Task<JsonElement> UntilAsync(string id, Func<JsonElement, bool> holds)
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        long started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            Answer answer = await api.GetAsync($"/api/batches/{id}/statistics");
            if (holds(answer.Json))
            {
                return answer.Json;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(60), $"After 60 s the statistics of {id} are {answer.Text}");
            await pause.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }
}
