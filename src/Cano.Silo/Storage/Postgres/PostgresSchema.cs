using System.Globalization;
using System.Reflection;
using Dapper;
using Npgsql;

namespace Cano;

/// <summary>Brings the database's schema to this version. Each migration that was applied has a row in <c>CanoMigration</c>; the schema's number is the highest.</summary>
internal sealed class PostgresSchema(PostgresDatabase database)
{
    private const string Folder = "Cano.Storage.Postgres.Migrations.";

    /// <summary>What those that migrate at once wait for: one goes on, the others find its work done.</summary>
    private const long Lock = 0x43616E6F;

    /// <summary>The migrations in their order; the first is number 1. One that was released is never changed.</summary>
    private static readonly string[] s_migrations = ["0001-grain-storage", "0002-membership"];

    /// <summary>The schema's number that this version of the program makes and reads.</summary>
    internal static int Version => s_migrations.Length;

    /// <summary>Applies what is missing, in one transaction.</summary>
    /// <exception cref="CanoConfigurationException">The database was made by a newer version of the program; it is left as it is.</exception>
    internal async Task OpenAsync(CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await database.Source.OpenConnectionAsync(cancellationToken);
        if (Refuse(await FindAsync(connection, cancellationToken)) == Version)
        {
            return;
        }

        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken);
        await RunAsync(connection, "SELECT pg_advisory_xact_lock(@Lock)", new { Lock }, cancellationToken);
        // Whether the table is there is not asked again: this session may still remember the answer from before the wait.
        await RunAsync(
            connection,
            "CREATE TABLE IF NOT EXISTS CanoMigration (Number integer PRIMARY KEY, Name text NOT NULL, AppliedOn timestamptz NOT NULL DEFAULT now())",
            null,
            cancellationToken);
        for (int number = Refuse(await LastAsync(connection, cancellationToken)); number < Version; number++)
        {
            string name = s_migrations[number];
            await RunAsync(connection, Script(name), null, cancellationToken);
            await RunAsync(connection, "INSERT INTO CanoMigration (Number, Name) VALUES (@Number, @Name)", new { Number = number + 1, Name = name }, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The number of the database's schema; 0: it has none.</summary>
    private static async Task<int> FindAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await connection.ExecuteScalarAsync<bool>(new CommandDefinition("SELECT to_regclass('CanoMigration') IS NOT NULL", cancellationToken: cancellationToken))
            ? await LastAsync(connection, cancellationToken)
            : 0;

    private static Task<int> LastAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.ExecuteScalarAsync<int>(new CommandDefinition("SELECT coalesce(max(Number), 0) FROM CanoMigration", cancellationToken: cancellationToken));

    private static Task<int> RunAsync(NpgsqlConnection connection, string sql, object? parameters, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));

    private int Refuse(int found) => found <= Version
        ? found
        : throw new CanoConfigurationException(
            StorageErrorCodes.DatabaseTooNew,
            string.Create(
                CultureInfo.InvariantCulture,
                $"The database {database.Name} has schema {found}, made by a newer version of Cano; this one knows up to {Version}. Use the newer version, or another database."));

    private static string Script(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{Folder}{name}.sql")
            ?? throw new InvalidOperationException($"The migration {name} is not in the program.");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
