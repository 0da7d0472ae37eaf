using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using SQLitePCL;

namespace Cano;

/// <summary>
/// The one way to the SQLite database: a thread that takes whatever operations are waiting, runs them inside one transaction, commits once,
/// and only then answers.
/// </summary>
/// <remarks>
/// SQLite has one writer and its provider blocks the calling thread, so writers of their own would block the silo's threads and wait for
/// each other. Here the operations that arrive during a commit share the next one. An operation is one statement, which SQLite undoes by
/// itself when it fails, so that its neighbours in the transaction are not harmed.
/// </remarks>
internal sealed partial class SqliteLane : IStorageLane, IDisposable
{
    /// <summary>The name by which Orleans knows SQLite.</summary>
    internal const string Invariant = "System.Data.SQLite";

    private const int MaxGroup = 256;

    private readonly BlockingCollection<LaneOperation> _queue = [];
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LaneConnection _connection;
    private readonly IOptions<CanoStorageOptions> _options;
    private readonly StorageMetrics _metrics;
    private readonly ILogger<SqliteLane> _logger;
    private int _started;

    public SqliteLane(DataFolder folder, IOptions<CanoStorageOptions> options, StorageMetrics metrics, ILogger<SqliteLane> logger)
        : this(
            new LaneConnection(SqliteSchema.ConnectionString(folder.DatabasePath, SqliteOpenMode.ReadWriteCreate)),
            options,
            metrics,
            logger)
    {
    }

    internal SqliteLane(LaneConnection connection, IOptions<CanoStorageOptions> options, StorageMetrics metrics, ILogger<SqliteLane> logger)
    {
        _options = options;
        _metrics = metrics;
        _logger = logger;
        _connection = connection;
        DataSource = new(connection);
    }

    internal LaneDataSource DataSource { get; }

    public Task OpenAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _started, 1) == 0)
        {
            new Thread(Run) { IsBackground = true, Name = "Cano SQLite lane" }.Start();
        }

        return _opened.Task.WaitAsync(cancellationToken);
    }

    public Task RunAsync(bool writes, Func<Task> operation)
    {
        LaneOperation queued = new(writes, operation);
        try
        {
            _queue.Add(queued);
        }
        catch (InvalidOperationException)
        {
            throw new ObjectDisposedException(nameof(SqliteLane), "The database is closed: the silo has stopped.");
        }

        return queued.Task;
    }

    /// <summary>There is one way; the group that it joins is the next to run.</summary>
    public Task ProbeAsync(Func<Task> operation) => RunAsync(writes: false, operation);

    public Task CloseAsync()
    {
        _queue.CompleteAdding();
        return Volatile.Read(ref _started) == 0 ? Task.CompletedTask : _closed.Task;
    }

    [SuppressMessage("Usage", "VSTHRD002", Justification = "Disposal has no asynchronous form here; the thread waited for is the lane's own.")]
    public void Dispose() => CloseAsync().GetAwaiter().GetResult();

    private void Run()
    {
        try
        {
            SqliteSchema.Open(_connection, _options.Value.Migrate);
            LogOpened(_connection.DataSource);
            _opened.SetResult();
            foreach (LaneOperation first in _queue.GetConsumingEnumerable())
            {
                RunGroup(TakeGroup(first));
            }
        }
        catch (Exception exception)
        {
            if (!_opened.TrySetException(exception))
            {
                LogEnded(exception, _connection.DataSource);
            }

            _queue.CompleteAdding();
            foreach (LaneOperation left in _queue.GetConsumingEnumerable())
            {
                left.Fail(exception);
                left.Answer();
            }
        }
        finally
        {
            _connection.End();
            _closed.SetResult();
        }
    }

    private List<LaneOperation> TakeGroup(LaneOperation first)
    {
        List<LaneOperation> group = [first];
        while (group.Count < MaxGroup && _queue.TryTake(out LaneOperation? next))
        {
            group.Add(next);
        }

        return group;
    }

    /// <summary>
    /// Runs a group and answers it. Success is said only after the transaction was committed; whatever is thrown before that, by whomever,
    /// is the failure of all.
    /// </summary>
    [SuppressMessage("Design", "CA1031", Justification = "Told to the callers and logged; a broken connection shows when it is undone.")]
    private void RunGroup(List<LaneOperation> group)
    {
        GroupStage stage = GroupStage.Beginning;
        try
        {
            bool writes = group.Exists(operation => operation.Writes);
            if (writes)
            {
                _connection.BeginWriting();
            }

            stage = GroupStage.Running;
            RunOperations(group, writes);
            if (writes)
            {
                stage = GroupStage.Committing;
                _connection.Commit();
                _metrics.Committed();
            }

            group.ForEach(operation => operation.Succeed());
        }
        catch (Exception exception)
        {
            Exception failure = FailureAt(stage, exception);
            group.ForEach(operation => operation.Fail(failure));
            LogGroupFailed(exception, group.Count, stage);
            _connection.UndoWriting();
        }
        finally
        {
            group.ForEach(operation => operation.Answer());
        }
    }

    private void RunOperations(List<LaneOperation> group, bool inTransaction)
    {
        foreach (LaneOperation operation in group)
        {
            operation.Run();
            if (inTransaction && !_connection.IsInTransaction())
            {
                // A full disk and the like: SQLite has given up the whole transaction, with all that went before.
                throw new IOException($"SQLite rolled back {group.Count} operations: {operation.Failure?.Message}", operation.Failure);
            }
        }
    }

    /// <summary>
    /// What the callers of a group are told. A lock that another program holds keeps a transaction from beginning: nothing of it was
    /// attempted.
    /// </summary>
    private static Exception FailureAt(GroupStage stage, Exception exception) => (stage, exception) switch
    {
        (GroupStage.Beginning, SqliteException { SqliteErrorCode: raw.SQLITE_BUSY or raw.SQLITE_LOCKED }) =>
            StorageException.NeverAttempted($"Another program is writing to the database: {exception.Message} End it, and try again."),
        (GroupStage.Committing, _) => new IOException($"What was written is unknown: {exception.Message}", exception),
        _ => new IOException($"Nothing was written: {exception.Message}", exception),
    };

    [LoggerMessage(3000, LogLevel.Debug, "Opened the database {Path}.")]
    private partial void LogOpened(string path);

    [LoggerMessage(3001, LogLevel.Error, "A transaction of {Operations} operations failed ({Stage}); all of them are told so.")]
    private partial void LogGroupFailed(Exception exception, int operations, GroupStage stage);

    [LoggerMessage(3002, LogLevel.Critical, "The database {Path} can't be used any more; all further operations fail until the silo is started again.")]
    private partial void LogEnded(Exception exception, string path);

    /// <summary>How far the transaction of a group came.</summary>
    private enum GroupStage
    {
        Beginning,
        Running,
        Committing,
    }
}
