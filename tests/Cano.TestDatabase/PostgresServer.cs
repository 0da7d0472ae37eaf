using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Cano.TestDatabase;

/// <summary>
/// A PostgreSQL server of its own: a fresh cluster in a temporary folder, on a free port of 127.0.0.1, with real commits (<c>fsync</c> is on). It can be stopped, killed and started again.
/// It is gone with its folder when it is disposed of, and also when this process dies.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>The superuser.</summary>
    public const string Superuser = "postgres";

    private const string Password = "secret-of-the-tests";
    private const int MaxAttempts = 5;

    private readonly Process _keeper;
    private readonly string _folder;
    private readonly PostgresReach? _reach;
    private int _databases;

    private PostgresServer(string folder, PostgresReach? reach)
    {
        _folder = folder;
        _reach = reach;
        _keeper = Keep(folder);
    }

    /// <summary>Where it listens, on 127.0.0.1. It stays the same when the server is started again.</summary>
    public int Port { get; private set; }

    /// <summary>The folder of its Unix socket.</summary>
    public string SocketFolder => _folder;

    /// <summary>What the server has logged so far.</summary>
    public string Log => File.Exists(LogFile) ? File.ReadAllText(LogFile) : "";

    private string Data => Path.Combine(_folder, "data");

    private string LogFile => Path.Combine(_folder, "log");

    /// <summary>Makes a cluster and starts it.</summary>
    /// <param name="reach">Where it listens besides 127.0.0.1; null: nowhere.</param>
    /// <exception cref="InvalidOperationException">No PostgreSQL is installed (<see cref="PostgresBinaries.Missing"/>), or it does not start.</exception>
    public static async Task<PostgresServer> StartAsync(PostgresReach? reach = null)
    {
        _ = PostgresBinaries.Folder;
        string template = Path.Combine(Path.GetTempPath(), "cano-postgres-XXXXXX");
        string folder = (await PostgresPrograms.RunAsync("mktemp", "-d", template).ConfigureAwait(false)).Trim();
        PostgresServer server = new(folder, reach);
        try
        {
            await server.MakeClusterAsync().ConfigureAwait(false);
            await server.StartOnFreePortAsync().ConfigureAwait(false);
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Makes an empty database, owned by the superuser.</summary>
    /// <returns>How to reach it as the superuser.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref _databases)}");
        await ExecuteAsync("postgres", $"CREATE DATABASE {name}").ConfigureAwait(false);
        return ConnectionString(name);
    }

    /// <summary>How to reach a database; without a host, from this machine.</summary>
    public string ConnectionString(string database, string user = Superuser, string? password = null, string host = "127.0.0.1") => new NpgsqlConnectionStringBuilder
    {
        Host = host,
        Port = Port,
        Database = database,
        Username = user,
        Password = password ?? Password,
    }.ToString();

    /// <summary>Runs statements as the superuser.</summary>
    /// <returns>The first value of the first row; null when there is none.</returns>
    public async Task<object?> ExecuteAsync(string database, string sql)
    {
        NpgsqlConnection connection = new($"{ConnectionString(database)};Pooling=false");
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync().ConfigureAwait(false);
#pragma warning disable CA2100 // The text is the test's.
            NpgsqlCommand command = new(sql, connection);
#pragma warning restore CA2100
            await using (command.ConfigureAwait(false))
            {
                return await command.ExecuteScalarAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Writes a copy of a database as it is at one moment, while it is used.</summary>
    /// <returns>The file, gone with the server.</returns>
    public async Task<string> DumpAsync(string database)
    {
        string file = Path.Combine(_folder, $"{database}.dump");
        await PostgresPrograms.RunAsync(Program("pg_dump"), "--format=custom", $"--file={file}", $"--dbname={Url(database)}").ConfigureAwait(false);
        return file;
    }

    /// <summary>Fills an empty database with a copy of another one.</summary>
    public Task RestoreAsync(string database, string file, string user = Superuser, string? password = null) =>
        PostgresPrograms.RunAsync(Program("pg_restore"), "--exit-on-error", $"--dbname={Url(database, user, password)}", file);

    /// <summary>Ends all connections to a database, whatever they are doing.</summary>
    /// <returns>How many there were.</returns>
    public async Task<long> TerminateConnectionsAsync(string database) => (long)(await ExecuteAsync(
        "postgres", $"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{database}' AND pid <> pg_backend_pid()").ConfigureAwait(false))!;

    /// <summary>Stops the server and starts it again.</summary>
    public async Task RestartAsync(bool immediate = false)
    {
        await StopAsync(immediate).ConfigureAwait(false);
        await StartAgainAsync().ConfigureAwait(false);
    }

    /// <summary>Stops the server; connections are broken off.</summary>
    /// <param name="immediate">Whether it dies on the spot, as in a crash, so that its next start recovers from the log.</param>
    public Task StopAsync(bool immediate = false) =>
        PostgresPrograms.RunAsync(Program("pg_ctl"), "stop", "-w", "-m", immediate ? "immediate" : "fast", "-D", Data);

    /// <summary>Starts the server after it was stopped, on the same port.</summary>
    public Task StartAgainAsync() => PostgresPrograms.RunAsync(
        Program("pg_ctl"), "start", "-w", "-t", "50", "-D", Data, "-l", LogFile, "-o", string.Create(CultureInfo.InvariantCulture, $"-p {Port}"));

    /// <summary>Stops the server and removes its folder.</summary>
    public async ValueTask DisposeAsync()
    {
        _keeper.StandardInput.Close();
        await _keeper.WaitForExitAsync().ConfigureAwait(false);
        _keeper.Dispose();
    }

    private string Url(string database, string user = Superuser, string? password = null) =>
        string.Create(CultureInfo.InvariantCulture, $"postgresql://{user}:{password ?? Password}@127.0.0.1:{Port}/{database}");

    private static string Program(string name) => Path.Combine(PostgresBinaries.Folder, name);

    /// <summary>
    /// Starts the process that clears up: it waits for the end of its standard input, which comes when it is closed here and also when this process dies in whatever way.
    /// </summary>
    private static Process Keep(string folder) => PostgresPrograms.Start(
        "sh",
        "-c",
        """
        trap '' INT TERM HUP
        cat >/dev/null
        [ -f "$1/data/postmaster.pid" ] && "$2" stop -w -t 20 -m immediate -D "$1/data" >/dev/null 2>&1
        rm -rf "$1"
        """,
        "keeper",
        folder,
        Program("pg_ctl"));

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task MakeClusterAsync()
    {
        string passwordFile = Path.Combine(_folder, "password");
        await PostgresPrograms.RunAsync("sh", "-c", "umask 077; printf %s \"$1\" > \"$2\"", "write", Password, passwordFile).ConfigureAwait(false);
        await PostgresPrograms.RunAsync(
            Program("initdb"), "-D", Data, "-U", Superuser, "--auth=scram-sha-256", $"--pwfile={passwordFile}", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync").ConfigureAwait(false);
        string settings =
            $"""
            listen_addresses = '{(_reach is null ? "127.0.0.1" : $"127.0.0.1,{_reach.Address}")}'
            unix_socket_directories = '{_folder}'
            max_connections = 400
            log_line_prefix = '%m [%p] %u@%d '
            """;
        await PostgresPrograms.RunAsync("sh", "-c", "printf '%s\\n' \"$1\" >> \"$2\"", "append", settings, Path.Combine(Data, "postgresql.conf")).ConfigureAwait(false);
        if (_reach is not null)
        {
            string rule = $"host all all {_reach.Network} scram-sha-256";
            await PostgresPrograms.RunAsync("sh", "-c", "printf '%s\\n' \"$1\" >> \"$2\"", "append", rule, Path.Combine(Data, "pg_hba.conf")).ConfigureAwait(false);
        }
    }

    // Between the choice of a port and its use another process may take it.
    private async Task StartOnFreePortAsync()
    {
        for (int attempt = 1; ; attempt++)
        {
            Port = FreePort();
            try
            {
                await StartAgainAsync().ConfigureAwait(false);
                return;
            }
            catch (InvalidOperationException) when (attempt < MaxAttempts && Log.Contains("could not bind", StringComparison.Ordinal))
            {
                // The next one.
            }
            catch (InvalidOperationException exception)
            {
                throw new InvalidOperationException($"{exception.Message} The server's log: {Log}", exception);
            }
        }
    }
}
