using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace Cano;

/// <summary>
/// The one way to the SQLite database: a thread that takes whatever operations are waiting, runs them inside one transaction, commits once, and only then answers.
/// </summary>
/// <remarks>
/// SQLite has one writer and its provider blocks the calling thread, so writers of their own would block the silo's threads and wait for each other. Here the operations that arrive during a
/// commit share the next one. An operation is one statement, which SQLite undoes by itself when it fails, so that its neighbours in the transaction are not harmed.
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
    {
        _options = options;
        _metrics = metrics;
        _logger = logger;
        _connection = new(SqliteSchema.ConnectionString(folder.DatabasePath, SqliteOpenMode.ReadWriteCreate));
        DataSource = new(_connection);
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

    private void RunGroup(List<LaneOperation> group)
    {
        bool writes = group.Exists(operation => operation.Writes);
        try
        {
            if (writes)
            {
                _connection.Execute("BEGIN IMMEDIATE");
            }

            foreach (LaneOperation operation in group)
            {
                operation.Run();
                if (writes && !_connection.IsInTransaction())
                {
                    // A full disk and the like: SQLite has given up the whole transaction, with all that went before.
                    throw new IOException($"SQLite rolled back {group.Count} operations: {operation.Failure?.Message}", operation.Failure);
                }
            }

            if (writes)
            {
                _connection.Execute("COMMIT");
                _metrics.Committed();
            }
        }
        catch (Exception exception) when (exception is SqliteException or IOException)
        {
            LogGroupFailed(exception, group.Count);
            group.ForEach(operation => operation.Fail(new IOException($"Nothing was written: {exception.Message}", exception)));
            RollBack();
        }
        finally
        {
            group.ForEach(operation => operation.Answer());
        }
    }

    private void RollBack()
    {
        if (_connection.IsInTransaction())
        {
            _connection.Execute("ROLLBACK");
        }
    }

    [LoggerMessage(3000, LogLevel.Debug, "Opened the database {Path}.")]
    private partial void LogOpened(string path);

    [LoggerMessage(3001, LogLevel.Error, "A transaction of {Operations} operations failed; none of them was written.")]
    private partial void LogGroupFailed(Exception exception, int operations);

    [LoggerMessage(3002, LogLevel.Critical, "The database {Path} can't be used any more; all further operations fail until the silo is started again.")]
    private partial void LogEnded(Exception exception, string path);
}
