using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Cano;

/// <summary>Makes entries of rows that have <see cref="CatalogSql.Columns"/>.</summary>
internal static partial class CatalogReader
{
    /// <summary>
    /// Adds the entry of a row, without its workflows and labels. A row that can't be read (a newer version of the program has words that
    /// this one does not know) is left out and logged:
    /// it says nothing of the others.
    /// </summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever is wrong with a row is that row's affair.")]
    internal static void AddTo(List<BatchEntry> entries, DbDataReader row, ILogger logger)
    {
        try
        {
            entries.Add(Read(row));
        }
        catch (Exception exception)
        {
            logger.EntryNotRead(exception, row.IsDBNull(0) ? null : row.GetValue(0).ToString());
        }
    }

    private static BatchEntry Read(DbDataReader row)
    {
        int column = 0;
        BatchStatus status = new()
        {
            Id = row.GetString(column++),
            Name = Text(row, column++),
            Phase = CatalogWords.Phase(row.GetString(column++)),
            StopReason = Text(row, column++) is { } reason ? CatalogWords.StopReason(reason) : null,
            DecidedBy = Text(row, column++),
            Total = row.GetInt32(column++),
            Pending = row.GetInt32(column++),
            Running = row.GetInt32(column++),
            Completed = row.GetInt32(column++),
            Failed = row.GetInt32(column++),
            Cancelled = row.GetInt32(column++),
            CreatedAt = row.GetFieldValue<DateTimeOffset>(column++),
            StartedAt = Time(row, column++),
            Deadline = Time(row, column++),
            StoppedAt = Time(row, column++),
            FinishedAt = Time(row, column++),
        };
        DateTimeOffset? purgedAt = Time(row, column++);
        bool isBeingPurged = row.GetBoolean(column++);
        column++;
        return new()
        {
            Status = status with { TotalDuration = status.StoppedAt - status.StartedAt ?? TimeSpan.Zero },
            PurgedAt = purgedAt,
            IsBeingPurged = isBeingPurged,
            Owner = row.GetString(column++),
            Version = row.GetInt64(column++),
            Digest = row.GetString(column++),
            Partitions = row.GetInt32(column),
        };
    }

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTimeOffset? Time(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);

    [LoggerMessage(3008, LogLevel.Error, "The entry of batch {Batch} in the catalog can't be read; it is left out.")]
    private static partial void EntryNotRead(this ILogger logger, Exception exception, string? batch);
}
