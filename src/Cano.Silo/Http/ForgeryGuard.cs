using Microsoft.AspNetCore.Antiforgery;

namespace Cano;

/// <summary>
/// Keeps pages of other sites from acting through a visitor's browser. Requests that change something need an anti-forgery token where a
/// cookie says who sends them; where nothing says it, and none is needed, browsers must send them from a page of this host. A key or token
/// in a header needs neither: no other site's page can make a browser send one.
/// </summary>
internal static class ForgeryGuard
{
    /// <summary>Where a script shows the token that a form has in a hidden field.</summary>
    internal const string Header = "X-CSRF-Token";

    /// <summary>Guards everything that comes after it; it comes after authentication.</summary>
    internal static void UseAntiforgeryOfCookies(this IApplicationBuilder web) => web.Use(static async (http, next) =>
    {
        if (IsUnsafe(http.Request.Method))
        {
            await CheckAsync(http);
        }

        await next(http);
    });

    private static async Task CheckAsync(HttpContext http)
    {
        bool ownPagesOnly = http.GetEndpoint()?.Metadata.GetMetadata<OwnPagesOnly>() is not null;
        if (http.User.IsSignedIn() && !ownPagesOnly)
        {
            await CheckTokenAsync(http);
        }
        else if (ownPagesOnly || http.User.Identity is not { IsAuthenticated: true, AuthenticationType: not ApiSecurity.Nobody })
        {
            CheckOrigin(http.Request);
        }
    }

    private static async Task CheckTokenAsync(HttpContext http)
    {
        try
        {
            await http.RequestServices.GetRequiredService<IAntiforgery>().ValidateRequestAsync(http);
        }
        catch (AntiforgeryValidationException)
        {
            throw new ApiException(
                StatusCodes.Status400BadRequest,
                "anti-forgery",
                $"A request that a cookie authenticates must show the anti-forgery token of the page it comes from, in the header {Header} or in the form. Load the page again, or show a key in a header instead.");
        }
    }

    /// <summary>As net/http.CrossOriginProtection of Go 1.25 decides it, without its list of trusted origins.</summary>
    private static void CheckOrigin(HttpRequest request)
    {
        string site = request.Headers["Sec-Fetch-Site"].ToString();
        string origin = request.Headers.Origin.ToString();

        // Browsers say where a request comes from by the first if the host is a trustworthy one (TLS or loopback), else by the second;
        // whoever says neither is no browser.
        bool own = site.Length > 0 ? site is "same-origin" or "none" : origin.Length == 0 || IsOwn(origin, request.Host);
        if (!own)
        {
            throw new ApiException(StatusCodes.Status403Forbidden, "cross-origin", "Pages of other sites may not do this.");
        }
    }

    private static bool IsOwn(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri) && uri.Authority.Equals(host.Value, StringComparison.OrdinalIgnoreCase);

    private static bool IsUnsafe(string method) =>
        !(HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method));
}

/// <summary>
/// Marks an endpoint that takes no anti-forgery token, but nothing from pages of other sites either: the token is bound to who one is, and
/// here one becomes someone else.
/// </summary>
internal sealed class OwnPagesOnly;
