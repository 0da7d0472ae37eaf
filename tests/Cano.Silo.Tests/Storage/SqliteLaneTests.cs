using Microsoft.Data.Sqlite;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Cano.Tests.Storage;

/// <summary>
/// Success is answered only after COMMIT has returned: whatever a connection throws at BEGIN or COMMIT, every write of the group fails.
/// </summary>
public sealed class SqliteLaneTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private FaultyConnection _connection = null!;

    public static TheoryData<Exception> Failures =>
    [
        new SqliteException("disk I/O error", 10),
        new IOException("The device is gone."),
        new InvalidOperationException("The connection is in no state for it."),
        new ObjectDisposedException("connection"),
        new OperationCanceledException(),
        new NotSupportedException(),
    ];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Begin_Throws_EveryWriteOfTheGroupFailsAndNothingIsWritten(Exception failure)
    {
        await using SqliteStorage sqlite = await OpenAsync();

        await WriteGroupAsync(sqlite, () => _connection.AtBegin = failure);

        Assert.All(await StoredAsync(sqlite), text => Assert.Equal("before", text));
        await AssertGoesOnAsync(sqlite);
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Commit_Throws_EveryWriteOfTheGroupFailsAndNothingIsWritten(Exception failure)
    {
        await using SqliteStorage sqlite = await OpenAsync();

        await WriteGroupAsync(sqlite, () => _connection.BeforeCommit = failure);

        Assert.All(await StoredAsync(sqlite), text => Assert.Equal("before", text));
        await AssertGoesOnAsync(sqlite);
    }

    /// <summary>Then they are written, and their writers are told that this is unknown.</summary>
    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Commit_ThrowsAfterItHasCommitted_EveryWriteOfTheGroupFails(Exception failure)
    {
        await using SqliteStorage sqlite = await OpenAsync();

        StorageException[] told = await WriteGroupAsync(sqlite, () => _connection.AfterCommit = failure);

        Assert.All(told, exception => Assert.Contains("What was written is unknown", exception.Message, StringComparison.Ordinal));
        Assert.All(await StoredAsync(sqlite), text => Assert.Equal("after", text));
    }

    /// <summary>A connection whose handle is closed can't say whether it is in a transaction.</summary>
    [Fact]
    public async Task Connection_IsClosedUnderAGroup_EveryOperationFailsAndLaterOnesToo()
    {
        await using SqliteStorage sqlite = await OpenAsync();

        Task broken = Task.CompletedTask;
        await WriteGroupAsync(sqlite, () => broken = sqlite.Lane.RunAsync(writes: true, () =>
        {
            ((LaneConnection)sqlite.Lane.DataSource.CreateConnection()).End();
            return Task.CompletedTask;
        }));

        await Assert.ThrowsAnyAsync<Exception>(() => broken);
        await Assert.ThrowsAnyAsync<Exception>(() => sqlite.Lane.RunAsync(writes: true, () => Task.CompletedTask));
    }

    /// <summary>Another program that writes, a backup say: nothing of the group was begun, so that its rows are tried again.</summary>
    [Fact]
    public async Task Begin_AnotherProgramWrites_WasNeverAttempted_AndARowIsWrittenOnceItHasEnded()
    {
        await using SqliteStorage sqlite = await OpenAsync();
        await using SqliteConnection other = new($"Data Source={_folder.At("cano.db")};Pooling=False");
        await other.OpenAsync(TestContext.Current.CancellationToken);
        other.Execute("BEGIN IMMEDIATE");

        StorageException busy =
            await Assert.ThrowsAsync<StorageException>(() => sqlite.Lane.RunAsync(writes: true, () => Task.CompletedTask));
        Row<Note> row = new(sqlite.Storage, "note", "test", "a");
        Task write = row.WriteAsync(new() { Text = "in the end" });
        await Assert.ThrowsAsync<StorageException>(() => sqlite.Lane.RunAsync(writes: true, () => Task.CompletedTask));
        other.Execute("COMMIT");
        await write.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.True(busy.WasNeverAttempted);
        Assert.Equal(ErrorCodes.StorageUnavailable, busy.Code);
        Assert.Equal("in the end", (await row.ReadAsync())!.Text);
    }

    /// <summary>That a test fails which leaves an operation in the lane.</summary>
    [Fact]
    public async Task End_WhileAnOperationRuns_WaitsForIt()
    {
        using ManualResetEventSlim free = new();
        await using SqliteStorage sqlite = await OpenAsync();
        Task left = sqlite.Lane.RunAsync(writes: false, () =>
        {
            free.Wait(CancellationToken.None);
            return Task.CompletedTask;
        });

        await Assert.ThrowsAsync<TimeoutException>(() => sqlite.EndLaneAsync(TimeSpan.FromMilliseconds(50)));
        Assert.False(left.IsCompleted);
        free.Set();

        await sqlite.EndLaneAsync(SqliteStorage.EndPatience);
        Assert.True(left.IsCompletedSuccessfully);
    }

    private Task<SqliteStorage> OpenAsync() => SqliteStorage.OpenAsync(
        _folder.Path, path => _connection = new(SqliteSchema.ConnectionString(path, SqliteOpenMode.ReadWriteCreate)));

    /// <summary>Three rows of one group, whose transaction meets a fault.</summary>
    /// <returns>What their writers are told.</returns>
    private static async Task<StorageException[]> WriteGroupAsync(SqliteStorage sqlite, Action disturb)
    {
        GrainState<Note>[] states = [.. Enumerable.Range(0, 3).Select(_ => new GrainState<Note> { State = new() { Text = "before" } })];
        await Task.WhenAll(states.Select((state, row) => WriteAsync(sqlite, row, state)));
        await using LaneHold hold = await LaneHold.TakeAsync(sqlite.Lane);
        Task[] writes = [.. states.Select((state, row) =>
        {
            state.State!.Text = "after";
            return WriteAsync(sqlite, row, state);
        })];
        disturb();
        await hold.LetGoAsync();
        StorageException[] told = await Task.WhenAll(writes.Select(write => Assert.ThrowsAsync<StorageException>(() => write)));

        Assert.All(told, exception => Assert.False(exception.WasNeverAttempted));
        Assert.All(states, state => Assert.Equal("1", state.ETag));
        return told;
    }

    private static async Task AssertGoesOnAsync(SqliteStorage sqlite)
    {
        await WriteAsync(sqlite, 0, new(new() { Text = "later" }, "1") { RecordExists = true });
        Assert.Equal("later", (await StoredAsync(sqlite))[0]);
    }

    private static Task WriteAsync(SqliteStorage sqlite, int row, GrainState<Note> state) =>
        sqlite.Storage.WriteStateAsync("note", GrainId.Create("note", $"row-{row}"), state);

    private static async Task<string[]> StoredAsync(SqliteStorage sqlite) => await Task.WhenAll(Enumerable.Range(0, 3).Select(async row =>
    {
        GrainState<Note> state = new();
        await sqlite.Storage.ReadStateAsync("note", GrainId.Create("note", $"row-{row}"), state);
        return state.State!.Text;
    }));

    /// <summary>The real connection, whose next transaction meets a fault.</summary>
    private sealed class FaultyConnection(string connectionString) : LaneConnection(connectionString)
    {
        internal Exception? AtBegin { get; set; }

        internal Exception? BeforeCommit { get; set; }

        internal Exception? AfterCommit { get; set; }

        internal override void BeginWriting()
        {
            Throw(AtBegin);
            base.BeginWriting();
        }

        internal override void Commit()
        {
            Throw(BeforeCommit);
            base.Commit();
            Throw(AfterCommit);
        }

        private void Throw(Exception? failure)
        {
            if (failure is not null)
            {
                (AtBegin, BeforeCommit, AfterCommit) = (null, null, null);
                throw failure;
            }
        }
    }
}
