using Cano.TestDatabase;
using Cano.Tests.Commands;
using Cano.Tests.Storage;
using Npgsql;

namespace Cano.Tests.Postgres;

/// <summary><c>database status</c> and <c>database migrate</c>, and the roles for which they are there.</summary>
public sealed class DatabaseCommandTests(SharedPostgres postgres) : IDisposable
{
    private const string Batch = """{ "timeout": { "kind": "waitForever" }, "instances": [{ "id": "a", "workflow": "cano.simulate" }, { "id": "b", "workflow": "cano.simulate" }] }""";

    private readonly TemporaryFolder _folder = new();

    private static readonly int s_version = PostgresSchema.Version;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Status_ThenMigrate_ThenStatus_SayWhatIsPendingAndWhatWasDone()
    {
        PostgresServer server = await postgres.GetAsync();
        string connectionString = await server.CreateDatabaseAsync();

        CanoProcessResult before = await RunAsync(connectionString, "database", "status");
        CanoProcessResult migrated = await RunAsync(connectionString, "database", "migrate");
        CanoProcessResult after = await RunAsync(connectionString, "database", "status");

        Assert.Equal(1, before.ExitCode);
        Assert.Contains($"schema:   0\nprogram:  {s_version}\npending:  0001-grain-storage, 0002-membership", before.Output, StringComparison.Ordinal);
        Assert.Equal(0, migrated.ExitCode);
        Assert.Contains($"from schema 0 to {s_version}", migrated.Output, StringComparison.Ordinal);
        Assert.Equal(0, after.ExitCode);
        Assert.Contains($"schema:   {s_version}\nprogram:  {s_version}\npending:  none", after.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_OfADatabaseOfANewerVersion_IsRefused()
    {
        PostgresServer server = await postgres.GetAsync();
        string connectionString = await server.CreateDatabaseAsync();
        await RunAsync(connectionString, "database", "migrate");
        await server.ExecuteAsync(new NpgsqlConnectionStringBuilder(connectionString).Database!, "INSERT INTO CanoMigration (Number, Name) VALUES (1000, 'later')");

        CanoProcessResult status = await RunAsync(connectionString, "database", "status");

        Assert.Equal(2, status.ExitCode);
        Assert.Contains("has schema 1000, made by a newer version of Cano", status.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SqliteDataFolder_IsLookedAtAndMigratedToo()
    {
        CanoProcessResult before = await CanoProcess.RunAsync(_folder.Path, ["database", "status"]);
        CanoProcessResult refused = await CanoProcess.RunAsync(_folder.Path, ["run", _folder.Write("batch.json", Batch), "--set", "Cano:Storage:Migrate=false"]);
        CanoProcessResult migrated = await CanoProcess.RunAsync(_folder.Path, ["database", "migrate"]);
        CanoProcessResult after = await CanoProcess.RunAsync(_folder.Path, ["database", "status"]);

        Assert.Equal(1, before.ExitCode);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("has schema 0; this version of Cano needs", refused.Error, StringComparison.Ordinal);
        Assert.Equal(0, migrated.ExitCode);
        Assert.Equal(0, after.ExitCode);
        Assert.Contains("pending:  none", after.Output, StringComparison.Ordinal);
    }

    /// <summary>
    /// The recipe of deploy/postgres/roles.sql: an owner migrates, the user of the silos can't. Once only a superuser could follow it, which nobody is on a managed server.
    /// </summary>
    [Fact]
    public async Task Roles_TheOwnerMigrates_TheUserRunsBatchesAndCanMakeNoTables()
    {
        await using PostgresServer server = await SharedPostgres.StartOwnAsync();
        string database = await DatabaseRoles.CreateDatabaseAsync(server);
        string owner = DatabaseRoles.Owner(server, database);
        string user = DatabaseRoles.User(server, database);
        string file = _folder.Write("batch.json", Batch);

        CanoProcessResult early = await RunAsync(user, "run", file);
        CanoProcessResult told = await RunAsync(user, "run", file, "--set", "Cano:Storage:Migrate=false");
        CanoProcessResult migrated = await RunAsync(owner, "database", "migrate");
        CanoProcessResult run = await RunAsync(user, "run", file, "--set", "Cano:Storage:Migrate=false");

        Assert.Equal(2, early.ExitCode);
        Assert.Contains("permission denied for schema public (42501). Give the user its rights, or let the owner of the schema run `database migrate`", early.Error, StringComparison.Ordinal);
        Assert.Equal(2, told.ExitCode);
        Assert.Contains($"has schema 0; this version of Cano needs {s_version}. Run `database migrate`", told.Error, StringComparison.Ordinal);
        Assert.Equal(0, migrated.ExitCode);
        Assert.True(run.ExitCode == 0, run.Error);
        PostgresException denied = await Assert.ThrowsAsync<PostgresException>(async () =>
        {
            await using NpgsqlDataSource source = NpgsqlDataSource.Create(user);
            await source.CreateCommand("CREATE TABLE mine (id integer)").ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        });
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, denied.SqlState);
    }

    private Task<CanoProcessResult> RunAsync(string connectionString, params string[] args) => CanoProcess.RunAsync(
        _folder.Path, [.. args, "--set", "Cano:Storage:Provider=postgres", "--set", $"ConnectionStrings:Cano={connectionString}"]);
}
