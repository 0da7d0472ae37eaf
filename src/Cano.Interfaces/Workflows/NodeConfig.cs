namespace Cano;

/// <summary>How a node is retried, timed out and checkpointed.</summary>
public sealed record NodeConfig
{
    /// <summary>
    /// Three retries with exponential backoff (<see cref="RetryMode.Exponential"/>), no time-out, checkpoints by interval.
    /// </summary>
    public static NodeConfig Default { get; } = new();

    /// <summary>No retries, no time-out, checkpoints by interval.</summary>
    public static NodeConfig Minimal { get; } = new() { Retry = RetryMode.None };

    /// <summary>What .NET's timers can wait for is a little longer (49.7 days).</summary>
    private static readonly TimeSpan s_longestPause = TimeSpan.FromDays(30);

    /// <summary>What happens after an attempt that threw; no pause may be longer than 30 days.</summary>
    /// <value><c>RetryMode.Exponential(3)</c>.</value>
    public RetryMode Retry { get; init; } = RetryMode.Exponential(3);

    /// <summary>
    /// How long one attempt (prep, exec and post together) may take; then its token is signalled and the attempt counts as failed with kind
    /// <c>timeout</c>. It is a request to the node: an attempt that ignores its token is waited for. More than zero, at most 30 days; null:
    /// no limit.
    /// </summary>
    /// <value>Null.</value>
    public TimeSpan? AttemptTimeout { get; init; }

    /// <summary>True: the instance's state and store are always saved before the next node begins, however short this one was.</summary>
    /// <value>False: they are saved when more than the silo's <c>CheckpointInterval</c> has passed since they last were.</value>
    public bool AlwaysCheckpoint { get; init; }

    /// <summary>What is wrong with these settings; null when nothing is.</summary>
    internal string? Fault()
    {
        if (Retry is null)
        {
            return "Retry was null; use RetryMode.None for no retries.";
        }

        if (Retry.MaxDelay > s_longestPause)
        {
            return $"The longest pause before a retry was {Retry.MaxDelay:c}; it must be at most {s_longestPause:c}.";
        }

        return AttemptTimeout is { } limit && (limit <= TimeSpan.Zero || limit > s_longestPause)
            ? $"AttemptTimeout was {limit:c}; it must be more than zero and at most {s_longestPause:c}, or null for none."
            : null;
    }
}
