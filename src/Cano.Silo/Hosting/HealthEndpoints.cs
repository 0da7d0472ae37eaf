namespace Cano;

/// <summary>
/// <c>/health/live</c>, which answers while the process does, and <c>/health/ready</c>, which runs the checks: 503 if one is unhealthy; 200
/// if
/// some are degraded, since such a silo still serves.
/// </summary>
internal static class HealthEndpoints
{
    internal static void Add(IServiceCollection services) => services.AddHealthChecks()
        .AddCheck<ShutdownHealth>("host")
        .AddCheck<SiloHealth>("silo")
        .AddCheck<StorageHealth>("storage")
        .AddCheck<PlacementHealth>("workflows");

    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapHealthChecks("/health/live", new() { Predicate = _ => false, ResponseWriter = HealthDocument.WriteAsync });
        routes.MapHealthChecks("/health/ready", new() { ResponseWriter = HealthDocument.WriteAsync });
    }
}
