using System.Globalization;
using System.Reflection;
using Microsoft.Data.Sqlite;

namespace Cano;

/// <summary>Opens the database the way Cano needs it and brings its schema to this version. The schema's number is SQLite's <c>user_version</c>.</summary>
internal static class SqliteSchema
{
    private const string Folder = "Cano.Storage.Sqlite.Migrations.";

    /// <summary>The migrations in their order; the first is number 1. One that was released is never changed.</summary>
    private static readonly string[] s_migrations = ["0001-grain-storage.sql", "0002-catalog.sql"];

    /// <summary>The schema's number that this version of the program makes and reads.</summary>
    internal static int Version => s_migrations.Length;

    /// <exception cref="CanoConfigurationException">The file is no database that can be opened, or was written by a newer version of the program; it is left as it is.</exception>
    internal static void Open(SqliteConnection connection)
    {
        try
        {
            Prepare(connection);
        }
        catch (SqliteException exception)
        {
            throw new CanoConfigurationException(
                StorageErrorCodes.DataFolderUnusable,
                $"The database {connection.DataSource} can't be opened: {exception.Message} Restore it from a backup, or use another data folder.",
                innerException: exception);
        }
    }

    private static void Prepare(SqliteConnection connection)
    {
        connection.Open();
        connection.Execute("PRAGMA busy_timeout = 2000");
        connection.Execute("PRAGMA synchronous = FULL");
        Refuse(connection);
        connection.Execute("PRAGMA journal_mode = WAL");
        connection.Execute("PRAGMA journal_size_limit = 67108864");
        Migrate(connection);
    }

    private static void Refuse(SqliteConnection connection)
    {
        int found = UserVersion(connection);
        if (found > Version)
        {
            throw new CanoConfigurationException(
                StorageErrorCodes.DatabaseTooNew,
                $"The database {connection.DataSource} has schema {found}, made by a newer version of Cano; this one knows up to {Version}. Use the newer version, or another data folder.");
        }
    }

    private static void Migrate(SqliteConnection connection)
    {
        if (UserVersion(connection) == Version)
        {
            return;
        }

        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        for (int number = UserVersion(connection); number < Version; number++)
        {
            connection.Execute(Script(s_migrations[number]));
        }

        connection.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {Version}"));
        transaction.Commit();
    }

    private static int UserVersion(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "PRAGMA user_version";
        return Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private static string Script(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Folder + name)
            ?? throw new InvalidOperationException($"The migration {name} is not in the program.");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
