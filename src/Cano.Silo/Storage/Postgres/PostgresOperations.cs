using System.Data.Common;

namespace Cano;

/// <summary>
/// Gives connections to what runs in the lane. Where none can be opened it says so by a type of its own, since nothing was sent then.
/// </summary>
internal sealed class PostgresOperations(PostgresDatabase database) : DbDataSource
{
    public override string ConnectionString => database.Source.ConnectionString;

    protected override DbConnection CreateDbConnection() => database.Source.CreateConnection();

    /// <exception cref="NoConnectionException">The database is not there, the pool has no connection left, or the server accepts no
    /// more.</exception>
    protected override async ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await database.Source.OpenConnectionAsync(cancellationToken);
        }
        catch (Exception exception) when (PostgresFaults.Is(exception))
        {
            throw new NoConnectionException(exception);
        }
    }
}

/// <summary>No connection could be opened. It never leaves the lane.</summary>
internal sealed class NoConnectionException(Exception reason) : Exception(reason.Message, reason);
