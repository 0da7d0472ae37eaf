using System.Globalization;
using System.Reflection;
using Microsoft.Data.Sqlite;

namespace Cano;

/// <summary>
/// Opens the database the way Cano needs it and brings its schema to this version. The schema's number is SQLite's <c>user_version</c>.
/// </summary>
internal static class SqliteSchema
{
    private const string Folder = "Cano.Storage.Sqlite.Migrations.";

    /// <summary>The migrations in their order; the first is number 1. One that was released is never changed.</summary>
    private static readonly string[] s_migrations = ["0001-grain-storage", "0002-catalog", "0003-protection-keys"];

    /// <summary>The schema's number that this version of the program makes and reads.</summary>
    internal static int Version => s_migrations.Length;

    internal static string ConnectionString(string file, SqliteOpenMode mode) => new SqliteConnectionStringBuilder
    {
        DataSource = file,
        Mode = mode,
        Pooling = false,
        DefaultTimeout = 2,
    }.ToString();

    /// <summary>How a database stands that is not there yet.</summary>
    internal static SchemaStatus OfNone(string file) => SchemaStatus.Of(file, 0, s_migrations);

    /// <summary>How the database in a file stands; another process may have it open.</summary>
    /// <exception cref="CanoConfigurationException">It is no database that can be read.</exception>
    internal static SchemaStatus ReadFile(string file)
    {
        using SqliteConnection connection = new(ConnectionString(file, SqliteOpenMode.ReadOnly));
        try
        {
            connection.Open();
            return Read(connection);
        }
        catch (SqliteException exception)
        {
            throw Unusable(connection, exception);
        }
    }

    private static SchemaStatus Read(SqliteConnection connection) => SchemaStatus.Of(connection.DataSource, UserVersion(connection), s_migrations);

    /// <returns>How the database stood before.</returns>
    /// <exception cref="CanoConfigurationException">
    /// The file is no database that can be opened, was written by a newer version of the program, or is outdated and must not be changed;
    /// it is left as it is.
    /// </exception>
    internal static SchemaStatus Open(SqliteConnection connection, bool mayMigrate)
    {
        try
        {
            return Prepare(connection, mayMigrate);
        }
        catch (SqliteException exception)
        {
            throw Unusable(connection, exception);
        }
    }

    private static CanoConfigurationException Unusable(SqliteConnection connection, SqliteException exception) => new(
        StorageErrorCodes.DataFolderUnusable,
        $"The database {connection.DataSource} can't be opened: {exception.Message} Restore it from a backup, or use another data folder.",
        innerException: exception);

    private static SchemaStatus Prepare(SqliteConnection connection, bool mayMigrate)
    {
        connection.Open();
        connection.Execute("PRAGMA busy_timeout = 2000");
        connection.Execute("PRAGMA synchronous = FULL");
        SchemaStatus status = Read(connection);
        bool outdated = status.Check(mayMigrate);
        connection.Execute("PRAGMA journal_mode = WAL");
        connection.Execute("PRAGMA journal_size_limit = 67108864");
        if (outdated)
        {
            Migrate(connection);
        }

        return status;
    }

    private static void Migrate(SqliteConnection connection)
    {
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
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{Folder}{name}.sql")
            ?? throw new InvalidOperationException($"The migration {name} is not in the program.");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
