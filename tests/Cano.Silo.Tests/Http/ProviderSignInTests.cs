namespace Cano.Tests.Http;

/// <summary>Signing in with an OpenID Connect provider, the whole way round.</summary>
public sealed class ProviderSignInTests : IAsyncLifetime
{
    private TokenProvider? _provider;
    private ApiProcess? _api;
    private Browser? _browser;

    public async ValueTask InitializeAsync()
    {
        _provider = await TokenProvider.StartAsync(TestContext.Current.CancellationToken);
        _api = new(Settings());
        await _api.InitializeAsync();
        _browser = new(_api.Http.BaseAddress!);
    }

    public async ValueTask DisposeAsync()
    {
        _browser?.Dispose();
        if (_api is not null)
        {
            await _api.DisposeAsync();
        }

        if (_provider is not null)
        {
            await _provider.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("reader", 403)]
    [InlineData("operator", 404)]
    public async Task Person_WithARole_ComesBackSignedIn(string role, int cancel)
    {
        _provider!.Person = new() { ["sub"] = "4711", ["name"] = "Ada <Lovelace>", ["roles"] = new[] { "something else", role } };
        Answer form = await _browser!.OpenAsync("/signin?returnUrl=/reference/");
        Assert.Contains("href=\"/signin/provider?returnUrl=%2Freference%2F\">Sign in with the house</a>", form.Text, StringComparison.Ordinal);

        Answer back = await WalkAsync("/signin/provider?returnUrl=%2Freference%2F");

        Assert.True(_provider.Refused.IsEmpty, string.Join(", ", _provider.Refused));
        Assert.Equal((302, "/reference/"), (back.Status, back.Headers["Location"]));
        Assert.Contains("samesite=lax; httponly", back.Headers["Set-Cookie"].Split("cano-sign-in=")[1], StringComparison.Ordinal);
        Assert.Equal(200, (await _browser.OpenAsync("/reference/")).Status);
        Assert.Equal(cancel, (await _browser.AskAsync(System.Net.Http.HttpMethod.Post, "/api/batches/never/cancel", null, ("X-CSRF-Token", await _browser.TokenAsync()))).Status);
        Assert.DoesNotContain(TokenProvider.ClientSecret, _api!.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Person_WithoutARole_IsToldSo()
    {
        _provider!.Person = new() { ["sub"] = "4711", ["roles"] = "visitor" };

        Answer back = await WalkAsync("/signin/provider?returnUrl=%2Freference%2F");
        Answer page = await _browser!.OpenAsync(back.Headers["Location"]);

        Assert.Equal((302, "/signin?returnUrl=%2Freference%2F&fault=Role"), (back.Status, back.Headers["Location"]));
        Assert.Contains("neither of the roles", page.Text, StringComparison.Ordinal);
        Assert.Equal(401, (await _browser.GetAsync("/api/batches")).Status);
    }

    [Fact]
    public async Task ReturnUrl_OfAnotherHost_LeadsToTheStart()
    {
        _provider!.Person = new() { ["sub"] = "4711", ["roles"] = "reader" };

        Assert.Equal("/", (await WalkAsync("/signin/provider?returnUrl=https%3A%2F%2Fevil.example")).Headers["Location"]);
    }

    /// <summary>An answer that this browser has not asked for: someone else's sign-in is not to become this visitor's.</summary>
    [Fact]
    public async Task Answer_OfASignInOfAnotherBrowser_IsRefused()
    {
        _provider!.Person = new() { ["sub"] = "4711", ["roles"] = "operator" };
        using Browser other = new(_api!.Http.BaseAddress!);
        Answer start = await other.OpenAsync("/signin/provider");
        Answer agreed = await other.OpenAsync(start.Headers["Location"]);

        Answer back = await _browser!.OpenAsync(agreed.Headers["Location"]);

        Assert.StartsWith("/signin?", back.Headers["Location"], StringComparison.Ordinal);
        Assert.Contains("Signing in with the house did not succeed.", (await _browser.OpenAsync(back.Headers["Location"])).Text, StringComparison.Ordinal);
        Assert.Equal(401, (await _browser.GetAsync("/api/batches")).Status);
    }

    [Fact]
    public async Task Provider_RefusesOrIsAway_IsSaidOnThePageAndInTheLog()
    {
        _provider!.Person = new() { ["sub"] = "4711", ["roles"] = "operator" };
        await _api!.RestartAsync(Settings("another secret"));
        _browser!.Host = _api.Http.BaseAddress!;
        Answer back = await WalkAsync("/signin/provider");
        Assert.Equal((302, "/signin?fault=Provider"), (back.Status, back.Headers["Location"]));
        Assert.Contains("invalid_client", _api.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("another secret", _api.Log, StringComparison.Ordinal);

        await _api.RestartAsync(Settings());
        _browser.Host = _api.Http.BaseAddress!;
        await _provider.DisposeAsync();
        Answer away = await _browser.OpenAsync("/signin/provider");
        Assert.Equal((200, "text/html"), (away.Status, away.Type));
        Assert.Contains("Signing in with the house did not succeed.", away.Text, StringComparison.Ordinal);
        _provider = null;
    }

    /// <summary>Whom another provider let in, that one has not.</summary>
    [Fact]
    public async Task Cookie_AfterTheProviderWasReplaced_IsNoneAnyMore()
    {
        _provider!.Person = new() { ["sub"] = "4711", ["roles"] = "operator" };
        await WalkAsync("/signin/provider");
        Assert.Equal(200, (await _browser!.GetAsync("/api/batches")).Status);

        await _api!.RestartAsync([.. Settings()[1..], "Cano:Http:Jwt:Authority=https://another.example"]);
        _browser.Host = _api.Http.BaseAddress!;

        Assert.Equal(401, (await _browser.GetAsync("/api/batches")).Status);
    }

    /// <summary>Goes from this host to the provider and back, as a browser follows redirects.</summary>
    /// <returns>What this host answered to whoever came back.</returns>
    private async Task<Answer> WalkAsync(string path)
    {
        Answer start = await _browser!.OpenAsync(path);
        Assert.StartsWith(_provider!.Authority, start.Headers["Location"], StringComparison.Ordinal);
        Answer agreed = await _browser.OpenAsync(start.Headers["Location"]);
        Assert.StartsWith(_api!.Http.BaseAddress!.ToString(), agreed.Headers["Location"], StringComparison.Ordinal);
        return await _browser.OpenAsync(agreed.Headers["Location"]);
    }

    private string[] Settings(string secret = TokenProvider.ClientSecret) =>
    [
        $"Cano:Http:Jwt:Authority={_provider!.Authority}", "Cano:Http:Jwt:Audience=cano", $"Cano:Http:Jwt:ClientId={TokenProvider.ClientId}", $"Cano:Http:Jwt:ClientSecret={secret}",
        "Cano:Http:Jwt:Name=the house",
    ];
}
