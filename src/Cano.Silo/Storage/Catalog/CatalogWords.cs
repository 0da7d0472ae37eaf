namespace Cano;

/// <summary>How enums stand in the catalog: as in the JSON of the API. Never change a word: queries are written with it.</summary>
internal static class CatalogWords
{
    internal static string Of(BatchPhase phase) => phase switch
    {
        BatchPhase.Pending => "pending",
        BatchPhase.Running => "running",
        BatchPhase.Stopping => "stopping",
        BatchPhase.Finished => "finished",
        _ => throw new ArgumentOutOfRangeException(nameof(phase), phase, "There is no word for this phase."),
    };

    internal static string Of(StopReason reason) => reason switch
    {
        Cano.StopReason.AllFinished => "allFinished",
        Cano.StopReason.QuotaReached => "quotaReached",
        Cano.StopReason.DurationElapsed => "durationElapsed",
        Cano.StopReason.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "There is no word for this reason."),
    };

    internal static BatchPhase Phase(string word) => Enum.GetValues<BatchPhase>().Single(phase => Of(phase) == word);

    /// <returns>Null where the word is a newer version's: a batch that has stopped can be listed and removed without it.</returns>
    internal static StopReason? StopReason(string word) =>
        Enum.GetValues<StopReason>().Cast<StopReason?>().SingleOrDefault(reason => Of(reason!.Value) == word);
}
