namespace Cano;

/// <summary>
/// The strategy of a batch: what it waits for before it stops and cancels the rest. A failed instance never counts toward a quota.
/// </summary>
[GenerateSerializer]
[Immutable]
[Alias("Cano.ConcurrentTimeout")]
public abstract record ConcurrentTimeout
{
    /// <summary>The longest duration that is accepted: 365 days.</summary>
    public static readonly TimeSpan MaxDuration = TimeSpan.FromDays(365);

    private ConcurrentTimeout()
    {
    }

    internal int? QuotaOrNull => this switch
    {
        WaitForQuota s => s.Quota,
        WaitQuotaOrDuration s => s.Quota,
        _ => null,
    };

    internal TimeSpan? DurationOrNull => this switch
    {
        WaitDuration s => s.Duration,
        WaitQuotaOrDuration s => s.Duration,
        _ => null,
    };

    internal void Validate()
    {
        if (QuotaOrNull is < 1 and var quota)
        {
            throw new CanoConfigurationException(
                ErrorCodes.InvalidQuota, $"The quota was {quota}; it must be 1 or more.", "$.timeout.quota");
        }

        if (DurationOrNull is { } duration && (duration <= TimeSpan.Zero || duration > MaxDuration))
        {
            throw new CanoConfigurationException(
                ErrorCodes.InvalidDuration, $"The duration was {duration}; it must be more than zero and at most 365 days.", "$.timeout.duration");
        }
    }

    /// <summary>Stops when every instance has completed or failed.</summary>
    [GenerateSerializer]
    [Immutable]
    [Alias("Cano.WaitForever")]
    public sealed record WaitForever : ConcurrentTimeout;

    /// <summary>
    /// Stops when exactly <paramref name="Quota"/> instances have completed, or when every instance has completed or failed.
    /// </summary>
    /// <param name="Quota">1 or more; more than there are instances means: all of them.</param>
    [GenerateSerializer]
    [Immutable]
    [Alias("Cano.WaitForQuota")]
    public sealed record WaitForQuota([property: Id(0)] int Quota) : ConcurrentTimeout;

    /// <summary>Stops <paramref name="Duration"/> after the batch started, or when every instance has completed or failed.</summary>
    /// <param name="Duration">From the batch's <see cref="BatchStatus.StartedAt"/>; more than zero, at most 365 days. It keeps running
    /// while no silo is up.</param>
    [GenerateSerializer]
    [Immutable]
    [Alias("Cano.WaitDuration")]
    public sealed record WaitDuration([property: Id(0)] TimeSpan Duration) : ConcurrentTimeout;

    /// <summary>Stops at the quota or at the duration, whichever comes first, or when every instance has completed or failed.</summary>
    /// <param name="Quota">1 or more; more than there are instances means: all of them.</param>
    /// <param name="Duration">From the batch's <see cref="BatchStatus.StartedAt"/>; more than zero, at most 365 days. It keeps running
    /// while no silo is up.</param>
    [GenerateSerializer]
    [Immutable]
    [Alias("Cano.WaitQuotaOrDuration")]
    public sealed record WaitQuotaOrDuration([property: Id(0)] int Quota, [property: Id(1)] TimeSpan Duration) : ConcurrentTimeout;
}
