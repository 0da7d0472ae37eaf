using System.Text.Json;
using Cano.TestDatabase;
using Cano.Tests.Postgres;
using Dapper;
using Npgsql;

namespace Cano.Tests.Telemetry;

/// <summary>The dashboard of the catalog: what it asks in SQL is understood by a real database with the real schema.</summary>
public sealed class CatalogDashboardTests(SharedPostgres postgres)
{
    [Fact]
    public async Task Queries_OfEachPanel_AreUnderstoodAndFindTheBatch()
    {
        await using PostgresStorage storage = await PostgresStorage.OpenAsync(await (await postgres.GetAsync()).CreateDatabaseAsync());
        DateTimeOffset noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
        BatchStatus status = new() { Id = "finished", Total = 3, Completed = 2, Failed = 1, CreatedAt = noon, StartedAt = noon };
        BatchEntry entry = new() { Status = status, Version = 4, Owner = "127.0.0.1:1@1", Digest = "0123456789abcdef", Partitions = 1, Workflows = ["w"], Labels = ["l"] };
        await storage.Catalog.PutAsync(entry);
        await storage.Catalog.PutAsync(entry with { Status = status with { Id = "running" } });
        await storage.Catalog.PutAsync(entry with { Version = 7, Status = status with { Phase = BatchPhase.Finished, StopReason = StopReason.AllFinished, StoppedAt = noon.AddSeconds(1), FinishedAt = noon.AddSeconds(1) } });
        await using NpgsqlConnection connection = await storage.Database.Source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        using JsonDocument dashboard = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "deploy", "grafana", "cano-catalog.json"), TestContext.Current.CancellationToken));
        string[] queries = [.. dashboard.RootElement.GetProperty("panels").EnumerateArray().SelectMany(panel => panel.GetProperty("targets").EnumerateArray()).Select(target => target.GetProperty("rawSql").GetString()!)];

        Assert.NotEmpty(queries);
        foreach (string query in queries)
        {
            // What Grafana puts in the place of its variables.
            string sql = query
                .Replace("$service", "test", StringComparison.Ordinal)
                .Replace("$__timeFrom()", "'2026-11-22T11:00:00Z'", StringComparison.Ordinal)
                .Replace("$__timeTo()", "'2026-11-22T13:00:00Z'", StringComparison.Ordinal);
            Assert.NotEmpty(await connection.QueryAsync(sql));
        }
    }
}
