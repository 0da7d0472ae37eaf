using System.Net.Http;

namespace Cano.Tests.Http;

/// <summary>What a page of another site can make a visitor's browser do: nothing.</summary>
public sealed class ForgeryTests(KeyedApi keyed, ApiProcess open) : IClassFixture<KeyedApi>, IClassFixture<ApiProcess>
{
    private const string Cancel = "/api/batches/never/cancel";

    [Fact]
    public async Task Cookie_WithoutTheTokenOrWithAnothers_IsRefused()
    {
        using Browser browser = new(keyed.Process.Http.BaseAddress!);
        using Browser other = new(keyed.Process.Http.BaseAddress!);
        await browser.SignInAsync(KeyedApi.Operator);
        await other.SignInAsync(KeyedApi.Second);
        string token = await browser.TokenAsync();
        string foreign = await other.TokenAsync();

        foreach ((string, string)[] headers in ((string, string)[][])[[], [("X-CSRF-Token", "")], [("X-CSRF-Token", "nonsense")], [("X-CSRF-Token", foreign)]])
        {
            Answer post = await browser.AskAsync(HttpMethod.Post, Cancel, null, headers);
            Answer delete = await browser.AskAsync(HttpMethod.Delete, "/api/batches/never", null, headers);
            Assert.Equal((400, "anti-forgery"), (post.Status, post.Of("code")));
            Assert.Equal((400, "anti-forgery"), (delete.Status, delete.Of("code")));
        }

        Assert.Equal(404, (await browser.AskAsync(HttpMethod.Post, Cancel, null, ("X-CSRF-Token", token))).Status);
        Assert.Equal(404, (await browser.SendAsync(Cancel, [("__RequestVerificationToken", token)])).Status);
    }

    /// <summary>Each token holds for whom it was made: not for the next one who signs in with this browser.</summary>
    [Fact]
    public async Task Token_OfWhomeverWasSignedInBefore_IsRefused()
    {
        using Browser browser = new(keyed.Process.Http.BaseAddress!);
        await browser.SignInAsync(KeyedApi.Operator);
        string token = await browser.TokenAsync();
        await browser.SignInAsync(KeyedApi.Second);

        Assert.Equal(400, (await browser.AskAsync(HttpMethod.Post, Cancel, null, ("X-CSRF-Token", token))).Status);
    }

    [Fact]
    public async Task Cookie_OfAReader_IsForbiddenToChangeAnything()
    {
        using Browser browser = new(keyed.Process.Http.BaseAddress!);
        await browser.SignInAsync(KeyedApi.Reader);

        Answer answer = await browser.AskAsync(HttpMethod.Post, Cancel, null, ("X-CSRF-Token", await browser.TokenAsync()));

        Assert.Equal((403, "forbidden"), (answer.Status, answer.Of("code")));
    }

    [Fact]
    public async Task Key_InAHeader_NeedsNoTokenWhateverTheOrigin() => Assert.Equal(
        404, (await keyed.Process.AskAsync(HttpMethod.Post, Cancel, null, ("X-Api-Key", KeyedApi.Operator), ("Origin", "http://evil.example"), ("Sec-Fetch-Site", "cross-site"))).Status);

    [Theory]
    [InlineData("cross-site", null, 403)]
    [InlineData("same-site", null, 403)]
    [InlineData("cross-site", "OWN", 403)]
    [InlineData("same-origin", "OWN", 404)]
    [InlineData("same-origin", "null", 404)]
    [InlineData("none", null, 404)]
    [InlineData(null, "http://evil.example", 403)]
    [InlineData(null, "http://127.0.0.1:1", 403)]
    [InlineData(null, "null", 403)]
    [InlineData(null, "OWN", 404)]
    [InlineData(null, null, 404)]
    public async Task OpenHost_ByWhereTheRequestComesFrom_RefusesOtherSites(string? site, string? origin, int expected)
    {
        string own = open.Http.BaseAddress!.GetLeftPart(UriPartial.Authority);
        (string, string)[] headers = [.. site is null ? [] : ((string, string)[])[("Sec-Fetch-Site", site)], .. origin is null ? [] : ((string, string)[])[("Origin", origin == "OWN" ? own : origin)]];

        Answer post = await open.AskAsync(HttpMethod.Post, Cancel, null, headers);
        Answer delete = await open.AskAsync(HttpMethod.Delete, "/api/batches/never", null, headers);
        Answer start = await open.StartAsync("{}", headers);
        Answer read = await open.AskAsync(HttpMethod.Get, "/api/batches", null, headers);

        Assert.Equal((expected, expected, 200), (post.Status, delete.Status, read.Status));
        Assert.Equal(expected == 403, start.Status == 403);
        Assert.Equal(expected == 403, post.Of("code") == "cross-origin");
    }

    [Fact]
    public async Task OpenHost_SignIn_IsNotNeeded()
    {
        using Browser browser = new(open.Http.BaseAddress!);

        Answer form = await browser.OpenAsync("/signin?returnUrl=/reference/");
        Answer entered = await browser.SignInAsync("anything");

        Assert.Equal((302, "/reference/"), (form.Status, form.Headers["Location"]));
        Assert.Equal((302, "/"), (entered.Status, entered.Headers["Location"]));
    }

    [Theory]
    [InlineData("evil.example", 400)]
    [InlineData("127.0.0.1.evil.example", 400)]
    [InlineData("0.0.0.0", 400)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("localhost", 200)]
    [InlineData("LOCALHOST", 200)]
    [InlineData("[::1]", 200)]
    public async Task OpenHost_CalledByAName_AnswersToThisMachinesOnly(string name, int expected)
    {
        Assert.Equal(expected, (await open.AskAsync(HttpMethod.Get, "/api/batches", null, ("Host", name))).Status);
        Assert.Equal(expected, (await open.AskAsync(HttpMethod.Get, "/api/batches", null, ("Host", $"{name}:{open.Http.BaseAddress!.Port}"))).Status);
        Assert.Equal(200, (await keyed.Process.AskAsync(HttpMethod.Get, "/api/batches", null, ("Host", name), ("X-Api-Key", KeyedApi.Reader))).Status);
    }
}
