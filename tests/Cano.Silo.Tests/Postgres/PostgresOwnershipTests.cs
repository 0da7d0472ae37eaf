using System.Collections.Concurrent;
using Cano.TestDatabase;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Cano.Tests.Postgres;

/// <summary>
/// The lock of a lone silo's service id is held by a session of its own for as long as the silo lives, and by none after it.
/// </summary>
public sealed class PostgresOwnershipTests(SharedPostgres postgres) : IDisposable
{
    private const int TakenByAnother = 3006;

    private readonly FakeTimeProvider _clock = new();
    private readonly Events _events = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _events.Dispose();

    /// <summary>The session went back to the pool with its lock, and the silo took itself for another one, for ever.</summary>
    [Fact]
    public async Task Check_IsBrokenOffByAStatementTimeout_TheSiloStillOwnsItsServiceId()
    {
        PostgresServer server = await postgres.GetAsync();
        string database = await PreparedAsync(server);
        await using PostgresStorage silo = await OpenAsync(
            server, database, "Search Path=public,pg_catalog;Options=-c statement_timeout=1000");
        await server.ExecuteAsync(database, "UPDATE slow SET seconds = 20");

        await TickUntilAsync("a check was broken off", () => Task.FromResult(server.Log.Split('\n').Any(
            line => line.Contains(database, StringComparison.Ordinal) && line.Contains("statement timeout", StringComparison.Ordinal))));
        List<NpgsqlConnection> taken = await TakeAllIdleAsync(silo);
        await server.ExecuteAsync(database, "UPDATE slow SET seconds = 0");
        long calls = await CallsAsync(server, database);
        await TickUntilAsync("three more checks were made", async () => await CallsAsync(server, database) >= calls + 3);

        // On a busy machine a later check may be broken off as well, and its session be opened anew.
        await TickUntilAsync("the lock is held", async () => await HoldersAsync(server, database) == 1L);
        Assert.DoesNotContain(TakenByAnother, _events.Ids);
        CanoConfigurationException refused =
            await Assert.ThrowsAsync<CanoConfigurationException>(() => TickWhileAsync(OpenAsync(server, database)));
        Assert.Equal(StorageErrorCodes.DatabaseInUse, refused.Code);
        foreach (NpgsqlConnection connection in taken)
        {
            await connection.DisposeAsync();
        }
    }

    [Fact]
    public async Task Session_IsTerminated_ItsLockIsTakenAgainInANewOne()
    {
        PostgresServer server = await postgres.GetAsync();
        string database = await PreparedAsync(server);
        await using PostgresStorage silo = await OpenAsync(server, database);
        int before = (int)(await server.ExecuteAsync(database, $"SELECT pid {Holders}"))!;

        await server.ExecuteAsync(database, $"SELECT pg_terminate_backend({before})");

        await TickUntilAsync(
            "the lock was taken again",
            async () => await server.ExecuteAsync(database, $"SELECT max(pid) {Holders}") is int holder && holder != before);
        Assert.DoesNotContain(TakenByAnother, _events.Ids);
    }

    [Fact]
    public async Task Silo_HasGone_NoSessionHoldsItsLock()
    {
        PostgresServer server = await postgres.GetAsync();
        string database = await PreparedAsync(server);
        await (await OpenAsync(server, database)).DisposeAsync();

        await using PostgresStorage next = await TickWhileAsync(OpenAsync(server, database));

        Assert.Equal(1L, await HoldersAsync(server, database));
    }

    /// <summary>What the pool and the session may open together.</summary>
    [Fact]
    public async Task Connections_OfASilo_AreAtMostTheMaximumPoolSize()
    {
        PostgresServer server = await postgres.GetAsync();
        string database = await PreparedAsync(server);
        await using PostgresStorage silo = await OpenAsync(server, database, "Maximum Pool Size=6;Timeout=1");
        List<NpgsqlConnection> taken = await TakeAllIdleAsync(silo);

        Assert.Equal(6L, await server.ExecuteAsync("postgres", $"SELECT count(*) FROM pg_stat_activity WHERE datname = '{database}'"));
        foreach (NpgsqlConnection connection in taken)
        {
            await connection.DisposeAsync();
        }
    }

    private const string Holders =
        "FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database "
        + "WHERE locktype = 'advisory' AND datname = current_database() AND granted";

    private static async Task<long> HoldersAsync(PostgresServer server, string database) =>
        (long)(await server.ExecuteAsync(database, $"SELECT count(*) {Holders}"))!;

    private static async Task<long> CallsAsync(PostgresServer server, string database) =>
        (long)(await server.ExecuteAsync(database, "SELECT last_value FROM calls"))!;

    /// <summary>
    /// A database with the schema and, beside it, a function of the name that the check calls: found first by whoever's search path says
    /// so, it counts its calls and takes as long as a table says.
    /// </summary>
    private static async Task<string> PreparedAsync(PostgresServer server)
    {
        string connectionString = await server.CreateDatabaseAsync();
        await (await PostgresStorage.OpenAsync(connectionString)).DisposeAsync();
        string database = new NpgsqlConnectionStringBuilder(connectionString).Database!;
        await server.ExecuteAsync(
            database,
            """
            CREATE TABLE slow (seconds double precision NOT NULL);
            INSERT INTO slow VALUES (0);
            CREATE SEQUENCE calls;
            CREATE FUNCTION public.pg_backend_pid() RETURNS integer STABLE LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM nextval('public.calls');
                PERFORM pg_sleep((SELECT seconds FROM public.slow));
                RETURN pg_catalog.pg_backend_pid();
            END $$;
            """);
        return database;
    }

    private Task<PostgresStorage> OpenAsync(PostgresServer server, string database, string settings = "") => PostgresStorage.OpenAsync(
        $"{server.ConnectionString(database)};{settings}",
        options => options.IsAlone = true,
        services =>
        {
            services.AddSingleton<TimeProvider>(_clock);
            services.AddLogging(logging => logging.AddProvider(_events));
        });

    /// <summary>Opens connections until the pool has no more: whatever session was given back to it is among them.</summary>
    private static async Task<List<NpgsqlConnection>> TakeAllIdleAsync(PostgresStorage silo)
    {
        List<NpgsqlConnection> taken = [];
        while (taken.Count < silo.Database.Connections - 1)
        {
            taken.Add(await silo.Database.Source.OpenConnectionAsync(Token));
        }

        return taken;
    }

    private Task TickUntilAsync(string what, Func<Task<bool>> holds) => TickAsync(what, holds);

    private async Task<PostgresStorage> TickWhileAsync(Task<PostgresStorage> opening)
    {
        await TickAsync("it has opened or was refused", () => Task.FromResult(opening.IsCompleted));
        return await opening;
    }

    private async Task TickAsync(string what, Func<Task<bool>> holds)
    {
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        long started = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(60), $"Waited 60 s until {what}.");
            _clock.Advance(TimeSpan.FromSeconds(2));
            await pause.WaitForNextTickAsync(Token);
        }
    }

    private sealed class Events : ILoggerProvider, ILogger
    {
        internal ConcurrentBag<int> Ids { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Ids.Add(eventId.Id);

        public void Dispose()
        {
        }
    }
}
