using Cano.TestDatabase;
using Npgsql;

namespace Cano.Tests.Postgres;

/// <summary>The two users of <c>deploy/postgres/roles.sql</c>, on a server of the test's own, since they are the server's.</summary>
internal static class DatabaseRoles
{
    /// <summary>Owns the database and may make roles, but is no superuser, as on a managed server.</summary>
    internal const string Administrator = "administrator";

    internal const string AdministratorPassword = "a";

    /// <summary>Makes a database, and in it what the script says.</summary>
    /// <returns>The database.</returns>
    internal static async Task<string> CreateDatabaseAsync(PostgresServer server)
    {
        string database = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync()).Database!;
        await server.ExecuteAsync(
            database, $"CREATE ROLE {Administrator} LOGIN CREATEROLE CREATEDB PASSWORD '{AdministratorPassword}'; ALTER DATABASE {database} OWNER TO {Administrator}");
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(server.ConnectionString(database, Administrator, AdministratorPassword));
        string script = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "roles.sql"), TestContext.Current.CancellationToken);
        await source.CreateCommand(script).ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return database;
    }

    internal static string Owner(PostgresServer server, string database) => server.ConnectionString(database, "cano_owner", "change-this-one");

    internal static string User(PostgresServer server, string database) => server.ConnectionString(database, "cano_user", "and-change-this-one");

    /// <summary>Who owns what, who may do what, and who will be able to with what the owner makes later.</summary>
    internal static async Task<string> RightsAsync(PostgresServer server, string database) => (string)(await server.ExecuteAsync(
        database,
        """
        SELECT string_agg(line, chr(10) ORDER BY line) FROM (
            SELECT concat_ws(' ', relkind, relname, relowner::regrole, relacl) AS line FROM pg_class WHERE relnamespace = 'public'::regnamespace
            UNION ALL SELECT concat_ws(' ', proname, proowner::regrole, proacl) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
            UNION ALL SELECT concat_ws(' ', nspname, nspowner::regrole, nspacl) FROM pg_namespace WHERE nspname = 'public'
            UNION ALL SELECT concat_ws(' ', 'later', defaclrole::regrole, defaclobjtype, defaclacl) FROM pg_default_acl) AS rights
        """))!;
}
