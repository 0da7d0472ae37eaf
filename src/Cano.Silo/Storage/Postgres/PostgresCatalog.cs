using System.Data.Common;
using Dapper;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Cano;

/// <summary>The catalog in PostgreSQL. Entries that come while some are being written share the next statement.</summary>
internal sealed class PostgresCatalog : IBatchCatalog, IBatchList
{
    internal const string UnfinishedIdsExcept = $"{CatalogSql.UnfinishedIds} AND Owner <> ALL(@Except)";

    private const string WorkflowsOf =
        "SELECT BatchId, Digest, Workflow FROM CanoBatchWorkflow WHERE ServiceId = @Service AND BatchId = ANY(@Ids) ORDER BY Workflow";

    private const string LabelsOf =
        "SELECT BatchId, Digest, Label FROM CanoBatchLabel WHERE ServiceId = @Service AND BatchId = ANY(@Ids) ORDER BY Label";

    private readonly PostgresLane _lane;
    private readonly ILogger<PostgresCatalog> _logger;
    private readonly string _service;
    private readonly PostgresEntries _entries;

    public PostgresCatalog(PostgresLane lane, IOptions<ClusterOptions> cluster, ILogger<PostgresCatalog> logger)
    {
        _lane = lane;
        _logger = logger;
        _service = cluster.Value.ServiceId;
        _entries = new(WriteAsync);
    }

    public Task PutAsync(BatchEntry entry, CancellationToken cancellationToken = default) => _entries.PutAsync(entry).WaitAsync(cancellationToken);

    public Task<IReadOnlyList<BatchEntry>> GetUnfinishedAsync(CancellationToken cancellationToken = default) => RunAsync<IReadOnlyList<BatchEntry>>(
        writes: false,
        async connection => await WithChildrenAsync(connection, await ReadAsync(connection, CatalogSql.Unfinished, new { Service = _service })),
        cancellationToken);

    public Task<IReadOnlyList<BatchEntry>> GetUnfinishedAsync(
        IReadOnlyCollection<string> exceptOwners, Predicate<string> isDriven, CancellationToken cancellationToken = default) => RunAsync<IReadOnlyList<BatchEntry>>(
        writes: false,
        async connection =>
        {
            IEnumerable<string> ids = await connection.QueryAsync<string>(UnfinishedIdsExcept, new { Service = _service, Except = exceptOwners.ToArray() });
            string[] left = [.. ids.Where(id => !isDriven(id))];
            return left.Length == 0 ? [] : await ReadAsync(connection, $"{CatalogSql.Unfinished} AND Id = ANY(@Ids)", new { Service = _service, Ids = left });
        },
        cancellationToken);

    public Task<IReadOnlyList<BatchEntry>> GetExpiredAsync(
        DateTimeOffset before, BatchEntry? after, int limit, CancellationToken cancellationToken = default) =>
        RunAsync<IReadOnlyList<BatchEntry>>(
            writes: false,
            async connection => await ReadAsync(connection, after is null ? CatalogSql.Expired : CatalogSql.ExpiredAfter, new
            {
                Service = _service,
                Before = before.ToUniversalTime(),
                AfterTime = (after?.PurgedAt ?? after?.Status.FinishedAt)?.ToUniversalTime(),
                AfterId = after?.Status.Id,
                AfterDigest = after?.Digest,
                Limit = limit,
            }),
            cancellationToken);

    public Task<IReadOnlyList<BatchEntry>> ListAsync(BatchQuery query, CancellationToken cancellationToken = default) => RunAsync<IReadOnlyList<BatchEntry>>(
        writes: false,
        async connection => await ReadAsync(connection, CatalogSql.List(query, oneByOne: true), new
        {
            Service = _service,
            Phase = query.Phase is { } phase ? CatalogWords.Of(phase) : null,
            query.Workflow,
            query.Label,
            query.Name,
            query.SearchPattern,
            From = query.From?.ToUniversalTime(),
            To = query.To?.ToUniversalTime(),
            AfterTime = query.After?.CreatedAt.ToUniversalTime(),
            AfterId = query.After?.Id,
            query.Limit,
        }),
        cancellationToken);

    public Task RemoveAsync(BatchEntry entry, CancellationToken cancellationToken = default) => RunAsync(
        writes: true,
        async connection => await connection.ExecuteAsync(
            // One statement, so that all of it happens or nothing. What belongs to an entry that is another by now stays.
            $"""
            WITH removed AS ({CatalogSql.Remove} RETURNING Id),
            workflows AS ({CatalogSql.RemoveWorkflows} AND EXISTS (SELECT FROM removed))
            {CatalogSql.RemoveLabels} AND EXISTS (SELECT FROM removed)
            """,
            new { Service = _service, entry.Status.Id, entry.Digest, CreatedAt = entry.Status.CreatedAt.ToUniversalTime(), entry.Version }),
        cancellationToken);

    private Task<int> WriteAsync(IReadOnlyList<BatchEntry> entries) => RunAsync(
        writes: true,
        async connection =>
        {
            // In one order, so that silos which write the same rows at once wait for each other in that order only.
            BatchEntry[] sorted = [.. entries.OrderBy(entry => entry.Status.Id, StringComparer.Ordinal).ThenBy(entry => entry.Digest, StringComparer.Ordinal)];
            return await connection.ExecuteAsync(PostgresCatalogSql.PutFor(sorted), PostgresCatalogSql.RowsOf(_service, sorted));
        },
        CancellationToken.None);

    private async Task<IReadOnlyList<BatchEntry>> WithChildrenAsync(DbConnection connection, List<BatchEntry> entries)
    {
        var key = new { Service = _service, Ids = entries.Select(entry => entry.Status.Id).ToArray() };
        ILookup<(string, string), string> workflows = await ChildrenAsync(connection, WorkflowsOf, key);
        ILookup<(string, string), string> labels = await ChildrenAsync(connection, LabelsOf, key);
        return [.. entries.Select(entry => entry with { Workflows = [.. workflows[(entry.Status.Id, entry.Digest)]], Labels = [.. labels[(entry.Status.Id, entry.Digest)]] })];
    }

    private static async Task<ILookup<(string, string), string>> ChildrenAsync(DbConnection connection, string sql, object key) =>
        (await connection.QueryAsync<(string Batch, string Digest, string Child)>(sql, key)).ToLookup(one => (one.Batch, one.Digest), one => one.Child);

    private async Task<List<BatchEntry>> ReadAsync(DbConnection connection, string sql, object parameters)
    {
        List<BatchEntry> entries = [];
        await using DbDataReader reader = await connection.ExecuteReaderAsync(sql, parameters);
        while (await reader.ReadAsync())
        {
            CatalogReader.AddTo(entries, reader, _logger);
        }

        return entries;
    }

    private async Task<T> RunAsync<T>(bool writes, Func<DbConnection, Task<T>> operation, CancellationToken cancellationToken)
    {
        T answer = default!;
        await _lane.RunAsync(writes, async () =>
        {
            await using DbConnection connection = await _lane.DataSource.OpenConnectionAsync();
            answer = await operation(connection);
        }).WaitAsync(cancellationToken);
        return answer;
    }
}
