using System.Net.Http;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Cano.Tests.Http;

/// <summary>Requests that can't be granted: each is answered with a problem that says what, where and how to mend it, and changes nothing.</summary>
public sealed class BadInputTests(BadInputTests.SmallLimits api) : IClassFixture<BadInputTests.SmallLimits>
{
    private const string One = """{ "id": "a", "workflow": "cano.simulate" }""";

    private ApiProcess Api => api.Process;

    [Theory]
    [InlineData("""{ "timeout": { "kind": "waitForQuota", "quota": 0 }, "instances": [ {"id":"a","workflow":"cano.simulate"} ] }""", "invalid-quota", "$.timeout.quota")]
    [InlineData("""{ "timeout": { "kind": "waitDuration", "duration": "5 s" }, "instances": [ {"id":"a","workflow":"cano.simulate"} ] }""", "invalid-duration", "$.timeout.duration")]
    [InlineData("""{ "timeout": { "kind": "waitForever" }, "instances": [] }""", "no-instances", "$.instances")]
    [InlineData("""{ "timeout": { "kind": "waitForever" }, "instances": [ {"id":"a","workflow":"nobody.knows"} ] }""", "workflow-not-registered", "$.instances")]
    [InlineData("""{ "timeout": { "kind": "waitForever" }, "instances": [ {"id":"a","workflow":"cano.simulate"}, {"id":"a","workflow":"cano.simulate"} ] }""", "duplicate-instance-id", "$.instances[1].id")]
    [InlineData("""{ "id": "../../etc/passwd", "timeout": { "kind": "waitForever" }, "instances": [ {"id":"a","workflow":"cano.simulate"} ] }""", "invalid-id", "$.id")]
    [InlineData("""{ "timeout": { "kind": "waitForever" }, "surprise": 1, "instances": [ {"id":"a","workflow":"cano.simulate"} ] }""", "invalid-document", "$.surprise")]
    [InlineData("""{ "timeout": { "kind": "waitForever" }, "instances": [ {"id":"a","workflow":"cano.simulate"} ]""", "invalid-document", "$")]
    [InlineData("", "invalid-document", "$")]
    [InlineData("""{ "id": "..", "timeout": { "kind": "waitForever" }, "instances": [ {"id":"a","workflow":"cano.simulate"} ] }""", "invalid-id", "$.id")]
    [InlineData("""{ "timeout": { "kind": "waitForever" }, "instances": [ {"id":".","workflow":"cano.simulate"} ] }""", "invalid-id", "$.instances[0].id")]
    [InlineData("""{ "timeout": { "kind": "waitForever" }, "instances": [ {"id":"a","workflow":"cano.simulate","label":".."} ] }""", "invalid-id", "$.instances[0].label")]
    [InlineData("""{ "timeout": { "kind": "waitForever" }, "instances": [ {"id":"a","workflow":"cano.simulate","params":{"throwAtStep":1,"ThrowAtStep":null,"output":"ran"}} ] }""", "invalid-params", "$.instances[0].params.ThrowAtStep")]
    [InlineData("""{ "timeout": { "kind": "waitForever" }, "instances": [ {"id":"a","workflow":"cano.simulate","params":{"steps":-1}} ] }""", "invalid-params", "$.instances[0].params.steps")]
    public async Task Start_Refused_SaysWhatAndWhere(string json, string code, string path)
    {
        Answer answer = await Api.StartAsync(json);

        Assert.Equal((400, code, "application/problem+json"), (answer.Status, answer.Of("code"), answer.Type));
        Assert.Equal($"urn:cano:problem:{code}", answer.Of("type"));
        Assert.NotEmpty(answer.Json.GetProperty("errors").GetProperty(path)[0].GetString()!);
    }

    [Fact]
    public async Task Start_ParamsThatDoNotFit_NamesAllOfThem()
    {
        Answer answer = await Api.StartAsync(
            """
            { "id": "misspelt", "timeout": { "kind": "waitForever" }, "instances": [
              { "id": "a", "workflow": "cano.simulate", "params": { "delayms": 1, "Steps": 1 } },
              { "id": "b", "workflow": "cano.simulate", "params": { "delay": 1, "step": 2 } },
              { "id": "c", "workflow": "cano.simulate", "params": { "block": "yes" } } ] }
            """);

        Assert.Equal((400, "invalid-params"), (answer.Status, answer.Of("code")));
        Assert.Equal(
            ["$.instances[1].params.delay", "$.instances[1].params.step", "$.instances[2].params.block"],
            answer.Json.GetProperty("errors").EnumerateObject().Select(error => error.Name));
        Assert.StartsWith("unknown member; there are steps, delayMs, ", answer.Json.GetProperty("errors").GetProperty("$.instances[1].params.step")[0].GetString(), StringComparison.Ordinal);
        Assert.StartsWith("$.instances[1].params.delay: unknown member; ", answer.Of("detail"), StringComparison.Ordinal);
        Assert.Equal(404, (await Api.GetAsync("/api/batches/misspelt")).Status);
    }

    /// <summary>Several partitions, of which the first is good: nothing may be stored of it either.</summary>
    [Fact]
    public async Task StartLines_ParamsThatDoNotFit_InManyPartitions_NamesAllOfThemAndStoresNothing()
    {
        string Params(int number) => number is 1_100 or 2_499 ? "\"delay\": 1" : "";
        IEnumerable<string> lines = Enumerable.Range(0, 2_500)
            .Select(number => $$"""{ "id": "i{{number}}", "workflow": "cano.simulate", "params": { {{Params(number)}} } }""");

        Answer answer = await Api.StartLinesAsync(
            string.Join('\n', lines.Prepend("""{ "id": "misspelt-lines", "timeout": { "kind": "waitForever" } }""")));

        Assert.Equal((400, "invalid-params"), (answer.Status, answer.Of("code")));
        Assert.Equal(
            ["$.instances[1100].params.delay", "$.instances[2499].params.delay"], answer.Json.GetProperty("errors").EnumerateObject().Select(error => error.Name));
        Assert.Equal(404, (await Api.GetAsync("/api/batches/misspelt-lines")).Status);
        Assert.DoesNotContain("misspelt-lines", (await Api.GetAsync("/api/batches")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_DeepJson_IsRefused()
    {
        string deep = string.Concat(Enumerable.Repeat("[", 10_000)) + string.Concat(Enumerable.Repeat("]", 10_000));

        Answer answer = await Api.StartAsync($$"""{ "timeout": { "kind": "waitForever" }, "instances": [ { "id": "a", "workflow": "cano.simulate", "params": {{deep}} } ] }""");

        Assert.Equal((400, "invalid-document"), (answer.Status, answer.Of("code")));
    }

    [Fact]
    public async Task Start_TooLarge_Is413()
    {
        string padding = new(' ', SmallLimits.MaxRequestBytes);

        Answer answer = await Api.StartAsync($$"""{ "timeout": { "kind": "waitForever" },{{padding}} "instances": [ {{One}} ] }""");
        Answer lines = await Api.StartLinesAsync("""{ "timeout": { "kind": "waitForever" } }""" + new string('\n', SmallLimits.MaxStreamBytes) + One);

        Assert.Equal((413, "request-too-large"), (answer.Status, answer.Of("code")));
        Assert.Equal((413, "request-too-large"), (lines.Status, lines.Of("code")));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    public async Task Start_OfAnotherType_Is415(string type)
    {
        Answer answer = await Api.AskAsync(HttpMethod.Post, "/api/batches", new StringContent("{}", Encoding.UTF8, type));

        Assert.Equal((415, "unsupported-media-type"), (answer.Status, answer.Of("code")));
    }

    [Theory]
    [InlineData("", "$", "first")]
    [InlineData("[]", "$", "object")]
    [InlineData("""{ "timeout": { "kind": "waitForever" }, "instances": [] }""", "$.instances", "instances")]
    [InlineData("""{ "timeout": { "kind": "waitForever" } }""", "$.instances", "at least one")]
    [InlineData("{ \"timeout\": { \"kind\": \"waitForever\" } }\n{ \"id\": \"a\" }", "$.instances[0].workflow", "missing")]
    [InlineData("{ \"timeout\": { \"kind\": \"waitForever\" } }\n{ \"id\": \"a\", \"workflow\": \"cano.simulate\" }\n{ broken", "$", "line 3")]
    [InlineData("{ \"timeout\": { \"kind\": \"waitForever\" } }\n{ \"id\": \"a\", \"workflow\": \"cano.simulate\" }\n{ \"id\": \"a\", \"workflow\": \"cano.simulate\" }", "$.instances[1].id", "same id")]
    public async Task StartLines_Refused_SaysWhatAndWhere(string lines, string path, string says)
    {
        Answer answer = await Api.StartLinesAsync(lines);

        Assert.Equal(400, answer.Status);
        Assert.Contains(says, answer.Json.GetProperty("errors").GetProperty(path)[0].GetString(), StringComparison.Ordinal);
    }

    /// <summary>The server ended the connection after such an answer, and the next request that was sent on it failed.</summary>
    [Fact]
    public async Task StartLines_RefusedInTheMiddle_LeavesTheConnectionToTheNextRequest()
    {
        for (int i = 0; i < 20; i++)
        {
            Answer refused = await Api.StartLinesAsync("{ \"timeout\": { \"kind\": \"waitForever\" } }\n{ \"id\": \"a\", \"workflow\": \"cano.simulate\" }\n{ \"id\": \"a\", \"workflow\": \"cano.simulate\" }\n{ \"id\": \"b\", \"workflow\": \"cano.simulate\" }");
            Assert.Equal("duplicate-instance-id", refused.Of("code"));
            Assert.Equal("no-instances", (await Api.StartLinesAsync("""{ "timeout": { "kind": "waitForever" } }""")).Of("code"));
        }
    }

    [Theory]
    [InlineData("/api/batches?limit=0", "limit")]
    [InlineData("/api/batches?limit=1001", "limit")]
    [InlineData("/api/batches?limit=99999999999", null)]
    [InlineData("/api/batches?cursor=nonsense!", "cursor")]
    [InlineData("/api/batches?cursor=bm9uc2Vuc2U", "cursor")]
    [InlineData("/api/batches?phase=done", "phase")]
    [InlineData("/api/batches?phase=1", "phase")]
    [InlineData("/api/batches?workflow=a%20b", "workflow")]
    [InlineData("/api/batches?name=a%00b", "name")]
    [InlineData("/api/batches?from=yesterday", null)]
    [InlineData("/api/batches/there/results?outcome=lost", "outcome")]
    [InlineData("/api/batches/there/results?cursor=LTE", "cursor")]
    public async Task Query_Refused_NamesTheParameter(string path, string? parameter)
    {
        Answer answer = await Api.GetAsync(path);

        Assert.Equal((400, parameter is null ? "bad-request" : "invalid-parameter", "application/problem+json"), (answer.Status, answer.Of("code"), answer.Type));
        if (parameter is not null)
        {
            Assert.True(answer.Json.GetProperty("errors").TryGetProperty(parameter, out _), answer.Text);
        }
    }

    [Theory]
    [InlineData("/api/batches/never", 404, "batch-not-found")]
    [InlineData("/api/batches/never/results", 404, "batch-not-found")]
    [InlineData("/api/batches/never/results/a", 404, "batch-not-found")]
    [InlineData("/api/batches/never/results.ndjson", 404, "batch-not-found")]
    [InlineData("/api/batches/never/events", 404, "batch-not-found")]
    [InlineData("/api/batches/%2e%2e%2f%2e%2e%2fetc%2fpasswd", 400, "invalid-id")]
    [InlineData("/api/batches/a%00b", 400, null)]
    [InlineData("/api/batches/a'%20OR%201=1--", 400, "invalid-id")]
    [InlineData("/api/batches/%F0%9F%98%80", 400, "invalid-id")]
    [InlineData("/api/nothing", 404, "not-found")]
    public async Task Path_LeadsNowhere_IsAProblem(string path, int status, string? code)
    {
        Answer answer = await Api.GetAsync(path);

        Assert.Equal(status, answer.Status);
        if (code is not null)
        {
            Assert.Equal((code, "application/problem+json"), (answer.Of("code"), answer.Type));
        }
    }

    [Fact]
    public async Task Answers_Always_HaveHeadersThatKeepBrowsersFromGuessing()
    {
        foreach (string path in (string[])["/api/batches", "/api/batches/never", "/api/nothing", "/health/live"])
        {
            Answer answer = await Api.GetAsync(path);
            Assert.Equal(
                ("nosniff", "DENY", "default-src 'none'; frame-ancestors 'none'", "no-store", false),
                (answer.Headers["X-Content-Type-Options"], answer.Headers["X-Frame-Options"], answer.Headers["Content-Security-Policy"], answer.Headers["Cache-Control"], answer.Headers.ContainsKey("Server")));
        }
    }

    [Fact]
    public async Task Text_ThatLooksLikeAPage_ComesBackAsJsonText()
    {
        const string evil = "<script>alert(1)</script>";

        await Api.StartAsync($$"""{ "id": "evil", "name": "{{evil}}", "timeout": { "kind": "waitForever" }, "instances": [ { "id": "a", "label": "{{evil}}", "workflow": "cano.simulate", "params": { "output": "{{evil}}" } } ] }""");
        await Api.FollowAsync("evil");
        Answer status = await Api.GetAsync("/api/batches/evil");
        Answer result = await Api.GetAsync("/api/batches/evil/results/a");

        Assert.Equal(("application/json", evil), (status.Type, status.Of("name")));
        Assert.Equal(("application/json", evil, evil), (result.Type, result.Of("label"), result.Of("output")));
    }

    /// <summary>A caller who sends a byte now and then holds a connection, and neither a turn of those who start batches nor memory for long.</summary>
    [Fact]
    public async Task Start_SentVerySlowly_IsEndedByTheServerAndOthersAreServed()
    {
        using TcpClient slow = new();
        await slow.ConnectAsync(Api.Http.BaseAddress!.Host, Api.Http.BaseAddress.Port, TestContext.Current.CancellationToken);
        NetworkStream stream = slow.GetStream();
        await stream.WriteAsync("POST /api/batches HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10000\r\n\r\n{"u8.ToArray(), TestContext.Current.CancellationToken);

        Answer other = await Api.StartAsync($$"""{ "timeout": { "kind": "waitForever" }, "instances": [ {{One}} ] }""");
        Assert.Equal(201, other.Status);
        byte[] answer = new byte[4096];
        int read = await stream.ReadAsync(answer, TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.StartsWith("HTTP/1.1 408", Encoding.ASCII.GetString(answer, 0, read), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_MoreThanAllowed_Are429WithTheTimeToWait()
    {
        await using ApiProcess few = new("Cano:Http:RequestsPerSecond=1");
        await few.InitializeAsync();

        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => few.GetAsync("/api/workflows")));

        Assert.InRange(answers.Count(answer => answer.Status == 200), 2, 19);
        Answer refused = answers.First(answer => answer.Status != 200);
        Assert.Equal((429, "too-many-requests", true), (refused.Status, refused.Of("code"), refused.Headers.ContainsKey("Retry-After")));
    }

    [Fact]
    public async Task Everything_ThatWasRefused_HasLeftNothing()
    {
        await Api.StartAsync("""{ "id": "left", "timeout": { "kind": "waitForQuota", "quota": 0 }, "instances": [ {"id":"a","workflow":"cano.simulate"} ] }""");
        await Api.StartLinesAsync("{ \"id\": \"left\", \"timeout\": { \"kind\": \"waitForever\" } }\n{ broken");

        Assert.Equal(404, (await Api.GetAsync("/api/batches/left")).Status);
        Assert.DoesNotContain((await Api.GetAsync("/api/batches?limit=1000")).Json.GetProperty("items").EnumerateArray(), one => one.GetProperty("id").ValueEquals("left"));
        Assert.Empty(Directory.GetFiles(Api.TemporaryFiles, "cano-*.ndjson"));
    }

    /// <summary>A host that takes little.</summary>
    public sealed class SmallLimits : IAsyncLifetime
    {
        internal const int MaxRequestBytes = 100_000;
        internal const int MaxStreamBytes = 200_000;

        internal ApiProcess Process { get; } = new($"Cano:Http:MaxRequestBytes={MaxRequestBytes}", $"Cano:Http:MaxStreamBytes={MaxStreamBytes}");

        public ValueTask InitializeAsync() => Process.InitializeAsync();

        public ValueTask DisposeAsync() => Process.DisposeAsync();
    }
}
