using System.Data;
using System.Diagnostics.CodeAnalysis;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;

namespace Cano;

/// <summary>
/// Keeps a silo that is alone from using the rows of others: it would take their batches for left and drive them a second time. Silos of a
/// cluster share a lock on their service id, a lone one has it for itself. The lock is a session's, so that the server lets go of it
/// however the silo ends; the session belongs to no pool, where it would live on with its lock after it has been given back.
/// </summary>
internal sealed partial class PostgresOwnership(
    PostgresDatabase database, IOptions<CanoStorageOptions> options, IOptions<ClusterOptions> cluster, TimeProvider timeProvider, ILogger<PostgresOwnership> logger) : IAsyncDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);

    /// <summary>How long a lock is waited for: a server may take a moment to notice that a process is gone.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>The session takes no other lock of this kind.</summary>
    private const string HasLock = "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted";

    private readonly CancellationTokenSource _stopping = new();
    private NpgsqlConnection? _session;
    private Task _watch = Task.CompletedTask;

    /// <summary>Takes the lock.</summary>
    /// <exception cref="CanoConfigurationException">Another silo has it.</exception>
    internal async Task AcquireAsync(CancellationToken cancellationToken)
    {
        long started = timeProvider.GetTimestamp();
        while (!await TryAsync(cancellationToken))
        {
            if (timeProvider.GetElapsedTime(started) > s_patience)
            {
                throw new CanoConfigurationException(
                    StorageErrorCodes.DatabaseInUse,
                    $"Another silo uses the service id {cluster.Value.ServiceId} in the database {database.Name}, and {(options.Value.IsAlone ? "this one" : "it")} is alone (Cano:Clustering:Provider is localhost). "
                        + "End the other, make both members of one cluster (adonet), or give this one another Cano:ServiceId.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), timeProvider, cancellationToken);
        }

        _watch = WatchAsync(_stopping.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
        await LetGoAsync();
    }

    private async Task<bool> TryAsync(CancellationToken cancellationToken)
    {
        string function = options.Value.IsAlone ? "pg_try_advisory_lock" : "pg_try_advisory_lock_shared";
        if (_session is not { State: ConnectionState.Open })
        {
            await LetGoAsync();
            _session = await database.Sessions.OpenConnectionAsync(cancellationToken);
        }

        return await _session.ExecuteScalarAsync<bool>(new CommandDefinition(
            $"SELECT {function}(hashtextextended('cano ' || @ServiceId, 0))", new { cluster.Value.ServiceId }, cancellationToken: cancellationToken));
    }

    /// <summary>A session that broke has lost its lock: it is taken again as soon as the database is back.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "It goes on for as long as the silo lives, and logs what it did not expect.")]
    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(s_pause, timeProvider);
        bool owns = true;
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            try
            {
                owns = owns ? await HasLockAsync(cancellationToken) : await TakeAgainAsync(cancellationToken);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                if (!PostgresFaults.Is(exception))
                {
                    LogNotChecked(exception, cluster.Value.ServiceId, database.Name);
                }

                // A statement that was broken off says nothing of the lock; its session lives, and is asked again.
                owns = owns && _session is { State: ConnectionState.Open };
            }
        }
    }

    private async Task<bool> HasLockAsync(CancellationToken cancellationToken) =>
        await _session!.ExecuteScalarAsync<bool>(new CommandDefinition(HasLock, cancellationToken: cancellationToken));

    private async Task<bool> TakeAgainAsync(CancellationToken cancellationToken)
    {
        if (await TryAsync(cancellationToken))
        {
            return true;
        }

        LogTakenByAnother(cluster.Value.ServiceId, database.Name);
        return false;
    }

    private async Task LetGoAsync()
    {
        if (_session is { } session)
        {
            _session = null;
            await session.DisposeAsync();
        }
    }

    [LoggerMessage(3006, LogLevel.Error, "While the database {Database} was away, another silo has taken the service id {ServiceId}; one of the two must end.")]
    private partial void LogTakenByAnother(string serviceId, string database);

    [LoggerMessage(3007, LogLevel.Error, "Whether this silo still has the service id {ServiceId} in the database {Database} is unknown; it asks again.")]
    private partial void LogNotChecked(Exception exception, string serviceId, string database);
}
