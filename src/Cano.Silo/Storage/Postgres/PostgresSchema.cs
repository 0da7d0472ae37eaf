using System.Reflection;
using Dapper;
using Npgsql;

namespace Cano;

/// <summary>
/// Brings the database's schema to this version. Each migration that was applied has a row in <c>CanoMigration</c>; the schema's number is
/// the highest.
/// </summary>
internal sealed class PostgresSchema(PostgresDatabase database)
{
    private const string Folder = "Cano.Storage.Postgres.Migrations.";

    /// <summary>What those that migrate at once wait for: one goes on, the others find its work done.</summary>
    private const long Lock = 0x43616E6F;

    /// <summary>The migrations in their order; the first is number 1. One that was released is never changed.</summary>
    private static readonly string[] s_migrations = ["0001-grain-storage", "0002-membership", "0003-catalog", "0004-protection-keys"];

    /// <summary>The schema's number that this version of the program makes and reads.</summary>
    internal static int Version => s_migrations.Length;

    /// <summary>How the database stands.</summary>
    internal async Task<SchemaStatus> ReadAsync(CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return StatusOf(await FindAsync(connection, cancellationToken));
    }

    /// <summary>Checks the schema and applies what is missing, in one transaction.</summary>
    /// <param name="mayMigrate">Whether it may be changed.</param>
    /// <param name="cancellationToken">Breaks it off; then nothing is changed.</param>
    /// <returns>How the database stood before.</returns>
    /// <exception cref="CanoConfigurationException">It was made by a newer version of the program, or is outdated and must not be changed;
    /// it is left as it is.</exception>
    internal async Task<SchemaStatus> OpenAsync(bool mayMigrate, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await database.Source.OpenConnectionAsync(cancellationToken);
        SchemaStatus status = StatusOf(await FindAsync(connection, cancellationToken));
        return status.Check(mayMigrate) ? await MigrateAsync(connection, cancellationToken) : status;
    }

    private async Task<SchemaStatus> MigrateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        await RunAsync(connection, "SELECT pg_advisory_xact_lock(@Lock)", new { Lock }, cancellationToken);
        // Whether the table is there is not asked again: this session may still remember the answer from before the wait.
        await RunAsync(
            connection,
            "CREATE TABLE IF NOT EXISTS CanoMigration (Number integer PRIMARY KEY, Name text NOT NULL, AppliedOn timestamptz NOT NULL DEFAULT now())",
            null,
            cancellationToken);
        SchemaStatus status = StatusOf(await LastAsync(connection, cancellationToken));
        status.Check(mayMigrate: true);
        foreach (string name in status.Pending)
        {
            await RunAsync(connection, Script(name), null, cancellationToken);
            await RunAsync(
                connection,
                "INSERT INTO CanoMigration (Number, Name) VALUES (@Number, @Name)",
                new { Number = Array.IndexOf(s_migrations, name) + 1, Name = name },
                cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return status;
    }

    /// <summary>The number of the database's schema; 0: it has none.</summary>
    private static async Task<int> FindAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await connection.ExecuteScalarAsync<bool>(new CommandDefinition("SELECT to_regclass('CanoMigration') IS NOT NULL", cancellationToken: cancellationToken))
            ? await LastAsync(connection, cancellationToken)
            : 0;

    private static Task<int> LastAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.ExecuteScalarAsync<int>(new CommandDefinition("SELECT coalesce(max(Number), 0) FROM CanoMigration", cancellationToken: cancellationToken));

    /// <summary>
    /// Runs a statement for as long as it takes: a large table is not rewritten in the time that a query has, and whoever waits for the one
    /// that does it waits as long.
    /// </summary>
    private static Task<int> RunAsync(NpgsqlConnection connection, string sql, object? parameters, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(sql, parameters, commandTimeout: 0, cancellationToken: cancellationToken));

    private static string Script(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{Folder}{name}.sql")
            ?? throw new InvalidOperationException($"The migration {name} is not in the program.");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }

    private SchemaStatus StatusOf(int found) => SchemaStatus.Of(database.Name, found, s_migrations);
}
