namespace Cano;

/// <summary>
/// PostgreSQL takes operations side by side, each in a transaction of its own, and shares the flushes of its log among them; this only
/// bounds how many.
/// </summary>
internal sealed class PostgresLane : IStorageLane, IDisposable
{
    /// <summary>
    /// Connections that storage leaves to others: the lock of the service id, membership, and the probe, since a silo that is busy must
    /// still be able to say that it lives.
    /// </summary>
    internal const int Reserved = 3;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    private readonly PostgresDatabase _database;
    private readonly PostgresStart _start;
    private readonly StorageMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly int _width;
    private readonly SemaphoreSlim _slots;
    private readonly Lock _probing = new();
    private Task _probe = Task.CompletedTask;
    private volatile bool _closed;

    public PostgresLane(PostgresDatabase database, PostgresStart start, StorageMetrics metrics, TimeProvider clock)
    {
        _database = database;
        _start = start;
        _metrics = metrics;
        _clock = clock;
        DataSource = new(database);
        _width = Math.Max(1, database.Connections - Reserved);
        _slots = new(_width, _width);
    }

    /// <summary>Gives connections to the operations of this lane.</summary>
    internal PostgresOperations DataSource { get; }

    public Task OpenAsync(CancellationToken cancellationToken) => _start.OpenAsync(cancellationToken);

    public async Task RunAsync(bool writes, Func<Task> operation)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        await TakeTurnAsync();
        try
        {
            await RunAsync(operation, again: !writes);
        }
        finally
        {
            _slots.Release();
        }

        if (writes)
        {
            _metrics.Committed();
        }
    }

    /// <exception cref="StorageException">None came free in time, so that the operation was never attempted.</exception>
    private async Task TakeTurnAsync()
    {
        if (await _slots.WaitAsync(TimeSpan.Zero))
        {
            return;
        }

        using CancellationTokenSource patience = new(s_patience, _clock);
        try
        {
            await _slots.WaitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            throw StorageException.NeverAttempted(
                $"The database {_database.Name} is too slow: {_width} operations are under way and another one has waited for "
                + $"{s_patience.TotalSeconds} s. Try again.");
        }
    }

    /// <summary>Takes one of the connections that storage leaves to others, and never a second one, however many ask.</summary>
    public Task ProbeAsync(Func<Task> operation)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        lock (_probing)
        {
            return _probe.IsCompleted ? _probe = RunAsync(operation, again: true) : _probe;
        }
    }

    private async Task RunAsync(Func<Task> operation, bool again)
    {
        try
        {
            await TryAsync(operation, again);
        }
        catch (Exception exception) when (PostgresFaults.Is(exception))
        {
            throw PostgresFaults.ToStorageException(exception, _database);
        }
    }

    /// <summary>
    /// Runs an operation; one that only reads once more, if all that is wrong is an old connection. What a write has done is unknown: its
    /// grain must read it.
    /// </summary>
    private async Task TryAsync(Func<Task> operation, bool again)
    {
        try
        {
            await operation();
        }
        catch (Exception exception) when (PostgresFaults.BreaksConnections(exception))
        {
            // Each of the others would fail too, one operation after the other.
            _database.Source.Clear();
            if (!again)
            {
                throw;
            }

            await operation();
        }
    }

    /// <summary>Waits for what is under way. The connections stay: membership, which ends later, uses them too.</summary>
    public async Task CloseAsync()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        for (int slot = 0; slot < _width; slot++)
        {
            await _slots.WaitAsync();
        }

        _slots.Release(_width);
    }

    public void Dispose() => _slots.Dispose();
}
