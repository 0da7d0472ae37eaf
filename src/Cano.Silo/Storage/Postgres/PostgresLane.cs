namespace Cano;

/// <summary>PostgreSQL takes operations side by side, each in a transaction of its own, and shares the flushes of its log among them; this only bounds how many.</summary>
internal sealed partial class PostgresLane : IStorageLane, IDisposable
{
    /// <summary>Connections that storage leaves to membership: a silo that is busy must still be able to say that it lives.</summary>
    private const int Reserved = 2;

    private readonly PostgresDatabase _database;
    private readonly PostgresSchema _schema;
    private readonly StorageMetrics _metrics;
    private readonly ILogger<PostgresLane> _logger;
    private readonly int _width;
    private readonly SemaphoreSlim _slots;
    private volatile bool _closed;

    public PostgresLane(PostgresDatabase database, PostgresSchema schema, StorageMetrics metrics, ILogger<PostgresLane> logger)
    {
        _database = database;
        _schema = schema;
        _metrics = metrics;
        _logger = logger;
        _width = Math.Max(1, database.PoolSize - Reserved);
        _slots = new(_width, _width);
    }

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        await _schema.OpenAsync(cancellationToken);
        LogOpened(_database.Name);
    }

    public async Task RunAsync(bool writes, Func<Task> operation)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        await _slots.WaitAsync();
        try
        {
            await operation();
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

    [LoggerMessage(3003, LogLevel.Debug, "Opened the database {Database}.")]
    private partial void LogOpened(string database);
}
