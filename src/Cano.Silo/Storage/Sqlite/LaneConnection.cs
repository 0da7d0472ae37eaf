using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Cano;

/// <summary>
/// The lane's one physical connection. Orleans' relational provider opens and disposes a connection for each operation; this one stays open through that, so that
/// several operations share its transaction.
/// </summary>
internal sealed class LaneConnection(string connectionString) : SqliteConnection(connectionString)
{
    private bool _ending;

    public override void Close()
    {
        if (_ending)
        {
            base.Close();
        }
    }

    internal void End()
    {
        _ending = true;
        Dispose();
    }

    protected override void Dispose(bool disposing)
    {
        if (_ending)
        {
            base.Dispose(disposing);
        }
    }
}

/// <summary>Hands out the lane's connection.</summary>
internal sealed class LaneDataSource(LaneConnection connection) : DbDataSource
{
    public override string ConnectionString => connection.ConnectionString;

    protected override DbConnection CreateDbConnection() => connection;
}
