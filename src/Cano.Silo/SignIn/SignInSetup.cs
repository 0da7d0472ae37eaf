using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>Signing in on the page: a cookie for people with browsers, beside the headers for programs.</summary>
internal static class SignInSetup
{
    internal static void AddSignIn(this AuthenticationBuilder authentication, CanoHttpOptions options)
    {
        authentication.Services.AddProtectionKeys();
        authentication.Services.AddRazorComponents();

        // It takes a token that can't be read for an error of ours, with a stack; whoever sent it is told.
        authentication.Services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.None));
        authentication.Services.AddAntiforgery(tokens =>
        {
            tokens.HeaderName = ForgeryGuard.Header;
            tokens.Cookie.Name = "cano-anti-forgery";
        });
        authentication.AddCookie(SignInTicket.Scheme, cookie =>
        {
            cookie.Cookie.Name = "cano-sign-in";
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;

            // A link in a mail leads to where it says. What changes something needs the anti-forgery token besides.
            cookie.Cookie.SameSite = SameSiteMode.Lax;
            cookie.ExpireTimeSpan = options.SignInLifetime;
            cookie.SlidingExpiration = true;
            cookie.Events.OnValidatePrincipal = RejectWhatIsGrantedNoMoreAsync;
            cookie.Events.OnRedirectToLogin = static context => ChallengeAsync(context.HttpContext);
            cookie.Events.OnRedirectToAccessDenied = static context => context.HttpContext.ForbidAsync(ApiSecurity.Key);
        });
        if (options.Jwt is { ClientId: not null } provider)
        {
            authentication.AddProviderSignIn(provider);
        }
    }

    private static Task RejectWhatIsGrantedNoMoreAsync(CookieValidatePrincipalContext context)
    {
        if (!SignInTicket.Holds(context.Principal, context.HttpContext.RequestServices.GetRequiredService<IOptions<CanoHttpOptions>>().Value))
        {
            context.RejectPrincipal();
        }

        return Task.CompletedTask;
    }

    /// <summary>People are shown where to sign in and come back to what they asked for; programs are told 401.</summary>
    private static Task ChallengeAsync(HttpContext http)
    {
        HttpRequest request = http.Request;
        if (!ProblemPageWriter.IsForPeople(request))
        {
            return http.ChallengeAsync(ApiSecurity.Key);
        }

        // What was sent can't be sent again by following a link.
        bool comesBack = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        http.Response.Redirect(SignInEndpoints.PathFor(comesBack ? $"{request.Path}{request.QueryString}" : null));
        return Task.CompletedTask;
    }
}
