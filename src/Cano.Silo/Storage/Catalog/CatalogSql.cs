namespace Cano;

/// <summary>The statements of the catalog that both databases understand alike. What its columns mean stands in docs/catalog.md.</summary>
internal static class CatalogSql
{
    /// <summary>All columns but the service, in the order in which they are written and read.</summary>
    internal const string Columns =
        "Id, Name, Phase, StopReason, DecidedBy, Total, Pending, Running, Completed, Failed, Cancelled, CreatedAt, StartedAt, Deadline, StoppedAt, FinishedAt, PurgedAt, "
        + "IsBeingPurged, IsUnfinished, Owner, Version, Digest, Partitions";

    /// <summary>After an INSERT: what <see cref="IBatchCatalog"/> says of an entry that is there already.</summary>
    internal const string OnConflict =
        """
        ON CONFLICT (ServiceId, Id, Digest) DO UPDATE SET
            Name = excluded.Name, Phase = excluded.Phase, StopReason = excluded.StopReason, DecidedBy = excluded.DecidedBy,
            Total = excluded.Total, Pending = excluded.Pending, Running = excluded.Running,
            Completed = excluded.Completed, Failed = excluded.Failed, Cancelled = excluded.Cancelled,
            CreatedAt = excluded.CreatedAt, StartedAt = excluded.StartedAt, Deadline = excluded.Deadline,
            StoppedAt = excluded.StoppedAt, FinishedAt = excluded.FinishedAt, PurgedAt = excluded.PurgedAt,
            IsBeingPurged = excluded.IsBeingPurged, IsUnfinished = excluded.IsUnfinished,
            Owner = excluded.Owner, Version = excluded.Version, Partitions = excluded.Partitions
        WHERE CanoBatch.CreatedAt <> excluded.CreatedAt OR CanoBatch.Version < excluded.Version
            OR (CanoBatch.Version = excluded.Version AND CanoBatch.Owner = excluded.Owner)
        """;

    /// <summary>Takes an entry away, if it still is of that start and version, and what belongs to it.</summary>
    internal const string Remove = "DELETE FROM CanoBatch WHERE ServiceId = @Service AND Id = @Id AND Digest = @Digest AND CreatedAt = @CreatedAt AND Version = @Version";

    internal const string RemoveWorkflows = "DELETE FROM CanoBatchWorkflow WHERE ServiceId = @Service AND BatchId = @Id AND Digest = @Digest";

    internal const string RemoveLabels = "DELETE FROM CanoBatchLabel WHERE ServiceId = @Service AND BatchId = @Id AND Digest = @Digest";

    /// <summary>The first page of those that have been kept long enough.</summary>
    internal const string Expired = $"{ExpiredBefore} {ExpiryOrder}";

    /// <summary>
    /// The page after an entry. Its time stands there twice, since an index leads to that, and to none of the other columns.
    /// </summary>
    internal const string ExpiredAfter =
        $"""
        {ExpiredBefore} AND coalesce(PurgedAt, FinishedAt) >= @AfterTime
        AND (coalesce(PurgedAt, FinishedAt), Id, Digest) > (@AfterTime, @AfterId, @AfterDigest) {ExpiryOrder}
        """;

    private const string ExpiredBefore =
        $"SELECT {Columns} FROM CanoBatch WHERE ServiceId = @Service AND NOT IsUnfinished AND coalesce(PurgedAt, FinishedAt) <= @Before";

    private const string ExpiryOrder = "ORDER BY coalesce(PurgedAt, FinishedAt), Id, Digest LIMIT @Limit";

    /// <summary>
    /// A page of the list. It is read in the order of an index (of the workflow's or the label's rows where one is asked for), so that it
    /// costs the same wherever in the list it is. The unfinished, which are few, are all looked at, and before anything else: left to
    /// itself, PostgreSQL goes through all batches by time to find those of them that have a label.
    /// </summary>
    /// <param name="query">What is asked for.</param>
    /// <param name="oneByOne">
    /// How to look up a batch for each of those rows: PostgreSQL takes a join by three columns for one that hardly finds anything, and
    /// would read all of both tables.
    /// </param>
    internal static string List(BatchQuery query, bool oneByOne = false)
    {
        bool unfinished = query.Phase is not null and not BatchPhase.Finished;
        (string Table, string Column)? child = unfinished ? null : query switch
        {
            { Workflow: not null } => ("CanoBatchWorkflow", "Workflow"),
            { Label: not null } => ("CanoBatchLabel", "Label"),
            _ => null,
        };
        string batch = child is null ? "b" : "c";
        string id = child is null ? "b.Id" : "c.BatchId";
        List<string> conditions = [$"{batch}.ServiceId = @Service", "b.PurgedAt IS NULL"];
        Add(child is not null, $"c.{child?.Column} = @{child?.Column}");
        Add(query.Workflow is not null && child is null, Has("CanoBatchWorkflow", "Workflow"));
        Add(query.Label is not null && child?.Column is not "Label", Has("CanoBatchLabel", "Label"));
        Add(query.Phase is not null, "b.Phase = @Phase");
        Add(query.Name is not null, "b.Name = @Name");
        Add(query.Search is not null, "(lower(b.Id) LIKE @SearchPattern ESCAPE '\\' OR lower(b.Name) LIKE @SearchPattern ESCAPE '\\')");
        Add(query.From is not null, $"{batch}.CreatedAt >= @From");
        Add(query.To is not null, $"{batch}.CreatedAt < @To");
        Add(query.After is not null, $"({batch}.CreatedAt, {id}) < (@AfterTime, @AfterId)");
        string columns = string.Join(", ", Columns.Split(", ").Select(column => $"b.{column}"));
        string first = unfinished ? "WITH Unfinished AS MATERIALIZED (SELECT * FROM CanoBatch WHERE ServiceId = @Service AND IsUnfinished) " : "";
        return $"{first}SELECT {columns} FROM {From()} WHERE {string.Join(" AND ", conditions)} ORDER BY {batch}.CreatedAt DESC, {id} DESC LIMIT @Limit";

        string From() => (child, oneByOne) switch
        {
            (null, _) => unfinished ? "Unfinished b" : "CanoBatch b",
            (_, false) => $"{child?.Table} c JOIN CanoBatch b ON b.Id = c.BatchId AND b.Digest = c.Digest AND b.ServiceId = c.ServiceId",
            _ => $"{child?.Table} c CROSS JOIN LATERAL (SELECT * FROM CanoBatch o WHERE o.Id = c.BatchId AND o.Digest = c.Digest AND o.ServiceId = c.ServiceId LIMIT 1) b",
        };

        void Add(bool asked, string condition)
        {
            if (asked)
            {
                conditions.Add(condition);
            }
        }

        // Not EXISTS: PostgreSQL would make a join of that, too. The time makes each of the table's indexes lead to a single row.
        static string Has(string table, string column) =>
            $"(SELECT 1 FROM {table} h WHERE h.ServiceId = @Service AND h.BatchId = b.Id AND h.Digest = b.Digest AND h.{column} = @{column} AND h.CreatedAt = b.CreatedAt LIMIT 1) = 1";
    }

    internal const string UnfinishedIds = "SELECT Id FROM CanoBatch WHERE ServiceId = @Service AND IsUnfinished";

    internal const string Unfinished = $"SELECT {Columns} FROM CanoBatch WHERE ServiceId = @Service AND IsUnfinished";
}
