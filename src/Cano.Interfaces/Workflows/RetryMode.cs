namespace Cano;

/// <summary>
/// What happens after an attempt of a node that threw: how often it is repeated, and after which pauses. The modes are those of the Rust
/// crate <c>cano</c>.
/// </summary>
public sealed record RetryMode
{
    private RetryMode(int maxRetries, TimeSpan baseDelay, double multiplier, TimeSpan maxDelay, double jitter)
    {
        MaxRetries = maxRetries;
        BaseDelay = baseDelay;
        Multiplier = multiplier;
        MaxDelay = maxDelay;
        Jitter = jitter;
    }

    /// <summary>The first failure is final (kind <c>node-failed</c>).</summary>
    public static RetryMode None { get; } = new(0, TimeSpan.Zero, 1, TimeSpan.Zero, 0);

    /// <summary>How often an attempt is repeated after the first; 0 to 1,000,000.</summary>
    public int MaxRetries { get; }

    /// <summary>The pause before the first retry.</summary>
    public TimeSpan BaseDelay { get; }

    /// <summary>What each pause is longer than the one before it, as a factor; 1 or more.</summary>
    public double Multiplier { get; }

    /// <summary>No pause is longer than this, jitter included.</summary>
    public TimeSpan MaxDelay { get; }

    /// <summary>How far a pause may stray from its nominal length, as a fraction of it: 0 (never) to 1.</summary>
    public double Jitter { get; }

    /// <summary>Whether an attempt that threw this is repeated; null: whatever it threw.</summary>
    internal Func<Exception, bool>? IsRetried { get; private init; }

    /// <summary>The same pause before each retry.</summary>
    /// <param name="retries">How often an attempt is repeated after the first; 0 to 1,000,000.</param>
    /// <param name="delay">The pause; zero or more.</param>
    /// <returns>The mode.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range.</exception>
    public static RetryMode Fixed(int retries, TimeSpan delay)
    {
        RequireRetries(retries, nameof(retries));
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        return new(retries, delay, 1, delay, 0);
    }

    /// <summary>
    /// Pauses that grow: <c>baseDelay * multiplier^k</c> before retry k+1, strayed by <paramref name="jitter"/>, at most
    /// <paramref name="maxDelay"/>.
    /// </summary>
    /// <param name="maxRetries">How often an attempt is repeated after the first; 0 to 1,000,000.</param>
    /// <param name="baseDelay">The nominal pause before the first retry; zero or more.</param>
    /// <param name="multiplier">1 or more.</param>
    /// <param name="maxDelay">The longest pause; <paramref name="baseDelay"/> or more.</param>
    /// <param name="jitter">0 to 1.</param>
    /// <returns>The mode.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range.</exception>
    public static RetryMode ExponentialBackoff(int maxRetries, TimeSpan baseDelay, double multiplier, TimeSpan maxDelay, double jitter)
    {
        RequireRetries(maxRetries, nameof(maxRetries));
        ArgumentOutOfRangeException.ThrowIfLessThan(baseDelay, TimeSpan.Zero);
        if (!(multiplier >= 1) || double.IsInfinity(multiplier))
        {
            throw new ArgumentOutOfRangeException(nameof(multiplier), multiplier, "The multiplier must be a finite number of 1 or more.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(maxDelay, baseDelay);
        if (!(jitter is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(jitter), jitter, "The jitter must be a number from 0 to 1.");
        }

        return new(maxRetries, baseDelay, multiplier, maxDelay, jitter);
    }

    /// <summary>Exponential backoff with the origin's defaults: base 100 ms, doubled each time, at most 30 s, jitter 0.1.</summary>
    /// <param name="maxRetries">How often an attempt is repeated after the first; 0 to 1,000,000.</param>
    /// <returns>The mode.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxRetries"/> is out of its range.</exception>
    public static RetryMode Exponential(int maxRetries) =>
        ExponentialBackoff(maxRetries, TimeSpan.FromMilliseconds(100), 2, TimeSpan.FromSeconds(30), 0.1);

    /// <summary>
    /// The same mode for some exceptions only: one for which <paramref name="isRetried"/> answers false is final at once (kind
    /// <c>node-failed</c>; a time-out stays a <c>timeout</c>). Called again, both must answer true.
    /// </summary>
    /// <param name="isRetried">
    /// Asked for what an attempt threw, unless it was the last one; for an attempt that took longer than its
    /// <see cref="NodeConfig.AttemptTimeout"/> that is a <see cref="TimeoutException"/>. Called by many runs at once. If it throws itself,
    /// that counts as false.
    /// </param>
    /// <returns>The mode.</returns>
    /// <example><code>RetryMode.Exponential(3).When(exception =&gt; exception is HttpRequestException or TimeoutException)</code></example>
    public RetryMode When(Func<Exception, bool> isRetried)
    {
        ArgumentNullException.ThrowIfNull(isRetried);
        return this with { IsRetried = IsRetried is { } earlier ? exception => earlier(exception) && isRetried(exception) : isRetried };
    }

    /// <summary>The pause before a retry.</summary>
    /// <param name="retry">Which one, counted from 0.</param>
    /// <param name="random">A number from 0 to 1 that chooses within the jitter.</param>
    internal TimeSpan DelayBefore(int retry, double random)
    {
        if (BaseDelay == TimeSpan.Zero)
        {
            return TimeSpan.Zero;
        }

        // The power may overflow to infinity, and infinity times zero is no number.
        double nominal = Math.Min(BaseDelay.Ticks * Math.Pow(Multiplier, retry), double.MaxValue / 2);
        double strayed = nominal * (1 + (Jitter * ((2 * random) - 1)));
        return strayed >= MaxDelay.Ticks ? MaxDelay : TimeSpan.FromTicks((long)strayed);
    }

    private static void RequireRetries(int retries, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(retries, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(retries, 1_000_000, name);
    }
}
