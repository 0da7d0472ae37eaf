using System.Buffers;
using System.ComponentModel;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>The results of a batch over HTTP.</summary>
internal static class ResultEndpoints
{
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
        api.MapGet("/batches/{id}/results.json", StreamDocumentAsync)
            .RequireAuthorization(Roles.Reader)
            .RequireRateLimiting(ApiLimits.Streams)
            .WithName("streamResultsDocument")
            .WithSummary("Streams one document with the counts and all results, as run --json prints it")
            .WithDescription("Those results that are final now; it does not wait for more.")
            .Produces<string>(200, "application/json")
            .Problems(404, 410);
        api.MapGet("/batches/{id}/results.csv", StreamCsvAsync)
            .RequireAuthorization(Roles.Reader)
            .RequireRateLimiting(ApiLimits.Streams)
            .WithName("streamResultsAsCsv")
            .WithSummary("Streams results as CSV (RFC 4180), in the order submitted")
            .WithDescription("Those that are final now; it does not wait for more. What a spreadsheet would take for a formula has a quote sign in front.")
            .Produces<string>(200, "text/csv")
            .Problems(400, 404, 410);
        api.MapGet("/batches/{id}/instances/{instanceId}", DescribeAsync)
            .RequireAuthorization(Roles.Reader)
            .WithName("getInstance")
            .WithSummary("Reads one instance: its params, and what is known of it, also while it waits or runs")
            .Problems(404, 410);
        api.MapGet("/batches/{id}/statistics", GetStatisticsAsync)
            .RequireAuthorization(Roles.Reader)
            .WithName("getStatistics")
            .WithSummary("Adds up what came of a batch so far")
            .WithDescription(
                "Durations and their percentiles (to within one percent), ends over time, failures by kind and message, the slowest, each variant compared with the first, and when instances ran (a sample of about 2,000). "
                + "Of a batch that runs they may be some seconds old, for a large one longer: a silo spends about a twentieth of its time on them.")
            .Problems(404, 410);
    }

    private static async Task<Ok<InstanceDocument>> DescribeAsync(string id, string instanceId, IGrainFactory grains, CancellationToken cancellationToken)
    {
        BatchRun run = BatchEndpoints.Open(grains, id);
        return await run.DescribeAsync(await run.GetViewAsync(cancellationToken), instanceId, cancellationToken) is { } instance
            ? TypedResults.Ok(InstanceDocument.Of(instance))
            : throw ApiException.NoInstance(id);
    }

    private static async Task<Ok<StatisticsDocument>> GetStatisticsAsync(string id, IGrainFactory grains, StatisticsReader statistics, CancellationToken cancellationToken)
    {
        BatchView view = await BatchEndpoints.Open(grains, id).GetViewAsync(cancellationToken);
        return TypedResults.Ok(StatisticsDocument.Of(id, await statistics.GetAsync(view, cancellationToken)));
    }

    private static async Task<Page<ResultDocument>> ListAsync(
        string id,
        IGrainFactory grains,
        IOptions<CanoHttpOptions> options,
        [Description("completed, failed or cancelled; all if left out.")] string? outcome,
        [Description("Those that failed with this kind of error.")] string? errorKind,
        [Description("Those that failed with a message of this pattern, as the statistics have it.")] string? errorPattern,
        [Description("How many at most; 50 if left out.")] int? limit,
        [Description("Where to go on: next of the page before.")] string? cursor,
        CancellationToken cancellationToken)
    {
        ResultFilter filter = new(PageQuery.Word<WorkflowOutcome>("outcome", outcome), errorKind, errorPattern);
        int most = PageQuery.Limit(limit, options.Value);
        int at = PageCursor.ReadNumber(cursor);
        BatchRun run = BatchEndpoints.Open(grains, id);
        BatchView view = await run.GetViewAsync(cancellationToken);
        (List<InstanceResult> results, int next) = await filter.ReadAsync(run, view, at, most, cancellationToken);
        return new([.. results.Select(ResultDocument.Of)], next < view.Status.Total ? PageCursor.Of(next) : null);
    }

    private static async Task<Ok<ResultDocument>> GetAsync(string id, string instanceId, IGrainFactory grains, CancellationToken cancellationToken)
    {
        BatchRun run = BatchEndpoints.Open(grains, id);
        BatchView view = await run.GetViewAsync(cancellationToken);
        (bool exists, InstanceResult? result) = await run.FindAsync(view, instanceId, cancellationToken);
        return result is not null
            ? TypedResults.Ok(ResultDocument.Of(result, withStack: true))
            : throw (exists
                ? new ApiException(404, "result-not-final", $"Instance '{instanceId}' of batch '{id}' has no outcome yet; ask again later.")
                : ApiException.NoInstance(id));
    }

    private static async Task StreamAsync(
        string id, HttpContext http, IGrainFactory grains, [Description("completed, failed or cancelled; all if left out.")] string? outcome, CancellationToken cancellationToken)
    {
        ArrayBufferWriter<byte> lines = new();
        await using Utf8JsonWriter writer = new(lines, s_line);
        await WriteAsync(id, http, grains, outcome, "application/x-ndjson", lines, WriteLine, cancellationToken);

        void WriteLine(InstanceResult result)
        {
            writer.WriteResult(result, withStack: true);
            writer.Flush();
            lines.Write("\n"u8);
            writer.Reset();
        }
    }

    private static async Task StreamDocumentAsync(string id, HttpContext http, IGrainFactory grains, CancellationToken cancellationToken)
    {
        BatchRun run = BatchEndpoints.Open(grains, id);
        BatchView view = await run.GetViewAsync(cancellationToken);
        http.Response.ContentType = "application/json";
        await using Utf8JsonWriter writer = new(http.Response.BodyWriter, DocumentWriter.Indented);
        writer.WriteResultsStart(view.Status);
        for (int at = 0; at < view.Status.Total;)
        {
            ResultPage page = await run.ReadPageAsync(view, at, PageSize, cancellationToken);
            at = page.Next;
            foreach (InstanceResult result in page.Results)
            {
                writer.WriteResult(result);
            }

            await writer.FlushAsync(cancellationToken);
            await http.Response.BodyWriter.FlushAsync(cancellationToken);
        }

        writer.WriteResultsEnd();
    }

    private static async Task StreamCsvAsync(
        string id, HttpContext http, IGrainFactory grains, [Description("completed, failed or cancelled; all if left out.")] string? outcome, CancellationToken cancellationToken)
    {
        ArrayBufferWriter<byte> lines = new();
        Encoding.UTF8.GetBytes(ResultsCsv.Head, lines);
        await WriteAsync(id, http, grains, outcome, "text/csv; charset=utf-8; header=present", lines, result => Encoding.UTF8.GetBytes(ResultsCsv.Line(result), lines), cancellationToken);
    }

    /// <summary>
    /// Writes the results page by page, what is in <paramref name="lines"/> already first. The caller is waited for while it has not taken
    /// what was sent: never more than a page is held.
    /// </summary>
    private static async Task WriteAsync(
        string id, HttpContext http, IGrainFactory grains, string? outcome, string type, ArrayBufferWriter<byte> lines, Action<InstanceResult> write, CancellationToken cancellationToken)
    {
        ResultFilter filter = new(PageQuery.Word<WorkflowOutcome>("outcome", outcome));
        BatchRun run = BatchEndpoints.Open(grains, id);
        BatchView view = await run.GetViewAsync(cancellationToken);
        http.Response.ContentType = type;
        PipeWriter output = http.Response.BodyWriter;
        for (int at = 0; at < view.Status.Total;)
        {
            ResultPage page = await run.ReadPageAsync(view, at, PageSize, cancellationToken);
            at = page.Next;
            foreach (InstanceResult result in page.Results.Where(filter.Takes))
            {
                write(result);
            }

            await output.WriteAsync(lines.WrittenMemory, cancellationToken);
            lines.ResetWrittenCount();
        }
    }
}
