using System.Data.Common;
using Dapper;

namespace Cano;

/// <summary>
/// Several statements as one operation of the lane: they are undone together unless they are kept, and their neighbours in the transaction
/// are not harmed.
/// </summary>
internal sealed class Savepoint : IDisposable
{
    private readonly DbConnection _connection;
    private bool _kept;

    internal Savepoint(DbConnection connection)
    {
        _connection = connection;
        connection.Execute("SAVEPOINT operation");
    }

    internal void Keep()
    {
        _connection.Execute("RELEASE operation");
        _kept = true;
    }

    public void Dispose()
    {
        // After some errors, a full disk say, SQLite has given up the whole transaction, savepoints included.
        if (!_kept && ((Microsoft.Data.Sqlite.SqliteConnection)_connection).IsInTransaction())
        {
            _connection.Execute("ROLLBACK TO operation");
            _connection.Execute("RELEASE operation");
        }
    }
}
