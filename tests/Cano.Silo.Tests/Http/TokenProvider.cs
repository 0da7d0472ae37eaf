using System.Collections.Concurrent;
using System.Net.Http;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Cano.Tests.Http;

/// <summary>A small OpenID Connect provider, a real one over HTTP: it publishes its keys, and knows the code flow with PKCE. Whoever comes is <see cref="Person"/> and agrees to everything.</summary>
internal sealed class TokenProvider : IAsyncDisposable
{
    internal const string ClientId = "cano-page";

    /// <summary>One that must be escaped.</summary>
    internal const string ClientSecret = "s3cret+/=& of the client";

    private readonly RSA _rsa = RSA.Create(2048);
    private readonly ConcurrentDictionary<string, IQueryCollection> _codes = new();
    private readonly WebApplication _web;

    private TokenProvider(WebApplication web) => _web = web;

    internal string Authority { get; private set; } = "";

    /// <summary>Who comes: the claims beside those that the flow needs.</summary>
    internal Dictionary<string, object> Person { get; set; } = [];

    /// <summary>What was refused, and why.</summary>
    internal ConcurrentQueue<string> Refused { get; } = new();

    internal static async Task<TokenProvider> StartAsync(CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        TokenProvider provider = new(builder.Build());
        provider.Map();
        await provider._web.StartAsync(cancellationToken);
        provider.Authority = provider._web.Urls.Single();
        return provider;
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        _rsa.Dispose();
    }

    /// <summary>Makes a token.</summary>
    internal string Make(string audience, Dictionary<string, object> claims, TimeSpan? expires = null, RSA? key = null)
    {
        DateTime now = TimeProvider.System.GetUtcNow().UtcDateTime;
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Authority,
            Audience = audience,
            IssuedAt = now.AddHours(-2),
            NotBefore = now.AddHours(-2),
            Expires = now + (expires ?? TimeSpan.FromHours(1)),
            Claims = claims,
            SigningCredentials = new(new RsaSecurityKey(key ?? _rsa) { KeyId = "one" }, SecurityAlgorithms.RsaSha256),
        });
    }

    private void Map()
    {
        _web.MapGet("/.well-known/openid-configuration", () => new Dictionary<string, string>
        {
            ["issuer"] = Authority,
            ["jwks_uri"] = $"{Authority}/keys",
            ["authorization_endpoint"] = $"{Authority}/authorize",
            ["token_endpoint"] = $"{Authority}/token",
        });
        _web.MapGet("/keys", () => Results.Json(new { keys = (JsonWebKey[])[JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(_rsa.ExportParameters(false)) { KeyId = "one" })] }, options: new()));
        _web.MapGet("/authorize", Authorize);
        _web.MapPost("/token", TokenAsync);
    }

    private IResult Authorize(HttpRequest request)
    {
        IQueryCollection query = request.Query;
        if (query["client_id"] != ClientId || query["response_type"] != "code" || query["code_challenge_method"] != "S256" || !query["scope"].ToString().Split(' ').Contains("openid"))
        {
            return Refuse("invalid_request");
        }

        string code = Guid.NewGuid().ToString("N");
        _codes[code] = query;
        return Results.Redirect(QueryHelpers.AddQueryString(query["redirect_uri"]!, new Dictionary<string, string?> { ["code"] = code, ["state"] = query["state"] }));
    }

    private async Task<IResult> TokenAsync(HttpRequest request)
    {
        IFormCollection form = await request.ReadFormAsync();
        if (form["client_id"] != ClientId || form["client_secret"] != ClientSecret)
        {
            return Refuse("invalid_client");
        }

        // Each code once, by whoever has asked for it.
        if (!_codes.TryRemove(form["code"]!, out IQueryCollection? asked)
            || asked["redirect_uri"] != form["redirect_uri"]
            || asked["code_challenge"] != WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"]!))))
        {
            return Refuse("invalid_grant");
        }

        Dictionary<string, object> claims = new(Person) { ["nonce"] = asked["nonce"].ToString() };
        return Results.Json(new Dictionary<string, object> { ["access_token"] = "of-no-use-here", ["token_type"] = "Bearer", ["expires_in"] = 60, ["id_token"] = Make(ClientId, claims) });
    }

    private IResult Refuse(string error)
    {
        Refused.Enqueue(error);
        return Results.Json(new { error }, statusCode: 400);
    }
}
