using System.Net;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;

namespace Cano;

/// <summary>Who may use the API.</summary>
internal static class ApiSecurity
{
    /// <summary>The authentication type of those who show a key.</summary>
    internal const string Key = "key";

    /// <summary>The authentication type of everybody, where nobody has to say who they are.</summary>
    internal const string Nobody = "anonymous";

    private const string Any = "any";

    /// <summary>Takes keys, tokens and those who have signed in, or everybody, as the settings say.</summary>
    internal static void AddApiSecurity(this IServiceCollection services, CanoHttpOptions options)
    {
        AuthenticationBuilder authentication = services.AddAuthentication(Any);
        authentication.AddPolicyScheme(Any, null, scheme => scheme.ForwardDefaultSelector = http => SchemeFor(http, options));
        authentication.AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(Key, null);
        authentication.AddScheme<AuthenticationSchemeOptions, AnonymousHandler>(Nobody, null);
        if (options.Jwt is { } jwt)
        {
            authentication.AddJwtBearer(bearer =>
            {
                bearer.Authority = jwt.Authority;
                bearer.Audience = jwt.Audience;
                bearer.MapInboundClaims = false;
                bearer.TokenValidationParameters.RoleClaimType = jwt.RoleClaim;
                bearer.TokenValidationParameters.NameClaimType = "sub";
                bearer.RequireHttpsMetadata = RequiresHttps(jwt);
            });
        }

        authentication.AddSignIn(options);
        services.AddAuthorizationBuilder()
            .AddPolicy(Roles.Reader, policy => policy.RequireRole(Roles.Reader, Roles.Operator))
            .AddPolicy(Roles.Operator, policy => policy.RequireRole(Roles.Operator));
    }

    /// <summary>A host that more than this machine can reach needs to know its callers, or to be told that it need not.</summary>
    /// <exception cref="CanoConfigurationException">It is open, and nobody has said that it shall be.</exception>
    internal static void RequireSafe(IEnumerable<string> urls, CanoHttpOptions options)
    {
        if (!options.AllowAnonymous && !options.NeedsAuthentication && urls.FirstOrDefault(url => !IsLoopback(url)) is { } open)
        {
            throw new CanoConfigurationException(
                ErrorCodes.InvalidOptions,
                $"--urls: {open} can be reached from other machines, and nobody would have to say who they are. Set Cano:Http:ApiKeys or Cano:Http:Jwt (docs/http.md), "
                + "serve on 127.0.0.1 only, or set Cano:Http:AllowAnonymous=true if whoever reaches it may start and cancel batches.");
        }
    }

    /// <summary>A provider on this very machine is for trying out; everywhere else its keys come encrypted.</summary>
    internal static bool RequiresHttps(JwtOptions jwt) => !(Uri.TryCreate(jwt.Authority, UriKind.Absolute, out Uri? uri) && uri.IsLoopback);

    /// <summary>
    /// The names by which the host may be called; null: any. A host that everybody on this machine may use is called by this machine's
    /// names only: under one of its own, a page of another site could lead a browser here and read the answers (DNS rebinding).
    /// </summary>
    internal static string? HostNames(IEnumerable<string> urls, CanoHttpOptions options) =>
        !options.NeedsAuthentication && urls.All(IsLoopback) ? "localhost;127.0.0.1;[::1]" : null;

    private static bool IsLoopback(string url) =>
        BindingAddress.Parse(url) is { } address && (address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(address.Host.Trim('[', ']'), out IPAddress? ip) && IPAddress.IsLoopback(ip)));

    private static string SchemeFor(HttpContext http, CanoHttpOptions options)
    {
        if (!options.NeedsAuthentication)
        {
            return Nobody;
        }

        // What a header says counts, be it wrong: who shows a key is asking as its owner, not as whoever has signed in.
        IHeaderDictionary headers = http.Request.Headers;
        if (!headers.ContainsKey(ApiKeyHandler.Header) && headers.Authorization.Count == 0)
        {
            return SignInTicket.Scheme;
        }

        // Tokens have three parts; keys have no points.
        bool token = options.Jwt is not null && !headers.ContainsKey(ApiKeyHandler.Header) && headers.Authorization.ToString().Contains('.', StringComparison.Ordinal);
        return token ? JwtBearerDefaults.AuthenticationScheme : Key;
    }
}
