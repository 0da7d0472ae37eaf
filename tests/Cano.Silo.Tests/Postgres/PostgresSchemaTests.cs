using Cano.TestDatabase;
using Cano.Tests.Commands;
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

    /// <summary>Once a migration was broken off after the time that a query has, whether it waited for another one or had a large table before it.</summary>
    [Theory]
    [InlineData("SELECT pg_advisory_xact_lock(x'43616E6F'::bigint)")]
    [InlineData("CREATE TABLE OrleansQuery (Id integer)")]
    public async Task Open_AMigrationIsHeldUpForLongerThanAQueryMayTake_WaitsAndMigrates(string holdUp)
    {
        PostgresServer server = await postgres.GetAsync();
        string connectionString = await server.CreateDatabaseAsync();
        string database = new NpgsqlConnectionStringBuilder(connectionString).Database!;
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(connectionString);
        await using NpgsqlConnection other = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        NpgsqlTransaction held = await other.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (NpgsqlCommand command = new(holdUp, other))
        {
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        Task<PostgresStorage> opening = PostgresStorage.OpenAsync($"{connectionString};Command Timeout=1", options => options.StartTimeout = TimeSpan.FromSeconds(1));
        await UntilAsync(
            async () => opening.IsCompleted || (long)(await server.ExecuteAsync(
                "postgres", $"SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}' AND wait_event_type = 'Lock' AND clock_timestamp() - query_start > interval '2 s'"))! == 1,
            "a migration that has waited for two seconds");
        await held.DisposeAsync();
        await (await opening).DisposeAsync();

        Assert.Equal((long)PostgresSchema.Version, await server.ExecuteAsync(database, "SELECT count(*) FROM CanoMigration"));
    }

    private static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        long begun = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < CanoProcess.Patience, $"There never was {what}.");
            await pause.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }
}
