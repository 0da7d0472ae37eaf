using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;

namespace Cano;

/// <summary>Makes the database ready when a silo starts, and waits for a server that is not there yet, within bounds.</summary>
internal sealed partial class PostgresStart(
    PostgresDatabase database,
    PostgresSchema schema,
    PostgresOwnership ownership,
    IOptions<CanoStorageOptions> options,
    TimeProvider timeProvider,
    ILogger<PostgresStart> logger)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    /// <exception cref="CanoConfigurationException">The database is not there, refuses, does not fit, or is in use by a silo that knows
    /// nothing of this one.</exception>
    internal async Task OpenAsync(CancellationToken cancellationToken)
    {
        long started = timeProvider.GetTimestamp();
        ResiliencePipeline waiting = new ResiliencePipelineBuilder { TimeProvider = timeProvider }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = arguments => new ValueTask<bool>(
                    arguments.Outcome.Exception is { } exception && PostgresFaults.IsPassing(exception) && timeProvider.GetElapsedTime(started) < options.Value.StartTimeout),
                MaxRetryAttempts = int.MaxValue,
                Delay = s_pause,
                OnRetry = arguments =>
                {
                    if (arguments.AttemptNumber % 10 == 0)
                    {
                        LogWaiting(database.Name, arguments.Outcome.Exception!.GetBaseException().Message, options.Value.StartTimeout);
                    }

                    return default;
                },
            })
            .Build();
        try
        {
            SchemaStatus before = await waiting.ExecuteAsync(
                async token =>
                {
                    SchemaStatus status = await schema.OpenAsync(options.Value.Migrate, token);
                    await ownership.AcquireAsync(token);
                    return status;
                },
                cancellationToken);
            LogOpened(database.Name, before.Known);
            if (before.Found < before.Known)
            {
                LogMigrated(database.Name, before.Found, before.Known);
            }
        }
        catch (Exception exception) when (PostgresFaults.Is(exception))
        {
            throw PostgresFaults.AtStart(exception, database);
        }
    }

    [LoggerMessage(3003, LogLevel.Debug, "Opened the database {Database}, which has schema {Version}.")]
    private partial void LogOpened(string database, int version);

    [LoggerMessage(3004, LogLevel.Warning, "The database {Database} is not there yet: {Reason}. It is tried again for {Patience} in all.")]
    private partial void LogWaiting(string database, string reason, TimeSpan patience);

    [LoggerMessage(3005, LogLevel.Information, "Brought the schema of the database {Database} from {Before} to {Now}.")]
    private partial void LogMigrated(string database, int before, int now);
}
