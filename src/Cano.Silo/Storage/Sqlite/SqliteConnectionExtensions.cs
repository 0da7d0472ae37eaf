using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Cano;

internal static class SqliteConnectionExtensions
{
    /// <summary>Runs statements that are ours, without parameters.</summary>
    internal static void Execute(this SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // The text is a constant of this program or one of its migrations.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>Whether a transaction is open as SQLite itself sees it: it ends one by itself after some errors.</summary>
    internal static bool IsInTransaction(this SqliteConnection connection) => raw.sqlite3_get_autocommit(connection.Handle) == 0;
}
