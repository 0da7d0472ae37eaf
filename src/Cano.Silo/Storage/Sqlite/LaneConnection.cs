using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Cano;

/// <summary>
/// The lane's one physical connection. Orleans' relational provider opens and disposes a connection for each operation; this one stays open
/// through that, so that several operations share its transaction.
/// </summary>
internal class LaneConnection(string connectionString) : SqliteConnection(connectionString)
{
    private bool _ending;

    /// <summary>Takes the right to write, so that no statement after it has to wait for it.</summary>
    internal virtual void BeginWriting() => this.Execute("BEGIN IMMEDIATE");

    /// <summary>Makes what was written since durable.</summary>
    internal virtual void Commit() => this.Execute("COMMIT");

    /// <summary>Undoes what was written, unless SQLite has done so itself, or the transaction has never begun.</summary>
    internal void UndoWriting()
    {
        if (this.IsInTransaction())
        {
            this.Execute("ROLLBACK");
        }
    }

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
