using Cano.Dashboard;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Cano;

/// <summary>Tells a person in a browser what went wrong, where a program is told by problem details.</summary>
internal sealed class ProblemPageWriter : IProblemDetailsWriter
{
    private static readonly string[] s_forPrograms = ["/api", "/health", "/metrics", "/openapi", DashboardAssets.Path];

    public bool CanWrite(ProblemDetailsContext context) => IsForPeople(context.HttpContext.Request);

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        HttpContext http = context.HttpContext;
        ApiProblems.Customize(context);
        http.RequestServices.GetRequiredService<PageModel<ProblemModel>>().Value = new(
            context.ProblemDetails.Title!, context.ProblemDetails.Detail ?? (http.Response.StatusCode is StatusCodes.Status404NotFound ? "There is nothing at this address." : ""));
        await new RazorComponentResult<ProblemPage> { StatusCode = http.Response.StatusCode }.ExecuteAsync(http);
    }

    /// <summary>Whether a browser asks for a page.</summary>
    internal static bool IsForPeople(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase) && !Array.Exists(s_forPrograms, path => request.Path.StartsWithSegments(path));
}

/// <summary>What went wrong.</summary>
/// <param name="Title">What it means.</param>
/// <param name="Detail">More of it.</param>
internal sealed record ProblemModel(string Title, string Detail);
