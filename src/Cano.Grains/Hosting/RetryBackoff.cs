namespace Cano;

/// <summary>How long to wait before something that failed is tried again.</summary>
internal static class RetryBackoff
{
    /// <summary>The pause before the <paramref name="attempt"/>th repetition, from 0: 20 ms, doubled each time, at most 5 s.</summary>
    internal static TimeSpan Delay(int attempt) => TimeSpan.FromMilliseconds(Math.Min(5_000, 20 << Math.Min(attempt, 8)));
}
