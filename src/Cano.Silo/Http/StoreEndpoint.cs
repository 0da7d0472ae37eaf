using System.Text.Json;

namespace Cano;

/// <summary>The shared store of a batch over HTTP.</summary>
internal static class StoreEndpoint
{
    internal static void MapStore(this IEndpointRouteBuilder api) => api.MapGet("/batches/{id}/store", GetAsync)
        .RequireAuthorization(Roles.Reader)
        .WithName("getStore")
        .WithSummary("Reads the shared store of a batch")
        .WithDescription("An object: each value under its name, in the order of the names; without values it is empty. What is durable now, while the batch runs and after.")
        .Produces<Dictionary<string, JsonElement>>(200, "application/json")
        .Problems(400, 404, 410);

    private static async Task GetAsync(string id, HttpContext http, IGrainFactory grains, CancellationToken cancellationToken)
    {
        SharedStorePage values = await BatchEndpoints.Open(grains, id)
            .ReadSharedStoreAsync(store => store.ReadAsync(after: null, int.MaxValue, int.MaxValue), cancellationToken);
        http.Response.ContentType = "application/json";
        await using Utf8JsonWriter writer = new(http.Response.BodyWriter, DocumentWriter.Indented);
        writer.WriteStartObject();
        foreach (SharedStoreEntry value in values.Entries)
        {
            writer.WritePropertyName(value.Key);
            writer.WriteRawValue(value.Json, skipInputValidation: true);
        }

        writer.WriteEndObject();
    }
}
