namespace Cano;

/// <summary>Why a batch stopped, told from its durable stop.</summary>
internal static class StopStory
{
    /// <summary>One sentence; null while it has not stopped.</summary>
    internal static string? Of(BatchStatus status)
    {
        if (status is not { StopReason: { } reason, StoppedAt: { } stopped })
        {
            return null;
        }

        string after = status.StartedAt is { } started ? $" {DashboardText.Duration(stopped - started)} after it began" : "";
        string who = status.DecidedBy is { } id ? $" Instance {id} decided it." : "";
        return reason switch
        {
            StopReason.AllFinished => $"Every instance had finished{after}.{(status.DecidedBy is { } last ? $" Instance {last} was the last." : "")}",
            StopReason.QuotaReached => $"Its quota was reached{after}.{(status.DecidedBy is { } filled ? $" The success of instance {filled} filled it." : "")}",
            StopReason.DurationElapsed => $"Its time was up{after}.{who}",
            _ => $"It was cancelled{after}.{who}",
        };
    }

    /// <summary>What was known then, and what became of the rest; null where it is not known.</summary>
    internal static string? Counts(BatchStatus status)
    {
        if (status is not { CompletedAtStop: { } completed, FailedAtStop: { } failed })
        {
            return null;
        }

        int rest = status.Total - completed - failed;
        string then = $"At that moment {DashboardText.Number(completed)} were completed and {DashboardText.Number(failed)} failed";
        if (rest == 0)
        {
            return $"{then}: all there were.";
        }

        return status.Phase is not BatchPhase.Finished
            ? $"{then}; {DashboardText.Number(rest)} were not final."
            : $"{then}; of the other {DashboardText.Number(rest)}, {DashboardText.Number(status.Cancelled)} were cancelled"
                + (status.Cancelled == rest ? "." : $" and {DashboardText.Number(rest - status.Cancelled)} had ended before and waited for a write.");
    }
}
