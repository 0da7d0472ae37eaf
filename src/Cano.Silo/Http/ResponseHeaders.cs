using Microsoft.Net.Http.Headers;

namespace Cano;

/// <summary>What every answer tells browsers to be careful about.</summary>
internal static class ResponseHeaders
{
    private const string NothingElse = "default-src 'none'; frame-ancestors 'none'";

    private const string OwnFilesOnly =
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    internal static void UseResponseHeaders(this IApplicationBuilder web) => web.Use(static (http, next) =>
    {
        // At the last moment: whoever writes a problem clears what was set before.
        http.Response.OnStarting(SetAsync, http);
        return next(http);
    });

    private static Task SetAsync(object context)
    {
        HttpContext http = (HttpContext)context;
        IHeaderDictionary headers = http.Response.Headers;
        bool isPage = MediaTypeHeaderValue.TryParse(http.Response.ContentType, out MediaTypeHeaderValue? type) && type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase);
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.CacheControl = DashboardAssets.CacheControl(http.Request, http.Response.StatusCode);

        // With no-referrer a browser does not say where a page's own forms come from, and they would be refused.
        headers["Referrer-Policy"] = isPage ? "same-origin" : "no-referrer";
        string own = isPage ? OwnFilesOnly : NothingElse;
        headers.ContentSecurityPolicy = http.Request.Path switch
        {
            var path when path.StartsWithSegments(ApiDescription.ReferencePath) => ApiDescription.ReferencePolicy(http) ?? own,
            var path when path.StartsWithSegments(OrleansPages.Path) => OrleansPages.Policy,
            _ => own,
        };
        return Task.CompletedTask;
    }
}
