using Cano.Tests.Storage;
using Dapper;

namespace Cano.Tests.Catalog;

public sealed class SqliteCatalogTests : CatalogTests, IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private SqliteStorage _storage = null!;

    private protected override IBatchCatalog Catalog => _storage.Catalog;

    public async ValueTask InitializeAsync() => _storage = await SqliteStorage.OpenAsync(_folder.Path);

    public async ValueTask DisposeAsync()
    {
        await _storage.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(CatalogSql.Unfinished, "CanoBatchUnfinished")]
    [InlineData(SqliteCatalog.UnfinishedIdsExcept, "COVERING INDEX CanoBatchUnfinished")]
    [InlineData(CatalogSql.Expired, "CanoBatchExpiry")]
    [InlineData(CatalogSql.ExpiredAfter, "CanoBatchExpiry")]
    public async Task Queries_OfTheSilo_GoByAnIndex(string sql, string index)
    {
        object parameters = new { Service = "test", Except = "[]", Before = "", AfterTime = "", AfterId = "", AfterDigest = "", Limit = 1 };
        IEnumerable<string> plan = await _storage.AskAsync(connection => connection
            .Query<(int Id, int Parent, int Unused, string Detail)>($"EXPLAIN QUERY PLAN {sql}", parameters)
            .Select(line => line.Detail));

        Assert.Contains(plan, line => line.Contains(index, StringComparison.Ordinal));

        // Those that ended at the same moment are put in order by their ids; all others come in order.
        Assert.DoesNotContain(
            plan, line => line.Contains("TEMP B-TREE", StringComparison.Ordinal) && !line.Contains("LAST 2 TERMS", StringComparison.Ordinal));
    }

    public static TheoryData<string, string> Lists => new()
    {
        { CatalogSql.List(new()), "CanoBatchNewest" },
        { CatalogSql.List(new() { From = Noon, To = Noon, After = new(Noon, "a") }), "CanoBatchNewest" },
        { CatalogSql.List(new() { Phase = BatchPhase.Finished }), "CanoBatchNewest" },
        { CatalogSql.List(new() { Name = "a", After = new(Noon, "a") }), "CanoBatchName" },
        { CatalogSql.List(new() { Workflow = "a", After = new(Noon, "a") }), "CanoBatchWorkflowNewest" },
        { CatalogSql.List(new() { Label = "a", Phase = BatchPhase.Finished }), "CanoBatchLabelNewest" },
    };

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task Lists_WhateverIsAsked_AreReadInTheOrderOfAnIndex(string sql, string index)
    {
        object parameters = new { Service = "test", Phase = "", Name = "", Workflow = "", Label = "", From = "", To = "", AfterTime = "", AfterId = "", Limit = 1 };
        IEnumerable<string> plan = await _storage.AskAsync(connection => connection
            .Query<(int Id, int Parent, int Unused, string Detail)>($"EXPLAIN QUERY PLAN {sql}", parameters)
            .Select(line => line.Detail));

        Assert.Contains(plan, line => line.Contains(index, StringComparison.Ordinal));
        Assert.DoesNotContain(plan, line => line.Contains("TEMP B-TREE", StringComparison.Ordinal));
    }

    /// <summary>Entries that come during a commit share the next one.</summary>
    [Fact]
    public async Task Put_ManyAtOnce_ShareCommits()
    {
        long before = _storage.Commits;

        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(number => Catalog.PutAsync(Entry($"i{number}"), Token)));

        Assert.InRange(_storage.Commits - before, 1, 200);
    }

    private protected override Task ExecuteAsync(string sql) => _storage.AskAsync(connection => connection.Execute(sql));

    private protected override Task<long> CountAsync(string table) => _storage.AskAsync(connection => connection.ExecuteScalar<long>($"SELECT count(*) FROM {table}"));
}
