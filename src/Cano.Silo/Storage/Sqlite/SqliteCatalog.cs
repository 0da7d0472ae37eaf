using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Cano;

/// <summary>
/// The catalog in SQLite. It goes through the lane like everything else, so that entries which come during a commit share the next one.
/// </summary>
internal sealed class SqliteCatalog(SqliteLane lane, IOptions<ClusterOptions> cluster, ILogger<SqliteCatalog> logger)
    : IBatchCatalog, IBatchList
{
    private const string Put =
        $"""
        INSERT INTO CanoBatch (ServiceId, {CatalogSql.Columns})
        VALUES (
            @Service, @Id, @Name, @Phase, @StopReason, @DecidedBy, @Total, @Pending, @Running, @Completed, @Failed, @Cancelled,
            @CreatedAt, @StartedAt, @Deadline, @StoppedAt, @FinishedAt, @PurgedAt, @IsBeingPurged, @IsUnfinished, @Owner, @Version, @Digest, @Partitions)
        {CatalogSql.OnConflict}
        """;

    private const string PutWorkflows =
        "INSERT OR REPLACE INTO CanoBatchWorkflow (ServiceId, BatchId, Digest, CreatedAt, Workflow) SELECT @Service, @Id, @Digest, @CreatedAt, value FROM json_each(@Workflows)";

    private const string PutLabels =
        "INSERT OR REPLACE INTO CanoBatchLabel (ServiceId, BatchId, Digest, CreatedAt, Label) SELECT @Service, @Id, @Digest, @CreatedAt, value FROM json_each(@Labels)";

    internal const string UnfinishedIdsExcept = $"{CatalogSql.UnfinishedIds} AND Owner NOT IN (SELECT value FROM json_each(@Except))";

    private const string UnfinishedOf = $"{CatalogSql.Unfinished} AND Id IN (SELECT value FROM json_each(@Ids))";

    private string Service => cluster.Value.ServiceId;

    public Task PutAsync(BatchEntry entry, CancellationToken cancellationToken = default) =>
        RunAsync(writes: true, connection => Enter(connection, entry), cancellationToken);

    public Task<IReadOnlyList<BatchEntry>> GetUnfinishedAsync(CancellationToken cancellationToken = default) => RunAsync<IReadOnlyList<BatchEntry>>(
        writes: false,
        connection =>
        {
            List<BatchEntry> entries = Read(connection, CatalogSql.Unfinished, new { Service });
            return [.. entries.Select(entry => WithChildren(connection, entry))];
        },
        cancellationToken);

    public Task<IReadOnlyList<BatchEntry>> GetUnfinishedAsync(
        IReadOnlyCollection<string> exceptOwners, Predicate<string> isDriven, CancellationToken cancellationToken = default) => RunAsync<IReadOnlyList<BatchEntry>>(
        writes: false,
        connection =>
        {
            string[] ids = [.. connection
                .Query<string>(UnfinishedIdsExcept, new { Service, Except = JsonSerializer.Serialize(exceptOwners) }, buffered: false)
                .Where(id => !isDriven(id))];
            return ids.Length == 0 ? [] : Read(connection, UnfinishedOf, new { Service, Ids = JsonSerializer.Serialize(ids) });
        },
        cancellationToken);

    public Task<IReadOnlyList<BatchEntry>> GetExpiredAsync(
        DateTimeOffset before, BatchEntry? after, int limit, CancellationToken cancellationToken = default) =>
        RunAsync<IReadOnlyList<BatchEntry>>(
            writes: false,
            connection => Read(connection, after is null ? CatalogSql.Expired : CatalogSql.ExpiredAfter, new
            {
                Service,
                Before = Time(before),
                AfterTime = Time(after?.PurgedAt ?? after?.Status.FinishedAt),
                AfterId = after?.Status.Id,
                AfterDigest = after?.Digest,
                Limit = limit,
            }),
            cancellationToken);

    public Task<IReadOnlyList<BatchEntry>> ListAsync(BatchQuery query, CancellationToken cancellationToken = default) => RunAsync<IReadOnlyList<BatchEntry>>(
        writes: false,
        connection => Read(connection, CatalogSql.List(query), new
        {
            Service,
            Phase = query.Phase is { } phase ? CatalogWords.Of(phase) : null,
            query.Workflow,
            query.Label,
            query.Name,
            query.SearchPattern,
            From = Time(query.From),
            To = Time(query.To),
            AfterTime = Time(query.After?.CreatedAt),
            AfterId = query.After?.Id,
            query.Limit,
        }),
        cancellationToken);

    public Task RemoveAsync(BatchEntry entry, CancellationToken cancellationToken = default) => RunAsync(
        writes: true,
        connection =>
        {
            var key = new { Service, entry.Status.Id, entry.Digest, CreatedAt = Time(entry.Status.CreatedAt), entry.Version };
            using Savepoint savepoint = new(connection);
            bool removed = connection.Execute(CatalogSql.Remove, key) > 0;
            if (removed)
            {
                connection.Execute(CatalogSql.RemoveWorkflows, key);
                connection.Execute(CatalogSql.RemoveLabels, key);
            }

            savepoint.Keep();
            return removed;
        },
        cancellationToken);

    /// <returns>False: it is outdated.</returns>
    private bool Enter(DbConnection connection, BatchEntry entry)
    {
        // Workflows and labels of an entry that was put without them would be put with it the next time; those that a purge has to remove
        // would stay.
        using Savepoint? savepoint = entry.PurgedAt is null ? null : new(connection);
        object row = RowOf(entry);
        if (connection.Execute(Put, row) == 0)
        {
            return false;
        }

        if (entry.PurgedAt is not null)
        {
            connection.Execute(CatalogSql.RemoveWorkflows, row);
            connection.Execute(CatalogSql.RemoveLabels, row);
        }
        else if (entry.Status.Phase is not BatchPhase.Finished)
        {
            connection.Execute(PutWorkflows, row);
            if (entry.Labels.Length > 0)
            {
                connection.Execute(PutLabels, row);
            }
        }

        savepoint?.Keep();
        return true;
    }

    private object RowOf(BatchEntry entry)
    {
        BatchStatus status = entry.Status;
        return new
        {
            Service,
            status.Id,
            status.Name,
            Phase = CatalogWords.Of(status.Phase),
            StopReason = status.StopReason is { } reason ? CatalogWords.Of(reason) : null,
            status.DecidedBy,
            status.Total,
            status.Pending,
            status.Running,
            status.Completed,
            status.Failed,
            status.Cancelled,
            CreatedAt = Time(status.CreatedAt),
            StartedAt = Time(status.StartedAt),
            Deadline = Time(status.Deadline),
            StoppedAt = Time(status.StoppedAt),
            FinishedAt = Time(status.FinishedAt),
            PurgedAt = Time(entry.PurgedAt),
            entry.IsBeingPurged,
            entry.IsUnfinished,
            entry.Owner,
            entry.Version,
            entry.Digest,
            entry.Partitions,
            Workflows = JsonSerializer.Serialize(entry.Workflows),
            Labels = JsonSerializer.Serialize(entry.Labels),
        };
    }

    private BatchEntry WithChildren(DbConnection connection, BatchEntry entry)
    {
        var key = new { Service, entry.Status.Id, entry.Digest };
        return entry with
        {
            Workflows = [.. connection.Query<string>("SELECT Workflow FROM CanoBatchWorkflow WHERE ServiceId = @Service AND BatchId = @Id AND Digest = @Digest ORDER BY Workflow", key)],
            Labels = [.. connection.Query<string>("SELECT Label FROM CanoBatchLabel WHERE ServiceId = @Service AND BatchId = @Id AND Digest = @Digest ORDER BY Label", key)],
        };
    }

    private List<BatchEntry> Read(DbConnection connection, string sql, object parameters)
    {
        List<BatchEntry> entries = [];
        using DbDataReader reader = (DbDataReader)connection.ExecuteReader(sql, parameters);
        while (reader.Read())
        {
            CatalogReader.AddTo(entries, reader, logger);
        }

        return entries;
    }

    private async Task<T> RunAsync<T>(bool writes, Func<DbConnection, T> operation, CancellationToken cancellationToken)
    {
        T answer = default!;
        await lane.RunAsync(writes, () =>
        {
            answer = operation(lane.DataSource.CreateConnection());
            return Task.CompletedTask;
        }).WaitAsync(cancellationToken);
        return answer;
    }

    private static string? Time(DateTimeOffset? time) => time is { } some ? Time(some) : null;

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
