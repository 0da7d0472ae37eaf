using Microsoft.Data.Sqlite;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Cano.Tests.Storage;

public sealed class SqliteStorageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Read_NoRow_IsANewStateWithoutETag()
    {
        await using SqliteStorage sqlite = await SqliteStorage.OpenAsync(_folder.Path);

        GrainState<Note> read = await ReadAsync(sqlite.Storage, "a");

        Assert.Equal("", read.State!.Text);
        Assert.Null(read.ETag);
        Assert.False(read.RecordExists);
    }

    [Fact]
    public async Task Write_ThenReopened_ReadsWhatWasWritten()
    {
        await using (SqliteStorage sqlite = await SqliteStorage.OpenAsync(_folder.Path))
        {
            GrainState<Note> state = await WriteAsync(sqlite.Storage, "a", new() { State = new() { Text = "one" } });
            Assert.Equal("1", state.ETag);
            Assert.True(state.RecordExists);
            state.State!.Text = "two";
            Assert.Equal("2", (await WriteAsync(sqlite.Storage, "a", state)).ETag);
        }

        await using SqliteStorage again = await SqliteStorage.OpenAsync(_folder.Path);
        GrainState<Note> read = await ReadAsync(again.Storage, "a");

        Assert.Equal("two", read.State!.Text);
        Assert.Equal("2", read.ETag);
        Assert.True(read.RecordExists);
    }

    [Fact]
    public async Task Write_InsertOverARow_IsAConflictAndChangesNothing()
    {
        await using SqliteStorage sqlite = await SqliteStorage.OpenAsync(_folder.Path);
        await WriteAsync(sqlite.Storage, "a", new() { State = new() { Text = "first" } });
        GrainState<Note> second = new() { State = new() { Text = "second" } };

        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(sqlite.Storage, "a", second));

        Assert.Null(second.ETag);
        Assert.False(second.RecordExists);
        Assert.Equal("first", (await ReadAsync(sqlite.Storage, "a")).State!.Text);
    }

    [Fact]
    public async Task Write_WithAnOldETag_IsAConflictAndChangesNothing()
    {
        await using SqliteStorage sqlite = await SqliteStorage.OpenAsync(_folder.Path);
        GrainState<Note> state = await WriteAsync(sqlite.Storage, "a", new() { State = new() { Text = "first" } });
        GrainState<Note> old = new(new() { Text = "old" }, state.ETag) { RecordExists = true };
        state.State!.Text = "second";
        await WriteAsync(sqlite.Storage, "a", state);

        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(sqlite.Storage, "a", old));

        Assert.Equal("1", old.ETag);
        Assert.Equal("second", (await ReadAsync(sqlite.Storage, "a")).State!.Text);
    }

    [Fact]
    public async Task Write_WithAnETagOfARowThatIsGone_IsAConflict()
    {
        await using SqliteStorage sqlite = await SqliteStorage.OpenAsync(_folder.Path);
        GrainState<Note> gone = new(new() { Text = "gone" }, "1") { RecordExists = true };

        await Assert.ThrowsAsync<InconsistentStateException>(() => WriteAsync(sqlite.Storage, "a", gone));

        Assert.False((await ReadAsync(sqlite.Storage, "a")).RecordExists);
    }

    [Fact]
    public async Task Clear_TakesTheRowAway_AndItCanBeWrittenAgain()
    {
        await using SqliteStorage sqlite = await SqliteStorage.OpenAsync(_folder.Path);
        GrainState<Note> state = await WriteAsync(sqlite.Storage, "a", new() { State = new() { Text = "one" } });

        await sqlite.Storage.ClearStateAsync("note", Key("a"), state);

        Assert.Null(state.ETag);
        Assert.False(state.RecordExists);
        Assert.Equal("", state.State!.Text);
        Assert.False((await ReadAsync(sqlite.Storage, "a")).RecordExists);
        Assert.Equal("1", (await WriteAsync(sqlite.Storage, "a", state)).ETag);
    }

    [Fact]
    public async Task Clear_WithAnOldETag_IsAConflict()
    {
        await using SqliteStorage sqlite = await SqliteStorage.OpenAsync(_folder.Path);
        GrainState<Note> state = await WriteAsync(sqlite.Storage, "a", new() { State = new() { Text = "one" } });
        GrainState<Note> old = new(new(), state.ETag) { RecordExists = true };
        await WriteAsync(sqlite.Storage, "a", state);

        await Assert.ThrowsAsync<InconsistentStateException>(() => sqlite.Storage.ClearStateAsync("note", Key("a"), old));

        Assert.Equal("one", (await ReadAsync(sqlite.Storage, "a")).State!.Text);
    }

    /// <summary>A purge must not depend on being able to read what it removes.</summary>
    [Theory]
    [InlineData("30")]
    [InlineData("FFEEDDCCBBAA")]
    public async Task RowRemoval_OfARowThatCannotBeRead_RemovesIt(string payload)
    {
        await using SqliteStorage sqlite = await SqliteStorage.OpenAsync(_folder.Path);
        Row<Note> row = new(sqlite.Storage, "note", "kind", "key");
        await row.WriteAsync(new() { Text = "one" });
        await sqlite.Lane.RunAsync(writes: true, () =>
        {
            ((SqliteConnection)sqlite.Lane.DataSource.CreateConnection()).Execute($"UPDATE OrleansStorage SET PayloadBinary = x'{payload}'");
            return Task.CompletedTask;
        });
        await Assert.ThrowsAnyAsync<Exception>(() => new Row<Note>(sqlite.Storage, "note", "kind", "key").ReadAsync());

        await RowRemoval.RemoveAsync(sqlite.Storage, "note", "kind", "key");
        await RowRemoval.RemoveAsync(sqlite.Storage, "note", "kind", "key");

        Assert.Null(await new Row<Note>(sqlite.Storage, "note", "kind", "key").ReadAsync());
    }

    [Fact]
    public async Task Write_StateChangedWhileItIsUnderWay_StoresWhatItWasAtTheCall()
    {
        await using SqliteStorage sqlite = await SqliteStorage.OpenAsync(_folder.Path);
        await using LaneHold hold = await LaneHold.TakeAsync(sqlite.Lane);
        GrainState<Note> state = new() { State = new() { Text = "at the call" } };
        Task write = sqlite.Storage.WriteStateAsync("note", Key("a"), state);
        state.State!.Text = "later";
        await hold.LetGoAsync();
        await write;

        Assert.Equal("at the call", (await ReadAsync(sqlite.Storage, "a")).State!.Text);
    }

    [Fact]
    public async Task Writes_ThatWait_ShareACommit()
    {
        await using SqliteStorage sqlite = await SqliteStorage.OpenAsync(_folder.Path);
        await using LaneHold hold = await LaneHold.TakeAsync(sqlite.Lane);
        Task<GrainState<Note>>[] writes =
            [.. Enumerable.Range(0, 100).Select(i => WriteAsync(sqlite.Storage, $"n-{i}", new() { State = new() { Text = $"{i}" } }))];
        long commitsBefore = sqlite.Commits;
        await hold.LetGoAsync();
        await Task.WhenAll(writes);

        // What was waiting when the lane came free is one group; the held operation was a group of its own.
        Assert.Equal(1, sqlite.Commits - commitsBefore);
        Assert.Equal(100, sqlite.Writes);
        Assert.True(sqlite.Written > 100);
    }

    [Fact]
    public async Task AConflictInAGroup_FailsOnlyItsCaller()
    {
        await using SqliteStorage sqlite = await SqliteStorage.OpenAsync(_folder.Path);
        await WriteAsync(sqlite.Storage, "taken", new() { State = new() { Text = "first" } });
        await using LaneHold hold = await LaneHold.TakeAsync(sqlite.Lane);
        Task<GrainState<Note>> before = WriteAsync(sqlite.Storage, "before", new() { State = new() { Text = "before" } });
        Task<GrainState<Note>> conflict = WriteAsync(sqlite.Storage, "taken", new() { State = new() { Text = "second" } });
        Task<GrainState<Note>> after = WriteAsync(sqlite.Storage, "after", new() { State = new() { Text = "after" } });
        await hold.LetGoAsync();

        await Assert.ThrowsAsync<InconsistentStateException>(() => conflict);
        await before;
        await after;
        Assert.Equal("before", (await ReadAsync(sqlite.Storage, "before")).State!.Text);
        Assert.Equal("first", (await ReadAsync(sqlite.Storage, "taken")).State!.Text);
        Assert.Equal("after", (await ReadAsync(sqlite.Storage, "after")).State!.Text);
    }

    [Fact]
    public async Task AGroupThatIsNotCommitted_FailsAllOfIt_AndETagsStayAsTheyWere()
    {
        await using SqliteStorage sqlite = await SqliteStorage.OpenAsync(_folder.Path);
        GrainState<Note> state = await WriteAsync(sqlite.Storage, "a", new() { State = new() { Text = "one" } });
        await using LaneHold hold = await LaneHold.TakeAsync(sqlite.Lane);
        state.State!.Text = "two";
        Task<GrainState<Note>> write = WriteAsync(sqlite.Storage, "a", state);
        Task lost = sqlite.Lane.RunAsync(writes: true, () =>
        {
            // As SQLite does by itself when the disk is full.
            ((SqliteConnection)sqlite.Lane.DataSource.CreateConnection()).Execute("ROLLBACK");
            return Task.FromException(new IOException("disk full"));
        });
        await hold.LetGoAsync();

        StorageException failed = await Assert.ThrowsAsync<StorageException>(() => write);
        Assert.Equal(ErrorCodes.StorageFailed, failed.Code);
        await Assert.ThrowsAsync<StorageException>(() => lost);
        Assert.Equal("1", state.ETag);
        Assert.Equal("one", (await ReadAsync(sqlite.Storage, "a")).State!.Text);
        Assert.Equal("2", (await WriteAsync(sqlite.Storage, "a", state)).ETag);
    }

    [Fact]
    public async Task SixteenWriters_EachOnItsOwnRow_AllSucceedWithFewerCommitsThanWrites()
    {
        await using SqliteStorage sqlite = await SqliteStorage.OpenAsync(_folder.Path);

        await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => Task.Run(async () =>
        {
            GrainState<Note> state = new() { State = new() };
            for (int i = 1; i <= 50; i++)
            {
                state.State!.Text = $"{writer}/{i}";
                await WriteAsync(sqlite.Storage, $"w-{writer}", state);
            }
        })));

        for (int writer = 0; writer < 16; writer++)
        {
            GrainState<Note> read = await ReadAsync(sqlite.Storage, $"w-{writer}");
            Assert.Equal($"{writer}/50", read.State!.Text);
            Assert.Equal("50", read.ETag);
        }

        Assert.Equal(800, sqlite.Writes);
        Assert.InRange(sqlite.Commits, 50, 799);
    }

    [Fact]
    public async Task SixteenWriters_OnOneRow_ExactlyOneWinsEachRound()
    {
        await using SqliteStorage sqlite = await SqliteStorage.OpenAsync(_folder.Path);
        for (int round = 0; round < 20; round++)
        {
            GrainState<Note>[] states = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => ReadAsync(sqlite.Storage, "a")));
            bool[] won = await Task.WhenAll(states.Select(async state =>
            {
                try
                {
                    await WriteAsync(sqlite.Storage, "a", state);
                    return true;
                }
                catch (InconsistentStateException)
                {
                    return false;
                }
            }));

            Assert.Equal(1, won.Count(w => w));
        }
    }

    [Fact]
    public async Task Open_ADatabaseOfANewerVersion_IsRefusedAndLeftAsItIs()
    {
        await using (await SqliteStorage.OpenAsync(_folder.Path))
        {
        }

        Execute("PRAGMA user_version = 99");

        CanoConfigurationException refused = await Assert.ThrowsAsync<CanoConfigurationException>(() => SqliteStorage.OpenAsync(_folder.Path));

        Assert.Equal(StorageErrorCodes.DatabaseTooNew, refused.Code);
        Assert.Contains("schema 99", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"knows up to {SqliteSchema.Version}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_AFileThatIsNoDatabase_IsRefusedAndLeftAsItIs()
    {
        _folder.Write("cano.db", "a letter, not a database, and long enough that nobody could take it for an empty one");

        CanoConfigurationException refused = await Assert.ThrowsAsync<CanoConfigurationException>(() => SqliteStorage.OpenAsync(_folder.Path));

        Assert.Equal(StorageErrorCodes.DataFolderUnusable, refused.Code);
        Assert.Equal(
            $"The database {_folder.At("cano.db")} can't be opened: SQLite Error 26: 'file is not a database'. Restore it from a backup, or use another data folder.", refused.Message);
        Assert.StartsWith("a letter", await File.ReadAllTextAsync(_folder.At("cano.db")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_TwiceAtOnce_TheSecondIsRefusedNamingTheFirst()
    {
        await using SqliteStorage first = await SqliteStorage.OpenAsync(_folder.Path);

        CanoConfigurationException refused = await Assert.ThrowsAsync<CanoConfigurationException>(() => SqliteStorage.OpenAsync(_folder.Path));

        Assert.Equal(StorageErrorCodes.DataFolderInUse, refused.Code);
        Assert.Equal(
            $"The data folder {_folder.Path} is in use by another process (pid {Environment.ProcessId}); one process at a time owns it.", refused.Message);
    }

    [Fact]
    public async Task Open_SetsTheDatabaseUpForDurability()
    {
        await using SqliteStorage sqlite = await SqliteStorage.OpenAsync(_folder.Path);
        SqliteConnection connection = (SqliteConnection)sqlite.Lane.DataSource.CreateConnection();
        List<string> found = [];
        await sqlite.Lane.RunAsync(writes: false, () =>
        {
            found.AddRange(Pragma(connection, "journal_mode"), Pragma(connection, "synchronous"));
            return Task.CompletedTask;
        });

        Assert.Equal(["wal", "2"], found);
    }

    [Fact]
    public async Task Operations_AfterTheEnd_AreRefused()
    {
        SqliteStorage sqlite = await SqliteStorage.OpenAsync(_folder.Path);
        IGrainStorage storage = sqlite.Storage;
        await sqlite.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => ReadAsync(storage, "a"));
    }

    private static string Pragma(SqliteConnection connection, string name)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"PRAGMA {name}";
        return $"{command.ExecuteScalar()}";
    }

    private void Execute(string sql)
    {
        using SqliteConnection connection = new($"Data Source={_folder.At("cano.db")};Pooling=False");
        connection.Open();
        connection.Execute(sql);
    }

    private static GrainId Key(string key) => GrainId.Create("note", key);

    private static async Task<GrainState<Note>> ReadAsync(IGrainStorage storage, string key)
    {
        GrainState<Note> state = new();
        await storage.ReadStateAsync("note", Key(key), state);
        return state;
    }

    private static async Task<GrainState<Note>> WriteAsync(IGrainStorage storage, string key, GrainState<Note> state)
    {
        await storage.WriteStateAsync("note", Key(key), state);
        return state;
    }
}

[GenerateSerializer]
public sealed class Note
{
    [Id(0)]
    public string Text { get; set; } = "";
}

/// <summary>Keeps the lane busy, so that what is queued meanwhile becomes one group.</summary>
internal sealed class LaneHold : IAsyncDisposable
{
    private readonly ManualResetEventSlim _letGo = new();
    private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _held;

    private LaneHold(SqliteLane lane) => _held = lane.RunAsync(writes: false, () =>
    {
        _taken.SetResult();
        Assert.True(_letGo.Wait(TimeSpan.FromSeconds(30)), "The test did not let go of the lane within 30 s.");
        return Task.CompletedTask;
    });

    internal static async Task<LaneHold> TakeAsync(SqliteLane lane)
    {
        LaneHold hold = new(lane);
        await hold._taken.Task.WaitAsync(TimeSpan.FromSeconds(30));
        return hold;
    }

    internal Task LetGoAsync()
    {
        _letGo.Set();
        return _held;
    }

    public async ValueTask DisposeAsync()
    {
        await LetGoAsync();
        _letGo.Dispose();
    }
}
