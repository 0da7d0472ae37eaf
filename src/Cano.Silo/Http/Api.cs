using Scalar.AspNetCore;

namespace Cano;

/// <summary>The HTTP API as a whole.</summary>
internal static class Api
{
    internal static void AddApi(this IServiceCollection services, IConfiguration configuration)
    {
        IConfigurationSection section = configuration.GetSection(CanoHttpOptions.Section);
        services.AddOptions<CanoHttpOptions>().Bind(section).ValidateDataAnnotations().Validate(ValidateNested, NestedFault).ValidateOnStart();
        services.ConfigureHttpJsonOptions(json => DocumentJson.Configure(json.SerializerOptions));

        // Before the problem details of the framework: the first writer that can write, writes.
        services.AddDashboard();
        services.AddProblemDetails(problems => problems.CustomizeProblemDetails = ApiProblems.Customize);
        services.AddExceptionHandler<ApiProblems>();
        services.AddSingleton<StatisticsReader>();
        services.AddSingleton<ShutdownDelay>();
        services.AddHostedService(provider => provider.GetRequiredService<ShutdownDelay>());
        services.AddApiLimits();
        services.AddApiSecurity(section.Get<CanoHttpOptions>() ?? new());
        services.AddApiDescription();
    }

    internal static void UseApi(this WebApplication web)
    {
        web.UseResponseHeaders();
        web.UseExceptionHandler();
        web.UseStatusCodePages();
        web.UseDashboardAssets();
        web.UseRouting();
        web.UseAuthentication();
        web.UseRateLimiter();
        web.UseAntiforgeryOfCookies();
        web.UseAuthorization();

        RouteGroupBuilder api = web.MapGroup("/api").WithTags("Cano").Problems(401, 403, 429, 503);
        api.MapBatches();
        api.MapResults();
        api.MapStore();
        api.MapEvents();
        api.MapWorkflows();
        web.MapDashboard();
        web.MapSignIn();
        web.MapOpenApi("/openapi/{documentName}.json").RequireAuthorization(Roles.Reader);
        web.MapScalarApiReference(ApiDescription.ReferencePath, ApiDescription.ConfigureReference).RequireAuthorization(Roles.Reader);
    }

    /// <summary>The problems that an endpoint answers with, for its description.</summary>
    internal static TBuilder Problems<TBuilder>(this TBuilder endpoint, params ReadOnlySpan<int> statuses)
        where TBuilder : IEndpointConventionBuilder
    {
        foreach (int status in statuses)
        {
            endpoint.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(Microsoft.AspNetCore.Mvc.ProblemDetails), ["application/problem+json"]));
        }

        return endpoint;
    }

    private const string NestedFault = "Cano:Http: each of ApiKeys needs a Name, a Hash (64 hex digits: the SHA-256 of the key) and a Role (reader or operator), names differing; Jwt needs an Authority and an Audience.";

    private static bool ValidateNested(CanoHttpOptions options) =>
        options.ApiKeys.Cast<object>().Concat(options.Jwt is null ? [] : [options.Jwt]).All(one => System.ComponentModel.DataAnnotations.Validator.TryValidateObject(one, new(one), null, validateAllProperties: true))
        && options.ApiKeys.Select(key => key.Name).Distinct(StringComparer.Ordinal).Count() == options.ApiKeys.Count;
}
