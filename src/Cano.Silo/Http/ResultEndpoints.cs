using System.Buffers;
using System.ComponentModel;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>The results of a batch over HTTP.</summary>
internal static class ResultEndpoints
{
    /// <summary>So many places of a batch one request looks at, at most: a page of rare outcomes may come short.</summary>
    private const int MaxPlaces = 20_000;

    private const int PageSize = 1_000;

    private static readonly JsonWriterOptions s_line = DocumentWriter.Indented with { Indented = false };

    internal static void MapResults(this IEndpointRouteBuilder api)
    {
        api.MapGet("/batches/{id}/results", ListAsync)
            .RequireAuthorization(Roles.Reader)
            .WithName("listResults")
            .WithSummary("Lists results in the order submitted")
            .WithDescription("While the batch runs, those that are final so far. With an outcome a page may have fewer than were asked for though more are to come: go on as long as there is a next.")
            .Problems(400, 404, 410);
        api.MapGet("/batches/{id}/results/{instanceId}", GetAsync)
            .RequireAuthorization(Roles.Reader)
            .WithName("getResult")
            .WithSummary("Reads the result of one instance")
            .Problems(404, 410);
        api.MapGet("/batches/{id}/results.ndjson", StreamAsync)
            .RequireAuthorization(Roles.Reader)
            .RequireRateLimiting(ApiLimits.Streams)
            .WithName("streamResults")
            .WithSummary("Streams results, one a line, in the order submitted")
            .WithDescription("Those that are final now; it does not wait for more.")
            .Produces<ResultDocument>(200, "application/x-ndjson")
            .Problems(400, 404, 410);
    }

    private static async Task<Page<ResultDocument>> ListAsync(
        string id,
        IGrainFactory grains,
        IOptions<CanoHttpOptions> options,
        [Description("completed, failed or cancelled; all if left out.")] string? outcome,
        [Description("How many at most; 50 if left out.")] int? limit,
        [Description("Where to go on: next of the page before.")] string? cursor,
        CancellationToken cancellationToken)
    {
        WorkflowOutcome? wanted = PageQuery.Word<WorkflowOutcome>("outcome", outcome);
        int most = PageQuery.Limit(limit, options.Value);
        int at = PageCursor.ReadNumber(cursor);
        int end = (int)Math.Min(int.MaxValue, (long)at + MaxPlaces);
        BatchRun run = BatchEndpoints.Open(grains, id);
        BatchView view = await run.GetViewAsync(cancellationToken);
        List<ResultDocument> items = [];
        while (at < view.Status.Total && at < end && items.Count < most)
        {
            int count = wanted is null ? most - items.Count : Math.Min(PageSize, end - at);
            ResultPage page = await run.ReadPageAsync(view, at, count, cancellationToken);
            at = page.Next;
            foreach (InstanceResult result in page.Results)
            {
                if (wanted is not null && result.Outcome != wanted)
                {
                    continue;
                }

                if (items.Count == most)
                {
                    at = result.Ordinal;
                    break;
                }

                items.Add(ResultDocument.Of(result));
            }
        }

        return new(items, at < view.Status.Total ? PageCursor.Of(at) : null);
    }

    private static async Task<Ok<ResultDocument>> GetAsync(string id, string instanceId, IGrainFactory grains, CancellationToken cancellationToken)
    {
        BatchRun run = BatchEndpoints.Open(grains, id);
        BatchView view = await run.GetViewAsync(cancellationToken);
        (bool exists, InstanceResult? result) = await run.FindAsync(view, instanceId, cancellationToken);
        return result is not null
            ? TypedResults.Ok(ResultDocument.Of(result))
            : throw (exists
                ? new ApiException(404, "result-not-final", $"Instance '{instanceId}' of batch '{id}' has no outcome yet; ask again later.")
                : new ApiException(404, "instance-not-found", $"Batch '{id}' has no instance of the id that was asked for."));
    }

    private static async Task StreamAsync(
        string id, HttpContext http, IGrainFactory grains, [Description("completed, failed or cancelled; all if left out.")] string? outcome, CancellationToken cancellationToken)
    {
        WorkflowOutcome? wanted = PageQuery.Word<WorkflowOutcome>("outcome", outcome);
        BatchRun run = BatchEndpoints.Open(grains, id);
        BatchView view = await run.GetViewAsync(cancellationToken);
        http.Response.ContentType = "application/x-ndjson";
        PipeWriter output = http.Response.BodyWriter;
        ArrayBufferWriter<byte> line = new();
        await using Utf8JsonWriter writer = new(line, s_line);
        for (int at = 0; at < view.Status.Total;)
        {
            ResultPage page = await run.ReadPageAsync(view, at, PageSize, cancellationToken);
            at = page.Next;
            foreach (InstanceResult result in page.Results.Where(result => wanted is null || result.Outcome == wanted))
            {
                writer.WriteResult(result);
                await writer.FlushAsync(cancellationToken);
                line.Write("\n"u8);
                writer.Reset();
            }

            // Waits while the caller has not taken what was sent: never more than a page is held.
            await output.WriteAsync(line.WrittenMemory, cancellationToken);
            line.ResetWrittenCount();
        }
    }
}
