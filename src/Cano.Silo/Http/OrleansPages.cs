using Orleans.Dashboard;

namespace Cano;

/// <summary>
/// Orleans' own pages of silos and grains: for looking into a cluster, where the settings turn them on. They put a filter in front of every
/// call of a grain and ask each silo for figures every second, so that nobody has them without asking.
/// </summary>
internal static class OrleansPages
{
    internal const string Path = "/orleans";

    /// <summary>Their scripts come from the silo. One of them (a diagram) writes styles into what it draws.</summary>
    internal const string Policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>One calls any method of any grain whose name it is given, to show state; the other sends the log.</summary>
    private static readonly string[] s_withheld = [$"{Path}/GrainState", $"{Path}/Trace"];

    internal static void Add(ISiloBuilder silo, CanoHttpOptions options)
    {
        if (options.OrleansDashboard)
        {
            silo.AddDashboard(dashboard => dashboard.HideTrace = true);
        }
    }

    internal static void Map(WebApplication web, CanoHttpOptions options)
    {
        if (options.OrleansDashboard)
        {
            RouteGroupBuilder pages = web.MapOrleansDashboard(Path);
            pages.RequireAuthorization(Roles.Reader).ExcludeFromDescription();
            pages.AddEndpointFilter(static (call, next) => IsWithheld(call.HttpContext.Request.Path) ? ValueTask.FromResult<object?>(Results.NotFound()) : next(call));
        }
    }

    private static bool IsWithheld(PathString path) => s_withheld.Any(withheld => path.StartsWithSegments(withheld));
}
