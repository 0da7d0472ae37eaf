using System.Globalization;
using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>What the pages of batches show.</summary>
internal sealed class BatchPages(IGrainFactory grains, IBatchList list, StatisticsReader statistics, WorkflowRegistry registry, IOptions<CanoHttpOptions> options, TimeProvider clock)
{
    /// <summary>How long a page waits for statistics that are not ready; then it comes without, and asks again soon.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(300);

    internal async Task<BatchListModel> ListAsync(BatchListRequest request, CancellationToken cancellationToken)
    {
        Page<BatchStatus> page = await request.Filters.ReadAsync(list, options.Value, cancellationToken);
        return new(request, page.Items, page.Next, [.. registry.Programs.Select(program => program.Name).Order(StringComparer.Ordinal)]);
    }

    internal async Task<BatchModel> GetAsync(string id, CancellationToken cancellationToken)
    {
        BatchRun run = BatchEndpoints.Open(grains, id);
        BatchView view = await run.GetViewAsync(cancellationToken);
        Task<SharedStorePage> shared = run.ReadSharedStoreAsync(
            view, store => store.ReadAsync(after: null, SharedStoreText.MaxValues, SharedStoreText.MaxBytes), cancellationToken);
        StatisticsDocument? numbers = null;
        try
        {
            numbers = StatisticsDocument.Of(id, await statistics.GetAsync(view, cancellationToken).WaitAsync(s_patience, clock, cancellationToken));
        }
        catch (TimeoutException)
        {
            // They are being added up; the page says so.
        }

        return new(view.Status, numbers, BatchPace.Of(view.Status, clock.GetUtcNow()), await shared);
    }

    internal Task CancelAsync(string id, CancellationToken cancellationToken) => BatchEndpoints.Open(grains, id).CancelAsync(cancellationToken);
}

/// <summary>Which batches are to be shown.</summary>
/// <param name="Phase">As in the API.</param>
/// <param name="Workflow">As in the API.</param>
/// <param name="Label">As in the API.</param>
/// <param name="Search">As in the API.</param>
/// <param name="From">As in the API.</param>
/// <param name="To">As in the API.</param>
/// <param name="Cursor">As in the API.</param>
internal sealed record BatchListRequest(string? Phase, string? Workflow, string? Label, string? Search, string? From, string? To, string? Cursor)
{
    /// <summary>
    /// The same as the API understands it: fields of a form that were left empty are not asked for; a day means its beginning, in UTC.
    /// </summary>
    internal BatchFilters Filters => new(
        Given(Phase), Given(Workflow), Given(Label), Name: null, Given(Search), Time("from", From), Time("to", To), Limit: null, Given(Cursor));

    internal bool HasFilter => new[] { Phase, Workflow, Label, Search, From, To }.Any(text => Given(text) is not null);

    /// <summary>The same list from another place on.</summary>
    internal string UrlOf(string? cursor)
    {
        (string Name, string? Value)[] all = [("phase", Phase), ("workflow", Workflow), ("label", Label), ("search", Search), ("from", From), ("to", To), ("cursor", cursor)];
        return "/" + QueryString.Create(all.Where(one => Given(one.Value) is not null).Select(one => KeyValuePair.Create(one.Name, one.Value)));
    }

    private static DateTimeOffset? Time(string name, string? text) => Given(text) switch
    {
        null => null,
        var given when DateTimeOffset.TryParse(given, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) => time,
        _ => throw ApiException.Parameter(name, $"It was '{text}'; write it as 2026-11-26 or 2026-11-26T18:30Z."),
    };

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}

/// <summary>A page of the list.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Items">The batches, the newest first.</param>
/// <param name="Next">Where the next page begins; null: there is none.</param>
/// <param name="Workflows">The workflows that may be asked for.</param>
internal sealed record BatchListModel(BatchListRequest Request, IReadOnlyList<BatchStatus> Items, string? Next, IReadOnlyList<string> Workflows);

/// <summary>A batch.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Statistics">What came of it so far; null while that is being added up.</param>
/// <param name="Pace">How fast it goes.</param>
/// <param name="Shared">The first values of its shared store, cut short.</param>
internal sealed record BatchModel(BatchStatus Status, StatisticsDocument? Statistics, BatchPace Pace, SharedStorePage Shared);
