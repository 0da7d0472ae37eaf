using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Cano;

/// <summary><c>database status</c> and <c>database migrate</c>: the schema, for those who do not let services change it.</summary>
internal sealed class DatabaseCommand(CanoHostOptions options)
{
    /// <summary>Says how the database stands. It changes nothing.</summary>
    /// <returns>0: up to date; 1: migrations are pending.</returns>
    internal async Task<int> StatusAsync(CancellationToken cancellationToken)
    {
        SchemaStatus status = await ReadAsync(HostSettings.Read(options), cancellationToken);
        await Console.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            database: {status.Database}
            schema:   {status.Found}
            program:  {status.Known}
            pending:  {(status.Pending.Count == 0 ? "none" : string.Join(", ", status.Pending))}
            """));
        status.Check(mayMigrate: true);
        return status.Pending.Count == 0 ? ExitCodes.Done : ExitCodes.Failed;
    }

    /// <summary>Brings the schema up to date.</summary>
    internal async Task<int> MigrateAsync(CancellationToken cancellationToken)
    {
        SchemaStatus before = await MigrateAsync(HostSettings.Read(options), cancellationToken);
        await Console.Out.WriteLineAsync(before.Pending.Count == 0
            ? $"The database {before.Database} has schema {before.Known} already."
            : $"Brought the database {before.Database} from schema {before.Found} to {before.Known}: {string.Join(", ", before.Pending)}.");
        return ExitCodes.Done;
    }

    private static Task<SchemaStatus> ReadAsync(HostSettings settings, CancellationToken cancellationToken)
    {
        if (settings.Storage.Provider is StorageProvider.Postgres)
        {
            return AskAsync(settings, schema => schema.ReadAsync(cancellationToken));
        }

        string file = DataFolder.DatabasePathIn(settings.Storage.Folder);
        return Task.FromResult(File.Exists(file) ? SqliteSchema.ReadFile(file) : SqliteSchema.OfNone(file));
    }

    private static Task<SchemaStatus> MigrateAsync(HostSettings settings, CancellationToken cancellationToken)
    {
        if (settings.Storage.Provider is StorageProvider.Postgres)
        {
            return AskAsync(settings, schema => schema.OpenAsync(mayMigrate: true, cancellationToken));
        }

        using DataFolder folder = DataFolder.Acquire(settings.Storage.Folder);
        using SqliteConnection connection = new(SqliteSchema.ConnectionString(folder.DatabasePath, SqliteOpenMode.ReadWriteCreate));
        return Task.FromResult(SqliteSchema.Open(connection, mayMigrate: true));
    }

    private static async Task<SchemaStatus> AskAsync(HostSettings settings, Func<PostgresSchema, Task<SchemaStatus>> ask)
    {
        await using PostgresDatabase database = new(settings.Storage.ConnectionString!);
        try
        {
            return await ask(new PostgresSchema(database));
        }
        catch (Exception exception) when (PostgresFaults.Is(exception))
        {
            throw PostgresFaults.AtStart(exception, database);
        }
    }
}
