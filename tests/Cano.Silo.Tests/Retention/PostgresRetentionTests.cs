using Cano.TestDatabase;

namespace Cano.Tests.Retention;

public sealed class PostgresRetentionTests(SharedPostgres postgres) : RetentionTests
{
    private string _database = "";

    private protected override async Task ConfigureAsync(CanoHostOptions options)
    {
        string connectionString = await (await postgres.GetAsync()).CreateDatabaseAsync();
        _database = new Npgsql.NpgsqlConnectionStringBuilder(connectionString).Database!;
        options.DataFolder = null;
        options.Settings["Cano:Storage:Provider"] = "postgres";
        options.Settings["ConnectionStrings:Cano"] = connectionString;
    }

    private protected override async Task<long> CountAsync(string table, string where) =>
        (long)(await (await postgres.GetAsync()).ExecuteAsync(_database, $"SELECT count(*) FROM {table} WHERE {where}"))!;
}
