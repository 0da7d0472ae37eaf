using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Cano;

/// <summary>Writes a health report as JSON: <c>{ "status", "checks": [{ "name", "status", "reason" }] }</c>.</summary>
internal static class HealthDocument
{
    internal static async Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = "application/json";
        await using Utf8JsonWriter writer = new(context.Response.Body);
        writer.WriteStartObject();
        writer.WriteString("status", DocumentWriter.Word(report.Status));
        writer.WriteStartArray("checks");
        foreach ((string name, HealthReportEntry entry) in report.Entries)
        {
            writer.WriteStartObject();
            writer.WriteString("name", name);
            writer.WriteString("status", DocumentWriter.Word(entry.Status));
            writer.WriteString("reason", entry.Description);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        await writer.FlushAsync(context.RequestAborted);
    }
}
