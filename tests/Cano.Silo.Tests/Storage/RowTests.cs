using Microsoft.Extensions.Time.Testing;
using Orleans.Runtime;
using Orleans.Storage;

namespace Cano.Tests.Storage;

/// <summary>
/// What was never begun is tried again; of all else the outcome is unknown. On a real database, whose operations are refused before they
/// begin.
/// </summary>
public sealed class RowTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _clock = new();
    private SqliteStorage _sqlite = null!;
    private RefusingStorage _storage = null!;
    private Row<Note> _row = null!;

    public async ValueTask InitializeAsync()
    {
        _sqlite = await SqliteStorage.OpenAsync(_folder.Path);
        _storage = new(_sqlite.Storage);
        _row = new(_storage, "note", "test", "a", _clock);
    }

    public async ValueTask DisposeAsync()
    {
        await _sqlite.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Write_NeverAttempted_IsTriedAgainUntilItIs()
    {
        await _row.WriteAsync(new() { Text = "one" });
        _storage.Refusal = asked => asked < 11 ? Busy() : null;

        await WhileTimePassesAsync(_row.WriteAsync(new() { Text = "two" }));

        Assert.Equal(12, _storage.Asked);
        Assert.Equal("two", await StoredAsync());
        await _row.WriteAsync(new() { Text = "three" });
        Assert.Equal("three", await StoredAsync());
    }

    [Fact]
    public async Task Write_NeverAttemptedForTwoMinutes_IsGivenUp()
    {
        _storage.Refusal = _ => Busy();
        DateTimeOffset begun = _clock.GetUtcNow();

        StorageException refused =
            await Assert.ThrowsAsync<StorageException>(() => WhileTimePassesAsync(_row.WriteAsync(new() { Text = "one" }), stepMilliseconds: 200));

        Assert.True(refused.WasNeverAttempted);
        Assert.InRange(_clock.GetUtcNow() - begun, TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(126));
        Assert.InRange(_storage.Asked, 25, 60);
        Assert.Null(await StoredAsync());
    }

    /// <summary>Each try may itself have waited long: a few are made however late it is.</summary>
    [Fact]
    public async Task Write_NeverAttemptedByTriesOfAMinuteEach_IsTriedFiveTimes()
    {
        _storage.Refusal = _ =>
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            return Busy();
        };

        await Assert.ThrowsAsync<StorageException>(() => WhileTimePassesAsync(_row.WriteAsync(new() { Text = "one" })));

        Assert.Equal(5, _storage.Asked);
    }

    public static TheoryData<Exception> Unknown =>
    [
        new StorageException(ErrorCodes.StorageUnavailable, "The connection broke."),
        new StorageException(ErrorCodes.StorageFailed, "The disk is full."),
        new TimeoutException("No answer came."),
        new InconsistentStateException("Another one has written."),
    ];

    [Theory]
    [MemberData(nameof(Unknown))]
    public async Task Write_OutcomeUnknown_IsNotTriedAgain(Exception failure)
    {
        _storage.Refusal = _ => failure;

        Assert.Same(failure, await Assert.ThrowsAnyAsync<Exception>(() => _row.WriteAsync(new() { Text = "one" })));

        Assert.Equal(1, _storage.Asked);
    }

    [Fact]
    public async Task Clear_NeverAttempted_IsTriedAgain()
    {
        await _row.WriteAsync(new() { Text = "one" });
        _storage.Refusal = asked => asked < 4 ? Busy() : null;

        await WhileTimePassesAsync(_row.ClearAsync());

        Assert.Null(await StoredAsync());
        await _row.WriteAsync(new() { Text = "anew" });
        Assert.Equal("anew", await StoredAsync());
    }

    [Fact]
    public async Task Read_NeverAttempted_IsTriedAgainAndThenWritable()
    {
        await new Row<Note>(_sqlite.Storage, "note", "test", "a").WriteAsync(new() { Text = "one" });
        _storage.Refusal = asked => asked < 4 ? Busy() : null;

        Task<Note?> read = _row.ReadAsync();
        await WhileTimePassesAsync(read);

        Assert.Equal("one", (await read)!.Text);
        await _row.WriteAsync(new() { Text = "two" });
        Assert.Equal("two", await StoredAsync());
    }

    /// <summary>Its caller does not wait for minutes.</summary>
    [Fact]
    public async Task Read_NeverAttempted_IsGivenUpAfterFiveTries()
    {
        _storage.Refusal = _ => Busy();
        DateTimeOffset begun = _clock.GetUtcNow();

        await Assert.ThrowsAsync<StorageException>(() => WhileTimePassesAsync(_row.ReadAsync()));

        Assert.Equal(5, _storage.Asked);
        Assert.InRange(_clock.GetUtcNow() - begun, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    private static StorageException Busy() => StorageException.NeverAttempted("Too much is waiting.");

    private async Task<string?> StoredAsync() => (await new Row<Note>(_sqlite.Storage, "note", "test", "a").ReadAsync())?.Text;

    /// <summary>Lets the pauses between tries pass, in steps small enough to say how long they were.</summary>
    private async Task WhileTimePassesAsync(Task work, int stepMilliseconds = 40)
    {
        using PeriodicTimer turn = new(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        for (int steps = 0; !work.IsCompleted; steps++)
        {
            Assert.True(steps < 20_000, $"After {steps} steps, and {_storage.Asked} tries, it has not ended.");
            _clock.Advance(TimeSpan.FromMilliseconds(stepMilliseconds));
            await Task.WhenAny(work, turn.WaitForNextTickAsync(TestContext.Current.CancellationToken).AsTask());
        }

        await work;
    }
}
