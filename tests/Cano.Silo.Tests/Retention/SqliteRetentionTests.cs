using Microsoft.Data.Sqlite;

namespace Cano.Tests.Retention;

public sealed class SqliteRetentionTests : RetentionTests
{
    private protected override Task ConfigureAsync(CanoHostOptions options) => Task.CompletedTask;

    private protected override async Task<long> CountAsync(string table, string where)
    {
        await using SqliteConnection connection = new($"Data Source={System.IO.Path.Combine(Folder, "cano.db")};Mode=ReadOnly;Pooling=false");
        await connection.OpenAsync(Token);
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT count(*) FROM {table} WHERE {where}";
        return (long)(await command.ExecuteScalarAsync(Token))!;
    }
}
