using System.ComponentModel;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>Batches over HTTP: start, list, status, cancel, purge.</summary>
internal static class BatchEndpoints
{
    private const string JsonType = "application/json";
    private const string LinesType = "application/x-ndjson";
    private const int MaxKeyLength = 255;

    internal static void MapBatches(this IEndpointRouteBuilder api)
    {
        api.MapPost("/batches", StartAsync)
            .RequireAuthorization(Roles.Operator)
            .RequireRateLimiting(ApiLimits.Starts)
            .WithName("startBatch")
            .WithSummary("Starts a batch")
            .WithDescription(
                "The body is the batch as JSON, or line by line (application/x-ndjson): first the batch without its instances, then one instance a line. Once it is answered, the batch survives the loss of every silo. "
                + "The same id and content again answers 200 with the batch that exists; the same id with other content is refused. Without an id the server makes one, by the header Idempotency-Key if it is there: "
                + "then the same key again is the same batch.")
            .WithMetadata(new BatchBodyMetadata())
            .Problems(400, 409, 410, 413, 415);
        api.MapGet("/batches", ListAsync)
            .RequireAuthorization(Roles.Reader)
            .WithName("listBatches")
            .WithSummary("Lists batches, the newest first")
            .WithDescription("Read from the catalog, which is told of a batch's start and end, and of what is between them every few seconds: ask for one batch's status for what holds now.")
            .Problems(400);
        api.MapGet("/batches/{id}", GetAsync)
            .RequireAuthorization(Roles.Reader)
            .WithName("getBatch")
            .WithSummary("Says how far a batch is")
            .Problems(404, 410);
        api.MapPost("/batches/{id}/cancel", CancelAsync)
            .RequireAuthorization(Roles.Operator)
            .WithName("cancelBatch")
            .WithSummary("Stops a batch")
            .WithDescription("What is not final is cancelled, durably once this is answered. A batch that has stopped stays as it is.")
            .Problems(404, 410);
        api.MapDelete("/batches/{id}", PurgeAsync)
            .RequireAuthorization(Roles.Operator)
            .WithName("purgeBatch")
            .WithSummary("Removes a finished batch with all its rows")
            .WithDescription("Its id stays refused for as long as finished batches are kept (Cano:Retention).")
            .Problems(404, 409);
    }

    private static async Task<Results<Created<BatchStatus>, Ok<BatchStatus>>> StartAsync(
        HttpContext http, IGrainFactory grains, IParamsCheck check, IOptions<CanoHttpOptions> options, CancellationToken cancellationToken)
    {
        bool lines = HasType(http.Request, LinesType);
        if (!lines && !HasType(http.Request, JsonType))
        {
            throw new ApiException(415, "unsupported-media-type", $"The body's Content-Type was '{http.Request.ContentType}'; it must be {JsonType} or {LinesType}.");
        }

        SetLimit(http, lines ? options.Value.MaxStreamBytes : options.Value.MaxRequestBytes);
        Func<string> newId = NewId(http.Request);
        using BatchLines? reader = lines ? new(newId) : null;
        PreparedBatch batch = reader is null
            ? await ReadAsync(http.Request, newId, cancellationToken)
            : await reader.ReadAsync(http.Request.BodyReader, cancellationToken) ?? throw ApiException.Refused(reader.Faults);
        BatchClient client = new(grains);
        await BatchParams.RequireFitAsync(batch, check, client, cancellationToken);
        (BatchStatus status, bool joined) = await client.StartOrJoinAsync(batch, cancellationToken);
        return joined ? TypedResults.Ok(status) : TypedResults.Created($"/api/batches/{status.Id}", status);
    }

    private static Task<Page<BatchStatus>> ListAsync(
        IBatchList list,
        IOptions<CanoHttpOptions> options,
        [Description("pending, running, stopping or finished, as of the catalog.")] string? phase,
        [Description("Batches with an instance of this workflow.")] string? workflow,
        [Description("Batches with an instance of this label.")] string? label,
        [Description("Batches of exactly this name.")] string? name,
        [Description("Batches whose id or name has this in it, small and capital letters being the same.")] string? search,
        [Description("Batches submitted at this time (RFC 3339) or later.")] DateTimeOffset? from,
        [Description("Batches submitted before this time (RFC 3339).")] DateTimeOffset? to,
        [Description("How many at most; 50 if left out.")] int? limit,
        [Description("Where to go on: next of the page before.")] string? cursor,
        CancellationToken cancellationToken) =>
        new BatchFilters(phase, workflow, label, name, search, from, to, limit, cursor).ReadAsync(list, options.Value, cancellationToken);

    private static async Task<Ok<BatchStatus>> GetAsync(string id, IGrainFactory grains, CancellationToken cancellationToken) =>
        TypedResults.Ok(await Open(grains, id).GetStatusAsync(cancellationToken));

    private static async Task<Accepted<BatchStatus>> CancelAsync(string id, IGrainFactory grains, CancellationToken cancellationToken) =>
        TypedResults.Accepted($"/api/batches/{id}", await Open(grains, id).CancelAsync(cancellationToken));

    private static async Task<NoContent> PurgeAsync(string id, IGrainFactory grains, CancellationToken cancellationToken)
    {
        await Open(grains, id).PurgeAsync(cancellationToken);
        return TypedResults.NoContent();
    }

    /// <summary>A batch by an id that may be anything.</summary>
    /// <exception cref="ApiException">No batch can have it.</exception>
    internal static BatchRun Open(IGrainFactory grains, string id) => Identifier.Fault(id, "A batch's id") is { } fault
        ? throw new ApiException(400, ErrorCodes.InvalidId, fault)
        : new BatchClient(grains).Open(id);

    private static async Task<PreparedBatch> ReadAsync(HttpRequest request, Func<string> newId, CancellationToken cancellationToken)
    {
        using MemoryStream body = new((int)Math.Min(request.ContentLength ?? 0, 1024 * 1024));
        await request.Body.CopyToAsync(body, cancellationToken);
        return BatchDocument.Read(body.GetBuffer().AsMemory(0, (int)body.Length), out IReadOnlyList<CanoConfigurationException> faults, newId) ?? throw ApiException.Refused(faults);
    }

    private static bool HasType(HttpRequest request, string type) =>
        request.ContentType is { } given && given.Split(';')[0].Trim().Equals(type, StringComparison.OrdinalIgnoreCase);

    private static void SetLimit(HttpContext http, long bytes)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = bytes;
        }
    }

    /// <summary>
    /// The id of a batch that names none: by the caller's key, so that asking again joins what the first request has started; each caller
    /// has keys of its own.
    /// </summary>
    private static Func<string> NewId(HttpRequest request)
    {
        string? key = request.Headers["Idempotency-Key"];
        if (key is null)
        {
            return BatchSubmission.NewId;
        }

        if (key.Length is 0 or > MaxKeyLength)
        {
            throw ApiException.Parameter("Idempotency-Key", $"It has {key.Length} characters; it must have 1 to {MaxKeyLength}.");
        }

        string caller = request.HttpContext.User.Identity?.Name ?? "";
        return () => $"key-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{caller}\n{key}")).AsSpan(0, 16))}";
    }
}
