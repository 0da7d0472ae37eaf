using Xunit;

namespace Cano.TestDatabase;

/// <summary>
/// One server for all tests of an assembly, started when the first asks for it: <c>[assembly: AssemblyFixture(typeof(SharedPostgres))]</c>.
/// Tests that stop or restart a server start one of their own with <see cref="StartOwnAsync"/>.
/// </summary>
public sealed class SharedPostgres : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private Task<PostgresServer>? _server;

    /// <summary>The server. Where none is installed the test is skipped, but fails in CI.</summary>
    public Task<PostgresServer> GetAsync()
    {
        lock (_lock)
        {
            return _server ??= StartOwnAsync();
        }
    }

    /// <summary>A server for the caller alone. Where none is installed the test is skipped, but fails in CI.</summary>
    /// <param name="reach">Where it listens besides 127.0.0.1; null: nowhere.</param>
    public static async Task<PostgresServer> StartOwnAsync(PostgresReach? reach = null)
    {
        if (PostgresBinaries.Missing is { } reason && Environment.GetEnvironmentVariable("CI") != "true")
        {
            Assert.Skip(reason);
        }

        return await PostgresServer.StartAsync(reach).ConfigureAwait(false);
    }

    /// <summary>Stops the server, if one was started.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_server is { IsCompletedSuccessfully: true } started)
        {
            PostgresServer server = await started.ConfigureAwait(false);
            await server.DisposeAsync().ConfigureAwait(false);
        }
    }
}
