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

    internal const string Expired =
        $"SELECT {Columns} FROM CanoBatch WHERE ServiceId = @Service AND NOT IsUnfinished AND coalesce(PurgedAt, FinishedAt) <= @Before ORDER BY coalesce(PurgedAt, FinishedAt) LIMIT @Limit";

    /// <summary>
    /// A page of the list. It is read in the order of an index, of the workflow's or the label's rows where one is asked for, so that it costs the same wherever in the list it is.
    /// </summary>
    internal static string List(BatchQuery query)
    {
        (string from, string key, string time, string id) = query switch
        {
            { Workflow: not null } => ($"{Child("CanoBatchWorkflow")}", "c.ServiceId = @Service AND c.Workflow = @Workflow", "c.CreatedAt", "c.BatchId"),
            { Label: not null } => ($"{Child("CanoBatchLabel")}", "c.ServiceId = @Service AND c.Label = @Label", "c.CreatedAt", "c.BatchId"),
            _ => ("CanoBatch b", "b.ServiceId = @Service", "b.CreatedAt", "b.Id"),
        };
        List<string> conditions = [key, "b.PurgedAt IS NULL"];
        Add(query.Workflow is not null && query.Label is not null, "EXISTS (SELECT 1 FROM CanoBatchLabel l WHERE l.ServiceId = @Service AND l.BatchId = b.Id AND l.Digest = b.Digest AND l.Label = @Label)");
        Add(query.Phase is not null, "b.Phase = @Phase");
        Add(query.Phase is not null and not BatchPhase.Finished, "b.IsUnfinished");
        Add(query.Name is not null, "b.Name = @Name");
        Add(query.From is not null, $"{time} >= @From");
        Add(query.To is not null, $"{time} < @To");
        Add(query.After is not null, $"({time}, {id}) < (@AfterTime, @AfterId)");
        string columns = string.Join(", ", Columns.Split(", ").Select(column => $"b.{column}"));
        return $"SELECT {columns} FROM {from} WHERE {string.Join(" AND ", conditions)} ORDER BY {time} DESC, {id} DESC LIMIT @Limit";

        void Add(bool asked, string condition)
        {
            if (asked)
            {
                conditions.Add(condition);
            }
        }

        static string Child(string table) => $"{table} c JOIN CanoBatch b ON b.Id = c.BatchId AND b.Digest = c.Digest AND b.ServiceId = c.ServiceId";
    }

    internal const string UnfinishedIds = "SELECT Id FROM CanoBatch WHERE ServiceId = @Service AND IsUnfinished";

    internal const string Unfinished = $"SELECT {Columns} FROM CanoBatch WHERE ServiceId = @Service AND IsUnfinished";
}
