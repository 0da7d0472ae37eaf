using System.Net;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.DataProtection;

namespace Cano;

/// <summary>Who may use the API.</summary>
internal static class ApiSecurity
{
    private const string Any = "any";
    private const string Key = "key";
    private const string Nobody = "anonymous";

    /// <summary>Takes keys, tokens or everybody, as the settings say.</summary>
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

                // A provider on this very machine is for trying out; everywhere else its keys come encrypted.
                bearer.RequireHttpsMetadata = !(Uri.TryCreate(jwt.Authority, UriKind.Absolute, out Uri? uri) && uri.IsLoopback);
            });
        }

        // Authentication brings it along; nothing here is encrypted that would have to outlive the process.
        services.AddDataProtection().UseEphemeralDataProtectionProvider();
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

    private static bool IsLoopback(string url) =>
        BindingAddress.Parse(url) is { } address && (address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(address.Host.Trim('[', ']'), out IPAddress? ip) && IPAddress.IsLoopback(ip)));

    private static string SchemeFor(HttpContext http, CanoHttpOptions options)
    {
        if (!options.NeedsAuthentication)
        {
            return Nobody;
        }

        // Tokens have three parts; keys have no points.
        bool token = options.Jwt is not null && !http.Request.Headers.ContainsKey(ApiKeyHandler.Header) && http.Request.Headers.Authorization.ToString().Contains('.', StringComparison.Ordinal);
        return token ? JwtBearerDefaults.AuthenticationScheme : Key;
    }
}
