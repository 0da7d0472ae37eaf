using System.Globalization;
using System.Net.Http;
using System.Text.Json;

namespace Cano.Tests.Http;

/// <summary>Starting, following and ending batches, as CONTRACT section 4 says.</summary>
public sealed class BatchApiTests(ApiProcess api) : IClassFixture<ApiProcess>
{
    private static string Batch(string id, string timeout = """{ "kind": "waitForever" }""", string instances = """{ "id": "a", "workflow": "cano.simulate" }""") =>
        $$"""{ "id": "{{id}}", "name": "of the tests", "timeout": {{timeout}}, "instances": [ {{instances}} ] }""";

    [Fact]
    public async Task Start_NewSameAndOther_Is201Then200Then409()
    {
        Answer created = await api.StartAsync(Batch("same"));
        Assert.Equal((201, "/api/batches/same", "same", "of the tests"), (created.Status, created.Headers["Location"], created.Of("id"), created.Of("name")));

        Assert.Equal(200, (await api.StartAsync(Batch("same"))).Status);
        Answer other = await api.StartAsync(Batch("same", """{ "kind": "waitForQuota", "quota": 1 }"""));
        Assert.Equal((409, "batch-conflict", "application/problem+json"), (other.Status, other.Of("code"), other.Type));
    }

    /// <summary>One answered 200 with the result of the other: their doubles are the same.</summary>
    [Theory]
    [InlineData("digits-beyond-a-double", "9007199254740993", "9007199254740992")]
    [InlineData("digits-of-a-decimal", "1.0", "1.00")]
    public async Task Start_OtherDigits_IsAnotherContent(string id, string one, string other)
    {
        string Number(string number) => Batch(id, instances: $$"""{ "id": "a", "workflow": "cano.simulate", "params": { "output": {{number}} } }""");

        Assert.Equal(201, (await api.StartAsync(Number(one))).Status);
        Assert.Equal(200, (await api.StartAsync(Number($" {one} "))).Status);
        Assert.Equal((409, "batch-conflict"), (await api.StartAsync(Number(other))) is var refused ? (refused.Status, refused.Of("code")) : default);
        await api.FollowAsync(id);
        Assert.Equal(one, (await api.GetAsync($"/api/batches/{id}/results/a")).Json.GetProperty("output").GetRawText());
    }

    [Fact]
    public async Task Start_MixedOutcomes_ResultsAreInTheOrderSubmittedInPagesByIdAndAsLines()
    {
        await api.StartAsync(Batch("mixed", """{ "kind": "waitForQuota", "quota": 2 }""",
            """
            { "id": "slow", "workflow": "cano.simulate", "params": { "delayMs": 600000 }, "label": "x" },
            { "id": "bad", "workflow": "cano.simulate", "params": { "throwAtStep": 1 } },
            { "id": "one", "workflow": "cano.simulate", "params": { "output": { "sum": 1.10 } } },
            { "id": "two", "workflow": "cano.simulate", "params": { "delayMs": 1000, "rejectAtStep": 1 } }
            """));
        JsonElement last = (await api.FollowAsync("mixed"))[^1].Status;
        Assert.Equal(("finished", "quotaReached", 2, 1, 1), (last.GetProperty("phase").GetString(), last.GetProperty("stopReason").GetString(), last.GetProperty("completed").GetInt32(), last.GetProperty("failed").GetInt32(), last.GetProperty("cancelled").GetInt32()));

        Answer first = await api.GetAsync("/api/batches/mixed/results?limit=3");
        Assert.Equal(["slow cancelled", "bad failed", "one completed"], Items(first));
        Answer second = await api.GetAsync($"/api/batches/mixed/results?limit=3&cursor={first.Of("next")}");
        Assert.Equal(["two completed"], Items(second));
        Assert.Equal(JsonValueKind.Null, second.Json.GetProperty("next").ValueKind);
        Assert.Equal(["one completed", "two completed"], Items(await api.GetAsync("/api/batches/mixed/results?outcome=completed")));

        JsonElement one = (await api.GetAsync("/api/batches/mixed/results/one")).Json;
        Assert.Equal("""{"sum":1.10}""", one.GetProperty("output").GetRawText());
        JsonElement bad = (await api.GetAsync("/api/batches/mixed/results/bad")).Json;
        Assert.Equal(("node-failed", "Working", 1), (bad.GetProperty("error").GetProperty("kind").GetString(), bad.GetProperty("error").GetProperty("state").GetString(), bad.GetProperty("error").GetProperty("attempts").GetInt32()));
        Assert.Equal("Rejected", (await api.GetAsync("/api/batches/mixed/results/two")).Of("finalState"));
        Assert.Equal("instance-not-found", (await api.GetAsync("/api/batches/mixed/results/three")).Of("code"));

        Answer lines = await api.GetAsync("/api/batches/mixed/results.ndjson");
        Assert.Equal("application/x-ndjson", lines.Type);
        Assert.Equal(["slow", "bad", "one", "two"], lines.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line).GetProperty("id").GetString()));
    }

    /// <summary>A list of results is for the eye and for counting; whoever wants to know why asks for one, or for all as lines.</summary>
    [Fact]
    public async Task ErrorStack_IsThereForOneInstanceAndInLines_NotInLists()
    {
        await api.StartAsync(Batch("stack", instances:
            """
            { "id": "bad", "workflow": "cano.simulate", "params": { "throwAtStep": 1 } },
            { "id": "good", "workflow": "cano.simulate" }
            """));
        await api.FollowAsync("stack");

        JsonElement bad = (await api.GetAsync("/api/batches/stack/results/bad")).Json.GetProperty("error");
        Assert.StartsWith("System.InvalidOperationException: simulated failure at step 1\n   at Cano.", bad.GetProperty("stack").GetString(), StringComparison.Ordinal);
        JsonElement described = (await api.GetAsync("/api/batches/stack/instances/bad")).Json.GetProperty("result").GetProperty("error");
        Assert.Equal(bad.GetRawText(), described.GetRawText());
        string line = (await api.GetAsync("/api/batches/stack/results.ndjson")).Text.Split('\n')[0];
        Assert.Equal(bad.GetProperty("stack").GetString(), JsonElement.Parse(line).GetProperty("error").GetProperty("stack").GetString());
        Assert.DoesNotContain("stack\"", (await api.GetAsync("/api/batches/stack/results/good")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("stack\":", (await api.GetAsync("/api/batches/stack/results")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("stack\":", (await api.GetAsync("/api/batches/stack/results.json")).Text, StringComparison.Ordinal);
    }

    /// <summary>In which state did the time go of what was cancelled?</summary>
    [Fact]
    public async Task Instance_ThatWasCancelled_TellsTheStateThatItWasIn()
    {
        await api.StartAsync(Batch("cancelled-path", """{ "kind": "waitForQuota", "quota": 1 }""",
            """
            { "id": "slow", "workflow": "cano.simulate", "params": { "delayMs": 600000 } },
            { "id": "quick", "workflow": "cano.simulate", "params": { "delayMs": 300 } }
            """));
        await api.FollowAsync("cancelled-path");

        JsonElement slow = (await api.GetAsync("/api/batches/cancelled-path/instances/slow")).Json;
        Assert.Equal("cancelled", slow.GetProperty("result").GetProperty("outcome").GetString());
        Assert.Equal(["Start", "Working"], slow.GetProperty("path").GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task Store_GivenAtTheStart_IsReadWhileItRunsAndUntilItIsPurged()
    {
        const string values = """{"count":0,"limits":{"max":1.10,"names":["ä","b"]}}""";
        await api.StartAsync($$"""{ "id": "shared", "timeout": { "kind": "waitForever" }, "sharedStore": {{values}}, "instances": [ { "id": "a", "workflow": "cano.simulate", "params": { "delayMs": 600000 } } ] }""");
        Answer running = await api.GetAsync("/api/batches/shared/store");
        Assert.Equal((200, "application/json"), (running.Status, running.Type));
        Assert.Equal(JsonSerializer.Serialize(JsonElement.Parse(values)), JsonSerializer.Serialize(running.Json));
        await api.AskAsync(HttpMethod.Post, "/api/batches/shared/cancel");
        await api.FollowAsync("shared");
        Assert.Equal(running.Text, (await api.GetAsync("/api/batches/shared/store")).Text);

        await api.AskAsync(HttpMethod.Delete, "/api/batches/shared");

        Assert.Equal((410, "batch-purged"), ((await api.GetAsync("/api/batches/shared/store")).Status, (await api.GetAsync("/api/batches/shared/store")).Of("code")));
        Assert.Equal((404, "batch-not-found"), ((await api.GetAsync("/api/batches/no-such/store")).Status, (await api.GetAsync("/api/batches/no-such/store")).Of("code")));
        await api.StartAsync(Batch("unshared"));
        Assert.Equal("{}", (await api.GetAsync("/api/batches/unshared/store")).Text);
    }

    [Fact]
    public async Task Result_NotFinal_Is404ThatSaysSo()
    {
        await api.StartAsync(Batch("open", instances: """{ "id": "slow", "workflow": "cano.simulate", "params": { "delayMs": 600000 } }"""));

        Answer answer = await api.GetAsync("/api/batches/open/results/slow");

        Assert.Equal((404, "result-not-final"), (answer.Status, answer.Of("code")));
        Assert.Equal("""{"items":[],"next":null}""", (await api.GetAsync("/api/batches/open/results")).Text);
        await api.AskAsync(HttpMethod.Post, "/api/batches/open/cancel");
    }

    [Fact]
    public async Task Cancel_Running_Is202AndFinal_AndAgainChangesNothing()
    {
        await api.StartAsync(Batch("cancel", instances: """{ "id": "slow", "workflow": "cano.simulate", "params": { "delayMs": 600000, "ignoreCancellation": true } }"""));

        Answer cancelled = await api.AskAsync(HttpMethod.Post, "/api/batches/cancel/cancel");
        Assert.Equal((202, "cancelled"), (cancelled.Status, cancelled.Of("stopReason")));
        JsonElement finished = (await api.FollowAsync("cancel"))[^1].Status;
        Answer again = await api.AskAsync(HttpMethod.Post, "/api/batches/cancel/cancel");

        Assert.Equal((202, finished.GetProperty("finishedAt").GetString()), (again.Status, again.Of("finishedAt")));
        Assert.Equal("requested", (await api.GetAsync("/api/batches/cancel/results/slow")).Of("cancelReason"));
    }

    [Fact]
    public async Task Delete_RunningFinishedAndGone_Is409Then204ThenGone()
    {
        await api.StartAsync(Batch("purge", instances: """{ "id": "slow", "workflow": "cano.simulate", "params": { "delayMs": 600000 } }"""));
        Assert.Equal("batch-not-finished", (await api.AskAsync(HttpMethod.Delete, "/api/batches/purge")).Of("code"));
        await api.AskAsync(HttpMethod.Post, "/api/batches/purge/cancel");
        await api.FollowAsync("purge");

        Assert.Equal(204, (await api.AskAsync(HttpMethod.Delete, "/api/batches/purge")).Status);

        Answer gone = await api.GetAsync("/api/batches/purge");
        Assert.Equal((410, "batch-purged"), (gone.Status, gone.Of("code")));
        Assert.Equal(410, (await api.StartAsync(Batch("purge"))).Status);
        Assert.Equal(404, (await api.AskAsync(HttpMethod.Delete, "/api/batches/never")).Status);
    }

    [Fact]
    public async Task Events_OfARunningBatch_GrowAndEndWithFinishedAndCanBeTakenUpAgain()
    {
        string instances = string.Join(',', Enumerable.Range(0, 30).Select(number => $$"""{ "id": "i{{number}}", "workflow": "cano.simulate", "params": { "delayMs": {{number * 40}} } }"""));
        const string lasts = """{ "id": "lasts", "workflow": "cano.simulate", "params": { "delayMs": 600000 } }""";
        await api.StartAsync(Batch("follow", instances: $"{instances},{lasts}"));

        // One instance lasts until all others were seen to have ended, so that the batch runs while it is followed, however busy the machine is.
        List<(string Type, string Id, JsonElement Status)> events = await api.FollowAsync("follow", seen: async status =>
        {
            if (status.GetProperty("phase").GetString() == "running" && status.GetProperty("completed").GetInt32() == 30)
            {
                await api.AskAsync(HttpMethod.Post, "/api/batches/follow/cancel");
            }
        });

        Assert.Equal("finished", events[^1].Type);
        Assert.All(events[..^1], one => Assert.Equal("progress", one.Type));
        int[] completed = [.. events.Select(one => one.Status.GetProperty("completed").GetInt32())];
        Assert.Equal(completed.Order(), completed);
        Assert.Equal(30, completed[^1]);
        Assert.InRange(events.Count, 2, 1 + (int)Math.Ceiling(TimeSpan.Parse(events[^1].Status.GetProperty("totalDuration").GetString()!, CultureInfo.InvariantCulture).TotalSeconds * 5) + 1);
        Assert.All(events, one => Assert.Equal(31, Sum(one.Status)));

        List<(string Type, string Id, JsonElement Status)> again = await api.FollowAsync("follow", events[0].Id);
        Assert.Equal("finished", Assert.Single(again).Type);
        Assert.Equal(204, (await api.AskAsync(HttpMethod.Get, "/api/batches/follow/events", null, ("Last-Event-ID", events[^1].Id))).Status);
    }

    [Fact]
    public async Task IdempotencyKey_SameKeyTwice_IsOneBatch()
    {
        const string noId = """{ "timeout": { "kind": "waitForever" }, "instances": [ { "id": "a", "workflow": "cano.simulate" } ] }""";

        Answer first = await api.StartAsync(noId, ("Idempotency-Key", "order 17"));
        Answer again = await api.StartAsync(noId, ("Idempotency-Key", "order 17"));
        Answer other = await api.StartAsync(noId, ("Idempotency-Key", "order 18"));
        Answer none = await api.StartAsync(noId);

        Assert.Equal((201, 200, 201, 201), (first.Status, again.Status, other.Status, none.Status));
        Assert.Equal(first.Of("id"), again.Of("id"));
        Assert.Equal(3, new HashSet<string?> { first.Of("id"), other.Of("id"), none.Of("id") }.Count);
        Assert.Equal("invalid-parameter", (await api.StartAsync(noId, ("Idempotency-Key", new string('k', 256)))).Of("code"));
    }

    [Fact]
    public async Task StartLines_ManyInstances_IsTheSameBatchAsInOneDocument()
    {
        string[] instances = [.. Enumerable.Range(0, 5_000).Select(number => $$"""{ "id": "i{{number}}", "workflow": "cano.simulate", "params": { "output" : {{number}} }, "label": "l{{number % 3}}" }""")];
        string lines = """{ "id": "lines", "name": "of the tests", "timeout": { "kind": "waitForever" } }""" + "\r\n\n" + string.Join('\n', instances);

        Assert.Equal(201, (await api.StartLinesAsync(lines)).Status);
        Assert.Equal(5_000, (await api.FollowAsync("lines"))[^1].Status.GetProperty("completed").GetInt32());
        Assert.Equal(200, (await api.StartAsync(Batch("lines", instances: string.Join(',', instances)))).Status);

        Answer all = await api.GetAsync("/api/batches/lines/results.ndjson");
        Assert.Equal(
            Enumerable.Range(0, 5_000).Select(number => $"i{number} {number}"),
            all.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line)).Select(one => $"{one.GetProperty("id")} {one.GetProperty("output")}"));
    }

    [Fact]
    public async Task List_NewestFirst_PagesWithFiltersAndWithoutWhatIsPurged()
    {
        foreach (string id in (string[])["list-1", "list-2", "list-3"])
        {
            await api.StartAsync($$"""{ "id": "{{id}}", "name": "listed", "timeout": { "kind": "waitForever" }, "instances": [ { "id": "a", "workflow": "cano.simulate", "label": "{{id}}" } ] }""");
            await api.FollowAsync(id);
        }

        await ListedAsync("/api/batches?name=listed&phase=finished", "list-3", "list-2", "list-1");
        Answer first = await api.GetAsync("/api/batches?name=listed&limit=2");
        Assert.Equal(["list-3", "list-2"], Ids(first));
        Answer second = await api.GetAsync($"/api/batches?name=listed&limit=2&cursor={first.Of("next")}");
        Assert.Equal(["list-1"], Ids(second));
        Assert.Equal(JsonValueKind.Null, second.Json.GetProperty("next").ValueKind);
        Assert.Equal(["list-2"], Ids(await api.GetAsync("/api/batches?label=list-2&workflow=cano.simulate")));
        Assert.Empty(Ids(await api.GetAsync("/api/batches?name=listed&phase=running")));
        Assert.Empty(Ids(await api.GetAsync("/api/batches?name=listed&from=2100-01-01T00:00:00Z")));

        await api.AskAsync(HttpMethod.Delete, "/api/batches/list-2");
        await ListedAsync("/api/batches?name=listed", "list-3", "list-1");
    }

    [Fact]
    public async Task List_RunningForSeconds_SaysHowFarItIs()
    {
        await api.StartAsync(Batch("long", instances: """{ "id": "quick", "workflow": "cano.simulate", "label": "long" }, { "id": "slow", "workflow": "cano.simulate", "params": { "delayMs": 600000 } }"""));

        await UntilAsync("/api/batches?label=long&phase=running", answer => answer.Json.GetProperty("items").EnumerateArray().Any(one => one.GetProperty("completed").GetInt32() == 1 && one.GetProperty("running").GetInt32() == 1));

        await api.AskAsync(HttpMethod.Post, "/api/batches/long/cancel");
    }

    [Fact]
    public async Task Workflows_AreListedWithTheirStates()
    {
        JsonElement simulate = (await api.GetAsync("/api/workflows")).Json.EnumerateArray().Single(one => one.GetProperty("name").GetString() == "cano.simulate");

        Assert.Equal("""["Start","Working","Done","Rejected"]""", simulate.GetProperty("states").GetRawText());
        Assert.Equal("""["Done","Rejected"]""", simulate.GetProperty("exitStates").GetRawText());
        Assert.Equal("[]", simulate.GetProperty("failureStates").GetRawText());
        Assert.Equal("Start", simulate.GetProperty("start").GetString());
    }

    [Fact]
    public async Task Description_NamesEveryRouteWithItsErrors()
    {
        JsonElement description = (await api.GetAsync("/openapi/v1.json")).Json;

        Assert.StartsWith("3.1", description.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            [
                "/api/batches get", "/api/batches post", "/api/batches/{id} delete", "/api/batches/{id} get", "/api/batches/{id}/cancel post", "/api/batches/{id}/events get",
                "/api/batches/{id}/instances/{instanceId} get", "/api/batches/{id}/results get", "/api/batches/{id}/results.csv get", "/api/batches/{id}/results.json get", "/api/batches/{id}/results.ndjson get",
                "/api/batches/{id}/results/{instanceId} get", "/api/batches/{id}/statistics get", "/api/batches/{id}/store get", "/api/workflows get",
            ],
            description.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(operation => $"{path.Name} {operation.Name}")).Order(StringComparer.Ordinal));
        JsonElement start = description.GetProperty("paths").GetProperty("/api/batches").GetProperty("post");
        Assert.Equal(["200", "201", "400", "401", "403", "409", "410", "413", "415", "429", "503"], start.GetProperty("responses").EnumerateObject().Select(one => one.Name).Order());
        Assert.Equal(["application/json", "application/x-ndjson"], start.GetProperty("requestBody").GetProperty("content").EnumerateObject().Select(one => one.Name).Order());
    }

    [Fact]
    public async Task Description_SaysWhatEveryMemberOfEveryDocumentIs()
    {
        JsonElement schemas = (await api.GetAsync("/openapi/v1.json")).Json.GetProperty("components").GetProperty("schemas");

        Assert.True(schemas.TryGetProperty("StatisticsDocument", out _));
        Assert.Empty(
            from schema in schemas.EnumerateObject()
            where schema.Name is not "ProblemDetails" && schema.Value.TryGetProperty("properties", out _)
            from member in schema.Value.GetProperty("properties").EnumerateObject()
            where !IsDescribed(member.Value)
            select $"{schema.Name}.{member.Name}");

        // Of what may be null, it stands at what it is otherwise.
        static bool IsDescribed(JsonElement member) =>
            member.TryGetProperty("description", out _) || (member.TryGetProperty("oneOf", out JsonElement ways) && ways.EnumerateArray().Any(IsDescribed));
    }

    private static string[] Items(Answer page) => [.. page.Json.GetProperty("items").EnumerateArray().Select(one => $"{one.GetProperty("id")} {one.GetProperty("outcome")}")];

    private static string?[] Ids(Answer page) => [.. page.Json.GetProperty("items").EnumerateArray().Select(one => one.GetProperty("id").GetString())];

    private static int Sum(JsonElement status) =>
        ((string[])["pending", "running", "completed", "failed", "cancelled"]).Sum(count => status.GetProperty(count).GetInt32());

    /// <summary>The catalog is told of an end after those who wait for it.</summary>
    private Task ListedAsync(string path, params string[] ids) => UntilAsync(path, answer => Ids(answer).SequenceEqual(ids));

    private async Task UntilAsync(string path, Func<Answer, bool> holds)
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        long started = TimeProvider.System.GetTimestamp();
        Answer answer = await api.GetAsync(path);
        while (!holds(answer))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(30), $"After 30 s {path} answers {answer.Text}");
            await pause.WaitForNextTickAsync(TestContext.Current.CancellationToken);
            answer = await api.GetAsync(path);
        }
    }
}
