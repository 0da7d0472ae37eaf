namespace Cano;

/// <summary>Which batches a caller asks for, as they were written; what is null does not matter.</summary>
internal sealed record BatchFilters(
    string? Phase, string? Workflow, string? Label, string? Name, string? Search, DateTimeOffset? From, DateTimeOffset? To, int? Limit, string? Cursor)
{
    /// <summary>Reads a page of the list.</summary>
    /// <exception cref="ApiException">A filter is not valid; it is named.</exception>
    internal async Task<Page<BatchStatus>> ReadAsync(IBatchList list, CanoHttpOptions options, CancellationToken cancellationToken)
    {
        BatchQuery query = new()
        {
            Phase = PageQuery.Word<BatchPhase>("phase", Phase),
            Workflow = Workflow,
            Label = Storable("label", Label),
            Name = Storable("name", Name),
            Search = Storable("search", Search),
            From = From,
            To = To,
            After = PageCursor.ReadPlace(Cursor),
            Limit = PageQuery.Limit(Limit, options) + 1,
        };
        if (Workflow is not null && Identifier.Fault(Workflow, "A workflow's name") is { } fault)
        {
            throw ApiException.Parameter("workflow", fault);
        }

        IReadOnlyList<BatchEntry> entries = await list.ListAsync(query, cancellationToken);
        BatchStatus[] items = [.. entries.Take(query.Limit - 1).Select(entry => entry.Status)];
        return new(items, entries.Count < query.Limit ? null : PageCursor.Of(new BatchPlace(items[^1].CreatedAt, items[^1].Id)));
    }

    /// <summary>PostgreSQL's text can't hold what it may be asked for here.</summary>
    private static string? Storable(string parameter, string? text) =>
        StorableText.Fault(text, StorableText.MaxNameLength, $"The {parameter}") is { } fault ? throw ApiException.Parameter(parameter, fault) : text;
}
