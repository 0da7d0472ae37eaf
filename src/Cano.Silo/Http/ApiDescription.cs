using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace Cano;

/// <summary>Describes the API for programs and people: OpenAPI 3.1.</summary>
internal static class ApiDescription
{
    /// <summary>Where people read it.</summary>
    internal const string ReferencePath = "/reference";

    internal static void AddApiDescription(this IServiceCollection services) => services.AddOpenApi(options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new()
            {
                Title = "Cano",
                Version = "v1",
                Description = "Batches of concurrent workflows: start them, follow them, read what came of each instance. Errors are problem details (RFC 9457) with a stable `code`; "
                    + "refused input also has `errors` by JSON path.",
            };
            document.Components ??= new();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                ["key"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = ApiKeyHandler.Header, Description = "A key from Cano:Http:ApiKeys." },
                ["token"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A key, or a token of the provider in Cano:Http:Jwt." },
            };
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            if (context.JsonTypeInfo.Type == typeof(TimeSpan) || context.JsonTypeInfo.Type == typeof(TimeSpan?))
            {
                schema.Type = context.JsonTypeInfo.Type == typeof(TimeSpan) ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null;
                schema.Description ??= "hh:mm:ss.fffffff, with days in front where there are any.";
                schema.Examples = ["00:00:05.0000000"];
            }

            if (context.JsonTypeInfo.Type == typeof(ConcurrentTimeout))
            {
                OpenApiSchema timeout = TimeoutSchema();
                (schema.Type, schema.Properties, schema.Required) = (timeout.Type, timeout.Properties, timeout.Required);
            }

            return Task.CompletedTask;
        });
        options.AddOperationTransformer(DescribeBodyAsync);
    });

    /// <summary>
    /// The page for people. It comes from the silo whole, and tells nobody else anything: neither what is tried out with it nor that it is.
    /// </summary>
    internal static void ConfigureReference(ScalarOptions reference) => reference
        .WithTitle("Cano")
        .WithOpenApiRoutePattern("/openapi/{documentName}.json")
        .DisableDefaultFonts()
        .DisableTelemetry()
        .DisableAgent()
        .DisableMcp()
        .HideDeveloperTools()
        .WithNonce();

    /// <summary>
    /// What the page may do: its scripts are the silo's own, or marked with what was made for this answer; styles are written by its
    /// scripts.
    /// </summary>
    /// <returns>Null where the answer is not the page.</returns>
    internal static string? ReferencePolicy(HttpContext http) => http.Items[ScalarOptions.NonceHttpContextItemKey] is not string nonce
        ? null
        : $"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>The body of a start is read by hand; this says what it is.</summary>
    private static Task DescribeBodyAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<BatchBodyMetadata>().Any())
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/json"] = new() { Schema = BatchSchema(), Example = JsonNode.Parse(Example) },
                    ["application/x-ndjson"] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Description = "The batch without instances on the first line, then one instance a line." } },
                },
            };
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = "Idempotency-Key",
                In = ParameterLocation.Header,
                Description = "For a batch without an id: the same key again is the same batch. At most 255 characters; each caller has keys of its own.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }

        return Task.CompletedTask;
    }

    private static OpenApiSchema BatchSchema() => new()
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { "timeout", "instances" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["id"] = Text("Makes the start idempotent; made by the server if left out.", "[A-Za-z0-9._:-]{1,200}"),
            ["name"] = Text("For people."),
            ["timeout"] = TimeoutSchema(),
            ["maxConcurrency"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1", Description = "How many instances may run at once; no limit of its own if left out." },
            ["store"] = new OpenApiSchema { Type = JsonSchemaType.Object, Description = "What each instance's store begins with." },
            ["sharedStore"] = new OpenApiSchema { Type = JsonSchemaType.Object, Description = "What the store that all instances share begins with; at most 100,000 bytes." },
            ["instances"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                MinItems = 1,
                MaxItems = BatchHeader.MaxInstances,
                Items = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Required = new HashSet<string> { "id", "workflow" },
                    Properties = new Dictionary<string, IOpenApiSchema>
                    {
                        ["id"] = Text("Unlike any other of the batch.", "[A-Za-z0-9._:-]{1,200}"),
                        ["workflow"] = Text("The name of a workflow, such as cano.simulate."),
                        ["params"] = new OpenApiSchema { Description = "What the workflow is given: any JSON value." },
                        ["label"] = Text("The variant, for comparing; at most 100 characters."),
                    },
                },
            },
        },
    };

    private static OpenApiSchema TimeoutSchema() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "When the batch stops.",
        Required = new HashSet<string> { "kind" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["kind"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "Which strategy.", Enum = [.. StrategyWords.All.Select(kind => (JsonNode)kind)] },
            ["quota"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1", Description = "How many instances must complete." },
            ["duration"] = Text("hh:mm:ss or hh:mm:ss.fffffff, with days in front; at most 365 days."),
        },
    };

    private static OpenApiSchema Text(string description, string? pattern = null) => new() { Type = JsonSchemaType.String, Description = description, Pattern = pattern };

    private const string Example =
        """
        {
          "id": "first", "timeout": { "kind": "waitForQuota", "quota": 2 },
          "instances": [
            { "id": "a", "workflow": "cano.simulate", "params": { "delayMs": 20 } },
            { "id": "b", "workflow": "cano.simulate", "params": { "delayMs": 40 } },
            { "id": "c", "workflow": "cano.simulate", "params": { "delayMs": 60000 } }
          ]
        }
        """;
}

/// <summary>Marks the endpoint whose body is a batch.</summary>
internal sealed class BatchBodyMetadata;
