using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>Callers who show a key, in the header <c>X-Api-Key</c> or as a bearer token. Only hashes of keys are known here.</summary>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> schemes, ILoggerFactory loggers, UrlEncoder encoder, IOptions<CanoHttpOptions> options)
    : AuthenticationHandler<AuthenticationSchemeOptions>(schemes, loggers, encoder)
{
    internal const string Header = "X-Api-Key";

    private const string Bearer = "Bearer ";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Result());

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = $"{Bearer}realm=\"cano\"";
        return base.HandleChallengeAsync(properties);
    }

    /// <summary>The settings of a key.</summary>
    /// <returns>Null: it is not known.</returns>
    internal static ApiKeyOptions? Find(CanoHttpOptions options, string key)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(key));
        ApiKeyOptions? known = null;
        foreach (ApiKeyOptions one in options.ApiKeys)
        {
            // All of them are compared, each in constant time: how long it takes tells nothing.
            known = CryptographicOperations.FixedTimeEquals(hash, Convert.FromHexString(one.Hash)) ? one : known;
        }

        return known;
    }

    private AuthenticateResult Result()
    {
        string? key = Request.Headers[Header];
        if (key is null && Request.Headers.Authorization.ToString() is { } given && given.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            key = given[Bearer.Length..].Trim();
        }

        if (string.IsNullOrEmpty(key))
        {
            return AuthenticateResult.NoResult();
        }

        if (Find(options.Value, key) is not { } known)
        {
            return AuthenticateResult.Fail("The key is not known.");
        }

        ClaimsIdentity identity = new([new(ClaimTypes.Name, known.Name), new(ClaimTypes.Role, known.Role)], Scheme.Name);
        return AuthenticateResult.Success(new(new(identity), Scheme.Name));
    }
}

/// <summary>Everybody who reaches the host, where nobody has to say who they are.</summary>
internal sealed class AnonymousHandler(IOptionsMonitor<AuthenticationSchemeOptions> schemes, ILoggerFactory loggers, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(schemes, loggers, encoder)
{
    protected override Task<AuthenticateResult> HandleAuthenticateAsync() =>
        Task.FromResult(AuthenticateResult.Success(new(new(new ClaimsIdentity([new(ClaimTypes.Role, Roles.Operator)], Scheme.Name)), Scheme.Name)));
}
