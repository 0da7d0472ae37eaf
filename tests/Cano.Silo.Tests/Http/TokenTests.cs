using System.Net.Http;
using System.Security.Cryptography;

namespace Cano.Tests.Http;

/// <summary>Tokens of an OpenID Connect provider, in a header and on the sign-in page.</summary>
public sealed class TokenTests : IAsyncLifetime
{
    private readonly RSA _stranger = RSA.Create(2048);
    private TokenProvider? _provider;
    private ApiProcess? _api;

    public async ValueTask InitializeAsync()
    {
        _provider = await TokenProvider.StartAsync(TestContext.Current.CancellationToken);
        _api = new($"Cano:Http:Jwt:Authority={_provider.Authority}", "Cano:Http:Jwt:Audience=cano");
        await _api.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_api is not null)
        {
            await _api.DisposeAsync();
        }

        if (_provider is not null)
        {
            await _provider.DisposeAsync();
        }

        _stranger.Dispose();
    }

    [Fact]
    public async Task Token_OfTheProvider_IsGrantedWhatItsRoleSays()
    {
        Assert.Equal((200, 403), await AskAsync(Make("reader")));
        Assert.Equal((200, 404), await AskAsync(Make("operator")));
        Assert.Equal((403, 403), await AskAsync(Make("visitor")));
    }

    [Fact]
    public async Task Token_Expired_OfAnotherAudienceOrKey_IsRefused()
    {
        Assert.Equal((401, 401), await AskAsync(Make("operator", expires: TimeSpan.FromHours(-1))));
        Assert.Equal((401, 401), await AskAsync(Make("operator", audience: "another")));
        Assert.Equal((401, 401), await AskAsync(Make("operator", key: _stranger)));
        Assert.Equal((401, 401), await AskAsync("not.a.token"));
        Assert.Equal((401, 401), await AskAsync("nonsense"));
    }

    [Fact]
    public async Task Token_EnteredOnThePage_SignsInWithItsRole()
    {
        Assert.Equal((302, 200, 403), await EnterAsync(Make("reader")));
        Assert.Equal((302, 200, 404), await EnterAsync(Make("operator")));
        Assert.Equal((403, 401, 401), await EnterAsync(Make("visitor")));
    }

    [Fact]
    public async Task Token_EnteredOnThePageThatIsNotValid_DoesNotSignIn()
    {
        Assert.Equal((401, 401, 401), await EnterAsync(Make("operator", expires: TimeSpan.FromHours(-1))));
        Assert.Equal((401, 401, 401), await EnterAsync(Make("operator", audience: "another")));
        Assert.Equal((401, 401, 401), await EnterAsync(Make("operator", key: _stranger)));
        Assert.Equal((401, 401, 401), await EnterAsync("not.a.token"));
        Assert.Equal((401, 401, 401), await EnterAsync("nonsense"));
    }

    /// <summary>What a token may read and whether it may cancel.</summary>
    private async Task<(int Read, int Cancel)> AskAsync(string token)
    {
        Answer read = await _api!.AskAsync(HttpMethod.Get, "/api/batches", null, ("Authorization", $"Bearer {token}"));
        Answer cancel = await _api.AskAsync(HttpMethod.Post, "/api/batches/never/cancel", null, ("Authorization", $"Bearer {token}"));
        return (read.Status, cancel.Status);
    }

    /// <summary>Whether a token signs in, and what may be done then.</summary>
    private async Task<(int SignIn, int Read, int Cancel)> EnterAsync(string token)
    {
        using Browser browser = new(_api!.Http.BaseAddress!);
        Answer entered = await browser.SignInAsync(token);
        Answer read = await browser.GetAsync("/api/batches");
        string shown = entered.Status == 302 ? await browser.TokenAsync() : "none";
        Answer cancel = await browser.AskAsync(HttpMethod.Post, "/api/batches/never/cancel", null, ("X-CSRF-Token", shown));
        return (entered.Status, read.Status, cancel.Status);
    }

    private string Make(string role, string audience = "cano", TimeSpan? expires = null, RSA? key = null) =>
        _provider!.Make(audience, new() { ["sub"] = "somebody", ["roles"] = new[] { role } }, expires, key);
}
