using Cano.TestDatabase;
using Cano.Tests.Commands;
using Cano.Tests.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Cano.Tests.Postgres;

/// <summary>What was never sent to the server is told apart from what may have been.</summary>
public sealed class PostgresLaneTests(SharedPostgres postgres)
{
    private readonly FakeTimeProvider _clock = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>It counted as "outcome unknown", so that under overload activations ended and read everything again.</summary>
    [Fact]
    public async Task Write_WaitsInVainForItsTurn_WasNeverAttempted()
    {
        await using PostgresStorage storage = await OpenAsync();
        await using LaneOverload overload = await LaneOverload.BeginAsync(storage.Lane, storage.Database);
        bool ran = false;

        Task write = storage.Lane.RunAsync(writes: true, () =>
        {
            ran = true;
            return Task.CompletedTask;
        });
        _clock.Advance(TimeSpan.FromSeconds(14));
        Assert.False(write.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        StorageException refused =
            await Assert.ThrowsAsync<StorageException>(() => write.WaitAsync(CanoProcess.Patience, TimeProvider.System, Token));
        await overload.EndAsync();

        Assert.True(refused.WasNeverAttempted);
        Assert.Equal(ErrorCodes.StorageUnavailable, refused.Code);
        Assert.False(ran);
        await storage.Lane.RunAsync(writes: true, () => Task.CompletedTask).WaitAsync(CanoProcess.Patience, TimeProvider.System, Token);
    }

    /// <summary>That a test fails which leaves an operation in the lane.</summary>
    [Fact]
    public async Task End_WhileAnOperationRuns_WaitsForIt()
    {
        await using PostgresStorage storage = await OpenAsync();
        TaskCompletionSource free = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task left = storage.Lane.RunAsync(writes: false, () => free.Task);

        await Assert.ThrowsAsync<TimeoutException>(() => storage.EndLaneAsync(TimeSpan.FromMilliseconds(50)));
        Assert.False(left.IsCompleted);
        free.SetResult();

        await left;
        await storage.EndLaneAsync(SqliteStorage.EndPatience);
    }

    /// <summary>An operation of 30 s fills the lane: rows are written once it has ended, with the ETags that they had.</summary>
    [Fact]
    public async Task Rows_BehindAnOperationOf30Seconds_AreWrittenAndRead()
    {
        await using PostgresStorage storage = await OpenAsync();
        Row<Note>[] rows = [.. Enumerable.Range(0, 8).Select(number => new Row<Note>(storage.Storage, "note", "test", $"{number}"))];
        await Task.WhenAll(rows.Select(row => row.WriteAsync(new() { Text = "before" })));
        await using LaneOverload overload = await LaneOverload.BeginAsync(storage.Lane, storage.Database);

        Task<Note?[]> reads = Task.WhenAll(Enumerable.Range(0, 8).Select(
            number => new Row<Note>(storage.Storage, "note", "test", $"{number}").ReadAsync()));
        Task writes = Task.WhenAll(rows.Select(row => row.WriteAsync(new() { Text = "after" })));
        for (int half = 0; half < 2; half++)
        {
            // A probe that gives up shows that those before it have; all of them wait again soon.
            Task behind = storage.Lane.RunAsync(writes: false, () => Task.CompletedTask);
            _clock.Advance(TimeSpan.FromSeconds(15));
            await Assert.ThrowsAsync<StorageException>(() => behind.WaitAsync(CanoProcess.Patience, TimeProvider.System, Token));
        }

        Assert.False(writes.IsCompleted);
        await overload.EndAsync();
        await writes.WaitAsync(CanoProcess.Patience, TimeProvider.System, Token);

        Assert.All(
            await reads.WaitAsync(CanoProcess.Patience, TimeProvider.System, Token), note => Assert.Contains(note!.Text, (string[])["before", "after"]));
        Assert.All(await Task.WhenAll(rows.Select(row => row.ReadAsync())), note => Assert.Equal("after", note!.Text));
    }

    [Fact]
    public async Task Write_ThePoolIsExhausted_WasNeverAttempted()
    {
        await using PostgresStorage storage = await OpenAsync(";Timeout=1");
        List<NpgsqlConnection> taken = [];
        while (taken.Count < storage.Database.Connections - 1)
        {
            taken.Add(await storage.Database.Source.OpenConnectionAsync(Token));
        }

        GrainNote note = new(storage);
        StorageException refused = await Assert.ThrowsAsync<StorageException>(() => note.WriteAsync("one"));
        foreach (NpgsqlConnection connection in taken)
        {
            await connection.DisposeAsync();
        }

        Assert.True(refused.WasNeverAttempted, refused.Message);
        await note.WriteAsync("two");
    }

    /// <summary>A connection that breaks under a write leaves it open whether that was made; one that can't be opened does not.</summary>
    [Fact]
    public async Task Write_TheServerIsAway_WasNeverAttemptedExceptWhereAConnectionBroke()
    {
        await using PostgresServer server = await SharedPostgres.StartOwnAsync();
        await using PostgresStorage storage = await PostgresStorage.OpenAsync(await server.CreateDatabaseAsync());
        GrainNote note = new(storage);
        await note.WriteAsync("one");
        await server.StopAsync(immediate: true);

        StorageException broken = await Assert.ThrowsAsync<StorageException>(() => note.WriteAsync("two"));
        StorageException refused = await Assert.ThrowsAsync<StorageException>(() => note.WriteAsync("three"));
        Row<Note> row = new(storage.Storage, "note", "test", "row");
        Task waiting = row.WriteAsync(new() { Text = "while it was away" });
        await server.StartAgainAsync();
        await waiting.WaitAsync(CanoProcess.Patience, TimeProvider.System, Token);

        Assert.Equal((false, true), (broken.WasNeverAttempted, refused.WasNeverAttempted));
        Assert.Equal("while it was away", (await row.ReadAsync())!.Text);
        Assert.EndsWith(
            "is not available: Connection refused. Try again; if it stays so, see to the server.",
            refused.Message,
            StringComparison.Ordinal);
    }

    private async Task<PostgresStorage> OpenAsync(string settings = "") => await PostgresStorage.OpenAsync(
        $"{await (await postgres.GetAsync()).CreateDatabaseAsync()};Maximum Pool Size=5{settings}",
        services: services => services.AddSingleton<TimeProvider>(_clock));

    /// <summary>A state as a grain holds it, written without the patience of a row.</summary>
    private sealed class GrainNote(PostgresStorage storage)
    {
        private readonly Orleans.GrainState<Note> _state = new() { State = new() };

        internal Task WriteAsync(string text)
        {
            _state.State!.Text = text;
            return storage.Storage.WriteStateAsync("note", Orleans.Runtime.GrainId.Create("test", "plain"), _state);
        }
    }
}
