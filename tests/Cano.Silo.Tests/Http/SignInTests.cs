using System.Net;
using System.Net.Http;

namespace Cano.Tests.Http;

/// <summary>Signing in on the page with a key.</summary>
public sealed class SignInTests : IClassFixture<KeyedApi>, IDisposable
{
    private readonly ApiProcess _api;
    private readonly Browser _browser;

    public SignInTests(KeyedApi keyed)
    {
        _api = keyed.Process;
        _browser = new(_api.Http.BaseAddress!);
    }

    public void Dispose() => _browser.Dispose();

    [Fact]
    public async Task Page_NobodySignedIn_LeadsToTheFormAndBack()
    {
        Answer page = await _browser.OpenAsync("/reference/?a=1&b=%C3%A4");
        Assert.Equal((302, "/signin?returnUrl=%2Freference%2F%3Fa%3D1%26b%3D%25C3%25A4"), (page.Status, page.Headers["Location"]));

        Answer form = await _browser.OpenAsync(page.Headers["Location"]);
        Assert.Equal((200, "text/html"), (form.Status, form.Type));
        Assert.Contains("value=\"/reference/?a=1&amp;b=%C3%A4\"", form.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("role=\"alert\"", form.Text, StringComparison.Ordinal);

        Answer entered = await _browser.SignInAsync(KeyedApi.Reader, "/reference/?a=1&b=%C3%A4");
        Assert.Equal((302, "/reference/?a=1&b=%C3%A4"), (entered.Status, entered.Headers["Location"]));
        Assert.Equal(200, (await _browser.OpenAsync(entered.Headers["Location"])).Status);
    }

    [Fact]
    public async Task Page_OfTheApiOrAskedForByAProgram_IsAnswered401()
    {
        Answer api = await _browser.OpenAsync("/api/batches");
        Answer program = await _browser.GetAsync("/reference/");

        Assert.Equal((401, "unauthenticated", true), (api.Status, api.Of("code"), api.Headers.ContainsKey("WWW-Authenticate")));
        Assert.Equal((401, "unauthenticated"), (program.Status, program.Of("code")));
    }

    [Fact]
    public async Task Cookie_Always_IsHiddenFromScriptsAndOtherSites()
    {
        string[] parts = (await _browser.SignInAsync(KeyedApi.Operator)).Headers["Set-Cookie"].Split("; ");

        Assert.StartsWith("cano-sign-in=", parts[0], StringComparison.Ordinal);
        Assert.Equal(["httponly", "path=/", "samesite=lax"], parts[1..].Order());
    }

    [Theory]
    [InlineData("wrong")]
    [InlineData("reader-key-0123456789abcde")]
    [InlineData("not.a.token")]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("a\r\nSet-Cookie: b=c")]
    public async Task Key_ThatIsNotKnown_IsSaidToBeSoOnTheSamePage(string key)
    {
        Answer answer = await _browser.SignInAsync(key, "/reference/");

        Assert.Equal((401, "text/html"), (answer.Status, answer.Type));
        Assert.Contains("<p role=\"alert\" id=\"fault\">This key or token is not known, or not any more.</p>", answer.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"/reference/\"", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(key, answer.Text, StringComparison.Ordinal);
        Assert.Empty(_browser.Cookies.GetAllCookies());
    }

    [Fact]
    public async Task Key_OddCharactersAndBlanksAround_IsTakenAndItsNameKept()
    {
        Answer answer = await _browser.SignInAsync($"  {KeyedApi.Odd}\n");

        Assert.Equal(302, answer.Status);
        Assert.Equal(200, (await _browser.GetAsync("/api/batches")).Status);
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("https://evil.example/")]
    [InlineData("/\t/evil.example")]
    [InlineData("~//evil.example")]
    [InlineData("~/somewhere")]
    [InlineData("javascript:alert(1)")]
    [InlineData("evil.example")]
    [InlineData("/\r\nLocation: https://evil.example")]
    [InlineData("/päge")]
    [InlineData("")]
    public async Task ReturnUrl_NotOfThisHost_LeadsToTheStart(string returnUrl)
    {
        Answer form = await _browser.OpenAsync($"/signin?returnUrl={Uri.EscapeDataString(returnUrl)}");
        Answer entered = await _browser.SignInAsync(KeyedApi.Reader, returnUrl);
        Answer again = await _browser.OpenAsync($"/signin?returnUrl={Uri.EscapeDataString(returnUrl)}");

        Assert.Contains("name=\"returnUrl\" value=\"/\"", form.Text, StringComparison.Ordinal);
        Assert.Equal((302, "/"), (entered.Status, entered.Headers["Location"]));
        Assert.Equal((302, "/"), (again.Status, again.Headers["Location"]));
    }

    [Fact]
    public async Task SignOut_WithTheTokenInTheForm_EndsIt()
    {
        await _browser.SignInAsync(KeyedApi.Reader);
        string token = await _browser.TokenAsync();

        Answer without = await _browser.SendAsync("/signout", []);
        Answer with = await _browser.SendAsync("/signout", [("__RequestVerificationToken", token)]);

        Assert.Equal((400, "anti-forgery"), (without.Status, without.Of("code")));
        Assert.Equal((302, "/signin"), (with.Status, with.Headers["Location"]));
        Assert.Equal(401, (await _browser.GetAsync("/api/batches")).Status);
    }

    [Fact]
    public async Task Form_SentByThePageOfAnotherSite_IsRefused()
    {
        Answer answer = await _browser.SendAsync("/signin", [("key", KeyedApi.Operator)], ("Origin", "http://evil.example"));

        Assert.Equal((403, "cross-origin"), (answer.Status, answer.Of("code")));
        Assert.Empty(_browser.Cookies.GetAllCookies());
    }

    [Fact]
    public async Task Form_EmptyOrNoneOrTooLarge_IsRefused()
    {
        Assert.Contains("Enter a key or token.", (await _browser.SignInAsync(" ")).Text, StringComparison.Ordinal);
        Assert.Contains("Enter a key or token.", (await _browser.AskAsync(HttpMethod.Post, "/signin", new StringContent("{}"))).Text, StringComparison.Ordinal);
        Assert.Equal(413, (await _browser.SignInAsync(new string('k', 100_000))).Status);
        using MultipartFormDataContent broken = new("a") { { new StringContent("b"), "key" } };
        broken.Headers.ContentType!.Parameters.Clear();
        Assert.Equal(400, (await _browser.AskAsync(HttpMethod.Post, "/signin", broken)).Status);
    }

    [Fact]
    public async Task Header_BesideTheCookie_IsWhatCounts()
    {
        await _browser.SignInAsync(KeyedApi.Operator);

        Assert.Equal(401, (await _browser.AskAsync(HttpMethod.Get, "/api/batches", null, ("X-Api-Key", "wrong"))).Status);
        Assert.Equal(403, (await _browser.AskAsync(HttpMethod.Post, "/api/batches/never/cancel", null, ("X-Api-Key", KeyedApi.Reader))).Status);
    }

    [Fact]
    public async Task Cookie_ThatWasTamperedWith_IsNone()
    {
        await _browser.SignInAsync(KeyedApi.Operator);
        Cookie cookie = _browser.Cookies.GetAllCookies()["cano-sign-in"]!;
        cookie.Value = cookie.Value[..^8] + "AAAAAAAA";

        Assert.Equal(401, (await _browser.GetAsync("/api/batches")).Status);
    }

    [Fact]
    public async Task Keys_Never_AreInTheLog()
    {
        await _browser.SignInAsync(KeyedApi.Operator);
        await _browser.SignInAsync("a-key-that-is-wrong-in-a-form");
        await _browser.SendAsync("/signout", [("__RequestVerificationToken", "no-token")]);
        string cookie = _browser.Cookies.GetAllCookies()["cano-sign-in"]!.Value;

        Assert.All((string[])[KeyedApi.Operator, "a-key-that-is-wrong-in-a-form", cookie, KeyedApi.HashOf(KeyedApi.Operator)[..16]], secret =>
            Assert.DoesNotContain(secret, _api.Log, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Page_Headers_AllowItsOwnFilesOnly()
    {
        Answer page = await _browser.OpenAsync("/signin");
        Answer json = await _browser.GetAsync("/api/batches");
        await _browser.SignInAsync(KeyedApi.Reader);
        Answer foreign = await _browser.OpenAsync("/reference/");

        Assert.Equal(
            "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
            page.Headers["Content-Security-Policy"]);
        Assert.Equal(("same-origin", "nosniff"), (page.Headers["Referrer-Policy"], page.Headers["X-Content-Type-Options"]));
        Assert.Equal(("default-src 'none'; frame-ancestors 'none'", "no-referrer"), (json.Headers["Content-Security-Policy"], json.Headers["Referrer-Policy"]));
        Assert.StartsWith("default-src 'none'; script-src 'self' 'nonce-", foreign.Headers["Content-Security-Policy"], StringComparison.Ordinal);
    }
}
