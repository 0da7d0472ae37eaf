using System.Net.Http;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Cano.Tests.Http;

/// <summary>Tokens of an OpenID Connect provider: a small real one, which publishes its keys over HTTP.</summary>
public sealed class TokenTests : IAsyncLifetime
{
    private readonly RSA _rsa = RSA.Create(2048);
    private readonly RSA _stranger = RSA.Create(2048);
    private WebApplication? _provider;
    private ApiProcess? _api;
    private string _authority = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _provider = builder.Build();
        _provider.MapGet("/.well-known/openid-configuration", () => new { issuer = _authority, jwks_uri = $"{_authority}/keys" });
        _provider.MapGet("/keys", () => Results.Json(new { keys = (JsonWebKey[])[JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(_rsa.ExportParameters(false)) { KeyId = "one" })] }, options: new()));
        await _provider.StartAsync(Token);
        _authority = _provider.Urls.Single();
        _api = new($"Cano:Http:Jwt:Authority={_authority}", "Cano:Http:Jwt:Audience=cano");
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

        _rsa.Dispose();
        _stranger.Dispose();
    }

    [Fact]
    public async Task Token_OfTheProvider_IsGrantedWhatItsRoleSays()
    {
        Assert.Equal((200, 403), await AskAsync(Make(_rsa, "reader")));
        Assert.Equal((200, 404), await AskAsync(Make(_rsa, "operator")));
        Assert.Equal((403, 403), await AskAsync(Make(_rsa, "visitor")));
    }

    [Fact]
    public async Task Token_Expired_OfAnotherAudienceOrKey_IsRefused()
    {
        Assert.Equal((401, 401), await AskAsync(Make(_rsa, "operator", expires: TimeSpan.FromHours(-1))));
        Assert.Equal((401, 401), await AskAsync(Make(_rsa, "operator", audience: "another")));
        Assert.Equal((401, 401), await AskAsync(Make(_stranger, "operator")));
        Assert.Equal((401, 401), await AskAsync("not.a.token"));
        Assert.Equal((401, 401), await AskAsync("nonsense"));
    }

    /// <summary>What a token may read and whether it may cancel.</summary>
    private async Task<(int Read, int Cancel)> AskAsync(string token)
    {
        Answer read = await _api!.AskAsync(HttpMethod.Get, "/api/batches", null, ("Authorization", $"Bearer {token}"));
        Answer cancel = await _api.AskAsync(HttpMethod.Post, "/api/batches/never/cancel", null, ("Authorization", $"Bearer {token}"));
        return (read.Status, cancel.Status);
    }

    private string Make(RSA key, string role, string audience = "cano", TimeSpan? expires = null)
    {
        DateTime now = TimeProvider.System.GetUtcNow().UtcDateTime;
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = _authority,
            Audience = audience,
            IssuedAt = now.AddHours(-2),
            NotBefore = now.AddHours(-2),
            Expires = now + (expires ?? TimeSpan.FromHours(1)),
            Claims = new Dictionary<string, object> { ["sub"] = "somebody", ["roles"] = new[] { role } },
            SigningCredentials = new(new RsaSecurityKey(key) { KeyId = "one" }, SecurityAlgorithms.RsaSha256),
        });
    }
}
