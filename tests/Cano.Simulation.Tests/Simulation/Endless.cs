namespace Cano;

/// <summary>Why a batch need not end, from what was submitted and what was lost.</summary>
internal static class Endless
{
    /// <summary>The reason; null: it has to end.</summary>
    internal static string? Reason(World world)
    {
        if (world.Watcher.Current is not { State: { Stop: null } state } life || world.Watcher.CancelRequested || state.Deadline is not null)
        {
            return null;
        }

        int[] stuck = [.. Enumerable.Range(0, world.Scenario.Total).Where(ordinal => world.Scenario.NeverEnds[ordinal] && life.Outcomes.Of(ordinal) is null)];
        if (stuck.Length > 0)
        {
            return $"instances [{string.Join(',', stuck)}] never end, and there is no deadline, no quota that the others fill and no cancel";
        }

        return world.Scenario.LosesPartition >= 0 && world.Watcher.LifeCount == 1
            ? $"partition {world.Scenario.LosesPartition} is lost, and there is no deadline and no cancel"
            : null;
    }
}
