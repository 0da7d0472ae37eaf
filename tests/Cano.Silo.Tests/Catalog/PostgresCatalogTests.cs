using Cano.TestDatabase;
using Cano.Tests.Postgres;
using Dapper;
using Npgsql;

namespace Cano.Tests.Catalog;

public sealed class PostgresCatalogTests(SharedPostgres postgres) : CatalogTests, IAsyncLifetime
{
    private PostgresStorage _storage = null!;

    private protected override IBatchCatalog Catalog => _storage.Catalog;

    public async ValueTask InitializeAsync() => _storage = await PostgresStorage.OpenAsync(await (await postgres.GetAsync()).CreateDatabaseAsync());

    public async ValueTask DisposeAsync()
    {
        if (_storage is not null)
        {
            await _storage.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(CatalogSql.Unfinished, "CanoBatchUnfinished")]
    [InlineData(PostgresCatalog.UnfinishedIdsExcept, "CanoBatchUnfinished")]
    [InlineData(CatalogSql.Expired, "CanoBatchExpiry")]
    [InlineData(CatalogSql.ExpiredAfter, "CanoBatchExpiry")]
    public async Task Queries_OfTheSilo_GoByAnIndex(string sql, string index)
    {
        await Task.WhenAll(Enumerable.Range(0, 2_000).Select(number => Catalog.PutAsync(number % 100 == 0 ? Entry($"i{number}") : Finished($"i{number}"), Token)));
        await using NpgsqlConnection connection = await _storage.Database.Source.OpenConnectionAsync(Token);
        await connection.ExecuteAsync("ANALYZE CanoBatch");

        IEnumerable<string> plan = await connection.QueryAsync<string>(
            $"EXPLAIN {sql}",
            new
            {
                Service = "test",
                Except = Array.Empty<string>(),
                Before = Noon.AddDays(-1),
                AfterTime = Noon.AddDays(-2),
                AfterId = "a",
                AfterDigest = "",
                Limit = 20,
            });

        Assert.Contains(plan, line => line.Contains(index, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Entries that come while some are being written go together in one statement.</summary>
    [Fact]
    public async Task Put_ManyAtOnce_ShareStatements()
    {
        await Task.WhenAll(Enumerable.Range(0, 2_000).Select(number => Catalog.PutAsync(Entry($"i{number}"), Token)));

        // Each row knows the transaction that wrote it, whatever other databases of the server are written at the same time.
        await using NpgsqlConnection connection = await _storage.Database.Source.OpenConnectionAsync(Token);
        Assert.InRange(await connection.ExecuteScalarAsync<long>("SELECT count(DISTINCT xmin::text) FROM CanoBatch"), 1, 200);
        Assert.Equal(2_000, await CountAsync("CanoBatch"));
    }

    private protected override async Task ExecuteAsync(string sql)
    {
        await using NpgsqlConnection connection = await _storage.Database.Source.OpenConnectionAsync(Token);
        await connection.ExecuteAsync(sql);
    }

    private protected override async Task<long> CountAsync(string table)
    {
        await using NpgsqlConnection connection = await _storage.Database.Source.OpenConnectionAsync(Token);
        return await connection.ExecuteScalarAsync<long>($"SELECT count(*) FROM {table}");
    }
}
