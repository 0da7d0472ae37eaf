using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Cano;

/// <summary>Signing in with the OpenID Connect provider: code flow with PKCE. Nothing of it is kept but the cookie.</summary>
internal static partial class ProviderSignIn
{
    /// <summary>The name of the authentication scheme.</summary>
    internal const string Scheme = "provider";

    private const string CallbackPath = "/signin/callback";

    internal static void AddProviderSignIn(this AuthenticationBuilder authentication, JwtOptions provider) => authentication.AddOpenIdConnect(Scheme, flow =>
    {
        flow.SignInScheme = SignInTicket.Scheme;
        flow.Authority = provider.Authority;
        flow.RequireHttpsMetadata = ApiSecurity.RequiresHttps(provider);
        flow.ClientId = provider.ClientId;
        flow.ClientSecret = provider.ClientSecret;
        flow.ResponseType = OpenIdConnectResponseType.Code;
        flow.UsePkce = true;

        // The answer comes in the query, not as a form: cookies of another site's form need TLS, which a host for trying out has not.
        flow.ResponseMode = OpenIdConnectResponseMode.Query;
        flow.CallbackPath = CallbackPath;
        flow.MapInboundClaims = false;
        flow.TokenValidationParameters.NameClaimType = "sub";
        flow.TokenValidationParameters.RoleClaimType = provider.RoleClaim;
        flow.Scope.Clear();
        foreach (string scope in provider.Scope.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            flow.Scope.Add(scope);
        }

        foreach (CookieBuilder cookie in (CookieBuilder[])[flow.NonceCookie, flow.CorrelationCookie])
        {
            cookie.SameSite = SameSiteMode.Lax;
            cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        }

        flow.Events.OnTokenValidated = context => AcceptAsync(context, provider);
        flow.Events.OnRemoteFailure = context =>
        {
            Log(context.HttpContext, provider, context.Failure);
            context.Response.Redirect(SignInEndpoints.PathFor(context.Properties?.RedirectUri, SignInFault.Provider));
            context.HandleResponse();
            return Task.CompletedTask;
        };
    });

    /// <summary>Says in the log why a sign-in came to nothing.</summary>
    internal static void Log(HttpContext http, JwtOptions provider, Exception? exception) =>
        LogFailed(http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ProviderSignIn)), exception, provider.Authority);

    private static Task AcceptAsync(TokenValidatedContext context, JwtOptions provider)
    {
        ClaimsPrincipal? ticket = SignInTicket.Of(context.Principal!, provider);
        if (ticket is null)
        {
            context.Response.Redirect(SignInEndpoints.PathFor(context.Properties?.RedirectUri, SignInFault.Role));
            context.HandleResponse();
            return Task.CompletedTask;
        }

        context.Principal = ticket;

        // What the provider says is asked again when the time is over, however busy the visitor is: it may have changed.
        context.Properties!.AllowRefresh = false;
        return Task.CompletedTask;
    }

    [LoggerMessage(9010, LogLevel.Warning, "A sign-in with the provider {Authority} failed.")]
    private static partial void LogFailed(ILogger logger, Exception? exception, string authority);
}
