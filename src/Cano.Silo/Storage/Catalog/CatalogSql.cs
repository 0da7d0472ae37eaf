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
        """;

    /// <summary>Takes an entry away, if it still is of that start and version, and what belongs to it.</summary>
    internal const string Remove = "DELETE FROM CanoBatch WHERE ServiceId = @Service AND Id = @Id AND Digest = @Digest AND CreatedAt = @CreatedAt AND Version = @Version";

    internal const string RemoveWorkflows = "DELETE FROM CanoBatchWorkflow WHERE ServiceId = @Service AND BatchId = @Id AND Digest = @Digest";

    internal const string RemoveLabels = "DELETE FROM CanoBatchLabel WHERE ServiceId = @Service AND BatchId = @Id AND Digest = @Digest";

    internal const string Expired =
        $"SELECT {Columns} FROM CanoBatch WHERE ServiceId = @Service AND NOT IsUnfinished AND coalesce(PurgedAt, FinishedAt) <= @Before ORDER BY coalesce(PurgedAt, FinishedAt) LIMIT @Limit";

    internal const string UnfinishedIds = "SELECT Id FROM CanoBatch WHERE ServiceId = @Service AND IsUnfinished";

    internal const string Unfinished = $"SELECT {Columns} FROM CanoBatch WHERE ServiceId = @Service AND IsUnfinished";
}
