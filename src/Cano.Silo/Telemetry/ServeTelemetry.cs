using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Cano;

/// <summary>
/// What <c>serve</c> lets others see of it: metrics at <c>/metrics</c> always; metrics, spans and the log sent by OTLP where an endpoint is
/// configured, by OpenTelemetry's own variables.
/// </summary>
internal static class ServeTelemetry
{
    private const string MetricsPath = "/metrics";

    internal static void Add(WebApplicationBuilder builder)
    {
        OpenTelemetryBuilder telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(Describe).WithMetrics(metrics => metrics
            .AddMeter(TelemetryNames.Source, "Microsoft.Orleans")
            .AddAspNetCoreInstrumentation()
            .AddRuntimeInstrumentation()
            .AddPrometheusExporter());
        if (Sends(builder.Configuration, "METRICS"))
        {
            telemetry.WithMetrics(metrics => metrics.AddOtlpExporter());
        }

        if (Sends(builder.Configuration, "TRACES"))
        {
            telemetry.WithTracing(traces => traces.AddSource(TelemetryNames.Source).AddAspNetCoreInstrumentation(http => http.Filter = IsWork).AddOtlpExporter());
        }

        if (Sends(builder.Configuration, "LOGS"))
        {
            telemetry.WithLogging(log => log.AddOtlpExporter(), options =>
            {
                options.IncludeFormattedMessage = true;
                options.IncludeScopes = true;
            });
        }
    }

    internal static void Map(WebApplication web) => web.MapPrometheusScrapingEndpoint(MetricsPath).RequireAuthorization(Roles.Reader);

    private static bool Sends(ConfigurationManager configuration, string signal) =>
        !string.IsNullOrWhiteSpace(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]) || !string.IsNullOrWhiteSpace(configuration[$"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"]);

    /// <summary>Asked every few seconds, by machines: nobody looks for a span of that.</summary>
    private static bool IsWork(HttpContext context) => !context.Request.Path.StartsWithSegments("/health") && !context.Request.Path.StartsWithSegments(MetricsPath);

    /// <summary>
    /// The instance is the silo as the catalog names it. The environment (<c>OTEL_SERVICE_NAME</c>, <c>OTEL_RESOURCE_ATTRIBUTES</c>) has
    /// the last word.
    /// </summary>
    private static void Describe(ResourceBuilder resource) => resource
        .AddDetector(services => new SiloDetector(services.GetRequiredService<ILocalSiloDetails>()))
        .AddEnvironmentVariableDetector();

    private sealed class SiloDetector(ILocalSiloDetails silo) : IResourceDetector
    {
        public Resource Detect() => ResourceBuilder.CreateEmpty().AddService("cano", serviceInstanceId: silo.SiloAddress.ToParsableString()).Build();
    }
}
