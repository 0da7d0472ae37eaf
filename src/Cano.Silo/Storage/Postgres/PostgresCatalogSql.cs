namespace Cano;

/// <summary>How many entries are written in one round trip: each column as an array.</summary>
internal static class PostgresCatalogSql
{
    private const string Put =
        $"""
        INSERT INTO CanoBatch (ServiceId, {CatalogSql.Columns})
        SELECT @Service, entry.* FROM unnest(
            @Ids::text[], @Names::text[], @Phases::text[], @StopReasons::text[], @DecidedBy::text[],
            @Totals::integer[], @Pending::integer[], @Running::integer[], @Completed::integer[], @Failed::integer[], @Cancelled::integer[],
            @CreatedAt::timestamptz[], @StartedAt::timestamptz[], @Deadlines::timestamptz[], @StoppedAt::timestamptz[], @FinishedAt::timestamptz[], @PurgedAt::timestamptz[],
            @IsBeingPurged::boolean[], @IsUnfinished::boolean[], @Owners::text[], @Versions::bigint[], @Digests::text[], @Partitions::integer[]) AS entry
        {CatalogSql.OnConflict};
        """;

    private const string PutWorkflows =
        """
        INSERT INTO CanoBatchWorkflow (ServiceId, BatchId, Digest, CreatedAt, Workflow)
        SELECT @Service, child.* FROM unnest(@WorkflowBatches::text[], @WorkflowDigests::text[], @WorkflowTimes::timestamptz[], @Workflows::text[]) AS child
        ON CONFLICT (ServiceId, BatchId, Digest, Workflow) DO UPDATE SET CreatedAt = excluded.CreatedAt WHERE CanoBatchWorkflow.CreatedAt <> excluded.CreatedAt;
        """;

    private const string PutLabels =
        """
        INSERT INTO CanoBatchLabel (ServiceId, BatchId, Digest, CreatedAt, Label)
        SELECT @Service, child.* FROM unnest(@LabelBatches::text[], @LabelDigests::text[], @LabelTimes::timestamptz[], @Labels::text[]) AS child
        ON CONFLICT (ServiceId, BatchId, Digest, Label) DO UPDATE SET CreatedAt = excluded.CreatedAt WHERE CanoBatchLabel.CreatedAt <> excluded.CreatedAt;
        """;

    private const string RemoveChildren =
        """
        DELETE FROM CanoBatchWorkflow WHERE ServiceId = @Service AND (BatchId, Digest) IN (SELECT * FROM unnest(@Purged::text[], @PurgedDigests::text[]));
        DELETE FROM CanoBatchLabel WHERE ServiceId = @Service AND (BatchId, Digest) IN (SELECT * FROM unnest(@Purged::text[], @PurgedDigests::text[]));
        """;

    /// <summary>The statements for these entries, sent together and carried out in one transaction.</summary>
    internal static string PutFor(IReadOnlyCollection<BatchEntry> entries)
    {
        string workflows = entries.Any(HasChildren) ? PutWorkflows : "";
        string labels = entries.Any(entry => HasChildren(entry) && entry.Labels.Length > 0) ? PutLabels : "";
        string removal = entries.Any(entry => entry.PurgedAt is not null) ? RemoveChildren : "";
        return Put + workflows + labels + removal;
    }

    internal static object RowsOf(string service, BatchEntry[] entries)
    {
        (BatchEntry Entry, string Workflow)[] workflows = [.. entries.Where(HasChildren).SelectMany(entry => entry.Workflows.Select(workflow => (entry, workflow)))];
        (BatchEntry Entry, string Label)[] labels = [.. entries.Where(HasChildren).SelectMany(entry => entry.Labels.Select(label => (entry, label)))];
        BatchEntry[] purged = [.. entries.Where(entry => entry.PurgedAt is not null)];
        return new
        {
            Service = service,
            Ids = Column(entry => entry.Status.Id),
            Names = Column(entry => entry.Status.Name),
            Phases = Column(entry => CatalogWords.Of(entry.Status.Phase)),
            StopReasons = Column(entry => entry.Status.StopReason is { } reason ? CatalogWords.Of(reason) : null),
            DecidedBy = Column(entry => entry.Status.DecidedBy),
            Totals = Column(entry => entry.Status.Total),
            Pending = Column(entry => entry.Status.Pending),
            Running = Column(entry => entry.Status.Running),
            Completed = Column(entry => entry.Status.Completed),
            Failed = Column(entry => entry.Status.Failed),
            Cancelled = Column(entry => entry.Status.Cancelled),
            CreatedAt = Column(entry => entry.Status.CreatedAt.ToUniversalTime()),
            StartedAt = Column(entry => entry.Status.StartedAt?.ToUniversalTime()),
            Deadlines = Column(entry => entry.Status.Deadline?.ToUniversalTime()),
            StoppedAt = Column(entry => entry.Status.StoppedAt?.ToUniversalTime()),
            FinishedAt = Column(entry => entry.Status.FinishedAt?.ToUniversalTime()),
            PurgedAt = Column(entry => entry.PurgedAt?.ToUniversalTime()),
            IsBeingPurged = Column(entry => entry.IsBeingPurged),
            IsUnfinished = Column(entry => entry.IsUnfinished),
            Owners = Column(entry => entry.Owner),
            Versions = Column(entry => entry.Version),
            Digests = Column(entry => entry.Digest),
            Partitions = Column(entry => entry.Partitions),
            WorkflowBatches = Array.ConvertAll(workflows, one => one.Entry.Status.Id),
            WorkflowDigests = Array.ConvertAll(workflows, one => one.Entry.Digest),
            WorkflowTimes = Array.ConvertAll(workflows, one => one.Entry.Status.CreatedAt.ToUniversalTime()),
            Workflows = Array.ConvertAll(workflows, one => one.Workflow),
            LabelBatches = Array.ConvertAll(labels, one => one.Entry.Status.Id),
            LabelDigests = Array.ConvertAll(labels, one => one.Entry.Digest),
            LabelTimes = Array.ConvertAll(labels, one => one.Entry.Status.CreatedAt.ToUniversalTime()),
            Labels = Array.ConvertAll(labels, one => one.Label),
            Purged = purged.Select(entry => entry.Status.Id).ToArray(),
            PurgedDigests = purged.Select(entry => entry.Digest).ToArray(),
        };

        T[] Column<T>(Converter<BatchEntry, T> value) => Array.ConvertAll(entries, value);
    }

    /// <summary>Workflows and labels never change: they are written while a batch is new, or taken over.</summary>
    private static bool HasChildren(BatchEntry entry) => entry.Status.Phase is not BatchPhase.Finished;
}
