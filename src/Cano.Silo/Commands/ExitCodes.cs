namespace Cano;

/// <summary>What the program ends with.</summary>
internal static class ExitCodes
{
    /// <summary>Done as asked; nothing failed.</summary>
    internal const int Done = 0;

    /// <summary>It ran, and something failed or the quota was not reached.</summary>
    internal const int Failed = 1;

    /// <summary>Refused: input, arguments, or a data folder that another process has.</summary>
    internal const int Refused = 2;

    /// <summary>Ended by a signal.</summary>
    internal const int Interrupted = 130;

    /// <summary>What a finished batch ends its command with: it stopped as its strategy says, and nothing failed; or not.</summary>
    internal static int Of(BatchStatus status)
    {
        bool asWanted = status.Failed == 0
            && status.StopReason is not StopReason.Cancelled
            && (status.Timeout is not ConcurrentTimeout.WaitForQuota || status.StopReason is StopReason.QuotaReached);
        return asWanted ? Done : Failed;
    }
}
