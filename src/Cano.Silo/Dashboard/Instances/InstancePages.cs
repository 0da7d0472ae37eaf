using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>What the pages of instances show.</summary>
internal sealed class InstancePages(IGrainFactory grains, IOptions<CanoHttpOptions> options)
{
    private const int Rows = 100;

    internal async Task<InstanceListModel> ListAsync(InstanceListRequest request, CancellationToken cancellationToken)
    {
        ResultFilter filter = new(PageQuery.Word<WorkflowOutcome>("outcome", Given(request.Outcome)), Given(request.ErrorKind), Given(request.ErrorPattern));
        BatchRun run = BatchEndpoints.Open(grains, request.Id);
        BatchView view = await run.GetViewAsync(cancellationToken);
        int from = PageCursor.ReadNumber(Given(request.Cursor));
        (List<InstanceResult> results, int next) = await filter.ReadAsync(run, view, from, Math.Min(Rows, options.Value.MaxPageSize), cancellationToken);
        return new(request, view.Status, results, next < view.Status.Total ? PageCursor.Of(next) : null);
    }

    internal async Task<InstanceModel> GetAsync(string id, string instanceId, CancellationToken cancellationToken)
    {
        BatchRun run = BatchEndpoints.Open(grains, id);
        BatchView view = await run.GetViewAsync(cancellationToken);
        return new(view.Status, await run.DescribeAsync(view, instanceId, cancellationToken) ?? throw ApiException.NoInstance(id));
    }

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
}

/// <summary>Which instances of a batch are to be shown.</summary>
/// <param name="Id">The batch.</param>
/// <param name="Outcome">As in the API.</param>
/// <param name="ErrorKind">As in the API.</param>
/// <param name="ErrorPattern">As in the API.</param>
/// <param name="Cursor">As in the API.</param>
internal sealed record InstanceListRequest(string Id, string? Outcome, string? ErrorKind, string? ErrorPattern, string? Cursor)
{
    internal string UrlOf(string? cursor) => UrlOf(Id, Outcome, ErrorKind, ErrorPattern, cursor);

    internal static string UrlOf(string id, ErrorGroup error) => UrlOf(id, outcome: null, error.Kind, error.Pattern, cursor: null);

    internal static string UrlOf(string id, WorkflowOutcome? outcome) => UrlOf(id, outcome is { } one ? DocumentWriter.Word(one) : null, errorKind: null, errorPattern: null, cursor: null);

    private static string UrlOf(string id, string? outcome, string? errorKind, string? errorPattern, string? cursor)
    {
        (string Name, string? Value)[] all = [("outcome", outcome), ("errorKind", errorKind), ("errorPattern", errorPattern), ("cursor", cursor)];
        return $"/batches/{id}/instances" + QueryString.Create(all.Where(one => !string.IsNullOrEmpty(one.Value)).Select(one => KeyValuePair.Create(one.Name, one.Value)));
    }
}

/// <summary>Instances of a batch that have an outcome.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Batch">The batch.</param>
/// <param name="Results">The results, in the order submitted.</param>
/// <param name="Next">Where the next page begins; null: there is none.</param>
internal sealed record InstanceListModel(InstanceListRequest Request, BatchStatus Batch, IReadOnlyList<InstanceResult> Results, string? Next);

/// <summary>An instance.</summary>
/// <param name="Batch">Its batch.</param>
/// <param name="Instance">All that is known of it.</param>
internal sealed record InstanceModel(BatchStatus Batch, InstanceDescription Instance);
