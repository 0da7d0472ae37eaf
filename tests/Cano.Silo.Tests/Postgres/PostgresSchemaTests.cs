using Cano.TestDatabase;
using Npgsql;

namespace Cano.Tests.Postgres;

public sealed class PostgresSchemaTests(SharedPostgres postgres)
{
    [Fact]
    public async Task Open_TenAtOnceOnAnEmptyDatabase_AllSucceedAndEachMigrationIsAppliedOnce()
    {
        PostgresServer server = await postgres.GetAsync();
        string connectionString = await server.CreateDatabaseAsync();

        PostgresStorage[] opened = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => PostgresStorage.OpenAsync(connectionString)));
        await Task.WhenAll(opened.Select(one => one.DisposeAsync().AsTask()));

        string database = new NpgsqlConnectionStringBuilder(connectionString).Database!;
        Assert.Equal((long)PostgresSchema.Version, await server.ExecuteAsync(database, "SELECT count(*) FROM CanoMigration"));
    }

    [Fact]
    public async Task Open_ADatabaseOfANewerVersion_IsRefusedAndLeftAsItIs()
    {
        PostgresServer server = await postgres.GetAsync();
        string connectionString = await server.CreateDatabaseAsync();
        string database = new NpgsqlConnectionStringBuilder(connectionString).Database!;
        await (await PostgresStorage.OpenAsync(connectionString)).DisposeAsync();
        await server.ExecuteAsync(database, "INSERT INTO CanoMigration (Number, Name) VALUES (1000, 'of the future')");

        CanoConfigurationException refused = await Assert.ThrowsAsync<CanoConfigurationException>(() => PostgresStorage.OpenAsync(connectionString));

        Assert.Equal(StorageErrorCodes.DatabaseTooNew, refused.Code);
        Assert.Equal(
            $"The database {database} on 127.0.0.1:{server.Port} has schema 1000, made by a newer version of Cano; this one knows up to {PostgresSchema.Version}. Use the newer version, or another database.",
            refused.Message);
    }
}
