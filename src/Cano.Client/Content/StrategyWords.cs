namespace Cano;

/// <summary>
/// How strategies are called in JSON: in the documents of batches, and in the content that is hashed. Never change a word: digests are
/// made of it.
/// </summary>
internal static class StrategyWords
{
    internal const string WaitForever = "waitForever";
    internal const string WaitForQuota = "waitForQuota";
    internal const string WaitDuration = "waitDuration";
    internal const string WaitQuotaOrDuration = "waitQuotaOrDuration";

    internal static IReadOnlyList<string> All { get; } = [WaitForever, WaitForQuota, WaitDuration, WaitQuotaOrDuration];

    internal static string Of(ConcurrentTimeout timeout) => timeout switch
    {
        ConcurrentTimeout.WaitForever => WaitForever,
        ConcurrentTimeout.WaitForQuota => WaitForQuota,
        ConcurrentTimeout.WaitDuration => WaitDuration,
        ConcurrentTimeout.WaitQuotaOrDuration => WaitQuotaOrDuration,
        _ => throw new ArgumentOutOfRangeException(nameof(timeout), timeout, "There is no word for this strategy."),
    };
}
