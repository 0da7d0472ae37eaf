using System.Net.Http;
using System.Text;
using Cano.Tests.Commands;
using Cano.Tests.Storage;

namespace Cano.Tests.Http;

/// <summary>Who may do what.</summary>
public sealed class SecurityTests(KeyedApi keyed) : IClassFixture<KeyedApi>
{
    private const string Reader = KeyedApi.Reader;
    private const string Operator = KeyedApi.Operator;

    private ApiProcess Api => keyed.Process;

    public static TheoryData<string, string, bool> Routes => new()
    {
        { "GET", "/api/batches", false },
        { "GET", "/api/batches/b", false },
        { "GET", "/api/batches/b/results", false },
        { "GET", "/api/batches/b/store", false },
        { "GET", "/api/batches/b/results/a", false },
        { "GET", "/api/batches/b/results.ndjson", false },
        { "GET", "/api/batches/b/results.csv", false },
        { "GET", "/api/batches/b/results.json", false },
        { "GET", "/api/batches/b/instances/a", false },
        { "GET", "/api/batches/b/statistics", false },
        { "GET", "/api/batches/b/events", false },
        { "GET", "/api/workflows", false },
        { "GET", "/openapi/v1.json", false },
        { "GET", "/reference/", false },
        { "GET", "/metrics", false },
        { "GET", "/orleans/", false },
        { "GET", "/orleans/index.min.js", false },
        { "GET", "/orleans/DashboardCounters", false },
        { "GET", "/orleans/GrainState", false },
        { "GET", "/orleans/Trace", false },
        { "POST", "/api/batches", true },
        { "POST", "/api/batches/b/cancel", true },
        { "DELETE", "/api/batches/b", true },
        { "GET", "/", false },
        { "GET", "/batches/b", false },
        { "GET", "/batches/b/instances", false },
        { "GET", "/batches/b/instances/a", false },
        { "GET", "/workflows", false },
        { "GET", "/cluster", false },
        { "POST", "/batches/b/cancel", true },
    };

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Route_NoKeyWrongKeyReaderOperator_IsGrantedAsTheRoleSays(string method, string path, bool changes)
    {
        Answer none = await AskAsync(method, path, null);
        Assert.Equal((401, "unauthenticated", true), (none.Status, none.Of("code"), none.Headers.ContainsKey("WWW-Authenticate")));
        Assert.Equal(401, (await AskAsync(method, path, "wrong")).Status);
        Assert.Equal(401, (await AskAsync(method, path, Operator[..^1])).Status);

        Answer reader = await AskAsync(method, path, Reader);
        Answer operates = await AskAsync(method, path, Operator);
        Assert.Equal(changes, reader.Status == 403);
        Assert.DoesNotContain(reader.Status, (int[])[401, 500]);
        Assert.DoesNotContain(operates.Status, (int[])[401, 403, 500]);
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Route_WithTheCookieOfReaderAndOperator_IsGrantedAsTheRoleSays(string method, string path, bool changes)
    {
        Answer reader = await AskWithCookieAsync(method, path, Reader);
        Answer operates = await AskWithCookieAsync(method, path, Operator);

        Assert.Equal(changes, reader.Status == 403);
        Assert.DoesNotContain(reader.Status, (int[])[302, 401, 500]);
        Assert.DoesNotContain(operates.Status, (int[])[302, 401, 403, 500]);
    }

    [Fact]
    public async Task Key_AsABearerToken_IsTaken() => Assert.Equal(
        200, (await Api.AskAsync(HttpMethod.Get, "/api/batches", null, ("Authorization", $"Bearer {Reader}"))).Status);

    [Fact]
    public async Task Health_NeedsNoKey() => Assert.Equal(200, (await Api.GetAsync("/health/live")).Status);

    [Fact]
    public async Task Keys_Never_AreInTheLog()
    {
        await AskAsync("GET", "/api/batches", Reader);
        await AskAsync("GET", "/api/batches", "a-key-that-is-wrong");

        Assert.DoesNotContain(Reader, Api.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("a-key-that-is-wrong", Api.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(KeyedApi.HashOf(Reader), Api.Log, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task IdempotencyKey_OfAnotherCaller_IsAnotherBatch()
    {
        const string batch = """{ "timeout": { "kind": "waitForever" }, "instances": [ { "id": "a", "workflow": "cano.simulate" } ] }""";

        Answer one = await Api.StartAsync(batch, ("X-Api-Key", Operator), ("Idempotency-Key", "same"));
        Answer other = await Api.StartAsync(batch, ("X-Api-Key", KeyedApi.Second), ("Idempotency-Key", "same"));

        Assert.Equal((201, 201), (one.Status, other.Status));
        Assert.NotEqual(one.Of("id"), other.Of("id"));
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://*:0")]
    [InlineData("http://[::]:0")]
    [InlineData("http://127.0.0.1:0;http://0.0.0.0:0")]
    public async Task Serve_ReachableByOthersWithoutAuthentication_IsRefused(string urls)
    {
        using TemporaryFolder folder = new();

        CanoProcessResult result = await CanoProcess.RunAsync(folder.Path, ["serve", "--urls", urls]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("Cano:Http:AllowAnonymous=true", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Cano:Http:ApiKeys:0:Name=a", "Cano:Http")]
    [InlineData("Cano:Http:MaxPageSize=0", "MaxPageSize")]
    [InlineData("Cano:Http:MaxPageSize=many", "Cano:Http:MaxPageSize")]
    [InlineData("Cano:Http:Jwt:Audience=a", "Cano:Http")]
    [InlineData("Cano:Http:Surprise=1", "Cano:Http:Surprise")]
    public async Task Serve_SettingsThatAreNotValid_AreRefusedAndNamed(string setting, string named)
    {
        using TemporaryFolder folder = new();

        CanoProcessResult result = await CanoProcess.RunAsync(folder.Path, ["serve", "--urls", "http://127.0.0.1:0", "--set", "Cano:SiloPort=0", "--set", "Cano:GatewayPort=0", "--set", setting]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(named, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeyCommand_Always_PrintsALongKeyAndItsHash()
    {
        using TemporaryFolder folder = new();
        CanoProcessResult made = await CanoProcess.RunAsync(folder.Path, ["key"]);
        string[] lines = made.Output.Split('\n');
        string key = lines[0]["key:".Length..].Trim();
        string hash = lines[1]["hash:".Length..].Trim();

        Assert.Equal((0, KeyedApi.HashOf(key)), (made.ExitCode, hash));
        Assert.True(key.Length >= 43, key);
    }

    private async Task<Answer> AskWithCookieAsync(string method, string path, string key)
    {
        using Browser browser = new(Api.Http.BaseAddress!);
        await browser.SignInAsync(key);
        return await browser.AskAsync(
            new HttpMethod(method), path, method == "POST" ? new StringContent("{}", Encoding.UTF8, "application/json") : null, ("X-CSRF-Token", await browser.TokenAsync()));
    }

    private Task<Answer> AskAsync(string method, string path, string? key) => Api.AskAsync(
        new HttpMethod(method),
        path,
        method == "POST" ? new StringContent("{}", Encoding.UTF8, "application/json") : null,
        key is null ? [] : [("X-Api-Key", key)]);
}
