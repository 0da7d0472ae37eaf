using Cano.TestDatabase;
using Cano.Tests.Storage;
using Npgsql;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Cano.Tests.Postgres;

public sealed class PostgresStorageTests(SharedPostgres postgres) : IAsyncLifetime
{
    private PostgresStorage _database = null!;

    private IGrainStorage Storage => _database.Storage;

    public async ValueTask InitializeAsync() => _database = await PostgresStorage.OpenAsync(await (await postgres.GetAsync()).CreateDatabaseAsync());

    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    [Fact]
    public async Task Write_ThenRead_IsWhatWasWrittenWithAVersionThatCounts()
    {
        GrainState<Note> state = new() { State = new() { Text = "one" } };
        await Storage.WriteStateAsync("note", Key("a"), state);
        Assert.Equal("1", state.ETag);
        state.State!.Text = "two";
        await Storage.WriteStateAsync("note", Key("a"), state);

        GrainState<Note> read = await ReadAsync("a");

        Assert.Equal(("two", "2", true), (read.State!.Text, read.ETag, read.RecordExists));
    }

    [Fact]
    public async Task Read_NoRow_IsANewStateWithoutETag()
    {
        GrainState<Note> read = await ReadAsync("nothing");

        Assert.Equal(("", null, false), (read.State!.Text, read.ETag, read.RecordExists));
    }

    [Fact]
    public async Task Write_InsertOverARow_IsAConflictAndChangesNothing()
    {
        await WriteAsync("a", new() { State = new() { Text = "first" } });

        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync("a", new() { State = new() { Text = "second" } }));

        Assert.Equal("first", (await ReadAsync("a")).State!.Text);
    }

    [Fact]
    public async Task Write_WithAnOldETag_IsAConflictAndChangesNothing()
    {
        GrainState<Note> state = await WriteAsync("a", new() { State = new() { Text = "first" } });
        GrainState<Note> old = new(new() { Text = "old" }, state.ETag) { RecordExists = true };
        await WriteAsync("a", state);

        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync("a", old));

        Assert.Equal("1", old.ETag);
        Assert.Equal("first", (await ReadAsync("a")).State!.Text);
    }

    [Fact]
    public async Task Write_WithAnETagOfARowThatIsGone_IsAConflictAndBringsNothingBack()
    {
        GrainState<Note> state = await WriteAsync("a", new() { State = new() { Text = "first" } });
        GrainState<Note> old = new(new() { Text = "old" }, state.ETag) { RecordExists = true };
        await Storage.ClearStateAsync("note", Key("a"), state);

        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync("a", old));

        Assert.False((await ReadAsync("a")).RecordExists);
        Assert.Equal("1", (await WriteAsync("a", state)).ETag);
    }

    [Fact]
    public async Task SixteenWriters_OnOneRow_ExactlyOneWinsEachRound()
    {
        for (int round = 0; round < 20; round++)
        {
            GrainState<Note>[] writers = new GrainState<Note>[16];
            for (int i = 0; i < writers.Length; i++)
            {
                writers[i] = await ReadAsync("shared");
                writers[i].State!.Text = $"{round} {i}";
            }

            bool[] won = await Task.WhenAll(writers.Select(async writer =>
            {
                try
                {
                    await WriteAsync("shared", writer);
                    return true;
                }
                catch (InconsistentStateException)
                {
                    return false;
                }
            }));

            Assert.Single(won, true);
            Assert.Equal($"{round} {Array.IndexOf(won, true)}", (await ReadAsync("shared")).State!.Text);
        }
    }

    /// <summary>The hot path: nothing is parsed anew, no transaction is begun and ended by commands of its own, no session is reset.</summary>
    [Fact]
    public async Task Writes_AfterTheFirstFew_AreOnePreparedStatementEach()
    {
        PostgresServer server = await postgres.GetAsync();
        string connectionString = await server.CreateDatabaseAsync();
        string name = new NpgsqlConnectionStringBuilder(connectionString).Database!;
        await server.ExecuteAsync("postgres", $"ALTER DATABASE {name} SET log_statement = 'all'");
        await using (PostgresStorage logged = await PostgresStorage.OpenAsync(connectionString))
        {
            GrainState<Note> state = new() { State = new() { Text = "again" } };
            for (int i = 0; i < 50; i++)
            {
                await logged.Storage.WriteStateAsync("note", Key("a"), state);
            }
        }

        string[] statements = [.. server.Log.Split('\n').Where(line => line.Contains($"@{name} LOG:", StringComparison.Ordinal))];
        string[] last = statements[^40..];
        Assert.All(last, line => Assert.Contains("execute _auto", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Write_AMegabyte_ComesBackWhole()
    {
        string text = string.Concat(Enumerable.Range(0, 250_000).Select(i => (char)('a' + (i * 7919 % 26)))) + new string('ü', 400_000);
        await WriteAsync("large", new() { State = new() { Text = text } });

        Assert.Equal(text, (await ReadAsync("large")).State!.Text);
    }

    /// <summary>A purge must not depend on being able to read what it removes.</summary>
    [Fact]
    public async Task RowRemoval_OfARowThatCannotBeRead_RemovesIt()
    {
        await new Row<Note>(Storage, "note", "kind", "key").WriteAsync(new() { Text = "one" });
        await using (NpgsqlCommand damage = _database.Database.Source.CreateCommand("UPDATE OrleansStorage SET PayloadBinary = '\\xFFEEDDCCBBAA'"))
        {
            Assert.Equal(1, await damage.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }

        await Assert.ThrowsAnyAsync<Exception>(() => new Row<Note>(Storage, "note", "kind", "key").ReadAsync());

        await RowRemoval.RemoveAsync(Storage, "note", "kind", "key");
        await RowRemoval.RemoveAsync(Storage, "note", "kind", "key");

        Assert.Null(await new Row<Note>(Storage, "note", "kind", "key").ReadAsync());
    }

    private static GrainId Key(string key) => GrainId.Create("test", key);

    private async Task<GrainState<Note>> ReadAsync(string key)
    {
        GrainState<Note> state = new();
        await Storage.ReadStateAsync("note", Key(key), state);
        return state;
    }

    private async Task<GrainState<Note>> WriteAsync(string key, GrainState<Note> state)
    {
        await Storage.WriteStateAsync("note", Key(key), state);
        return state;
    }
}
