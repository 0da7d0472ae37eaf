namespace Cano;

/// <summary>No row is left of a batch that was purged, nor of a start that was broken off.</summary>
internal static class LeftRows
{
    internal static void Check(World world)
    {
        if (world.Faults.Doubled && world.Scenario.Lives.Length > 1)
        {
            // An activation that lived on may have kept rows of one batch from the removal of the next.
            return;
        }

        foreach (StoredRow row in world.Storage.Rows)
        {
            if (!world.Watcher.LateRows.Contains((row.Name, row.Key)) && Owner(world, row) is { } owner)
            {
                world.Watcher.Violate($"A row is left of {owner}: {row.Name} {row.Key} {row.Value}");
            }
        }
    }

    private static string? Owner(World world, StoredRow row)
    {
        switch (row.Value)
        {
            case PartitionSpec:
                BatchState? state = world.Watcher.State;
                return state is { Purge: null } && row.Key.Contains(state.Header.Digest[..16]) ? null : "a batch that does not exist";
            case Segment segment:
                return Purged(world, segment.Incarnation);
            case Checkpoint when world.Scenario.LosesPartition >= 0 && world.Watcher.Lives.Any(life => life is { Number: 0 } && row.Key.Contains($"/{life.Incarnation}/")):
                // The instances that it is of can't be read any more.
                return null;
            case Checkpoint or SharedStoreState:
                string? incarnation = row.Key.Split('/')[2];
                return Purged(world, incarnation);
            default:
                return null;
        }
    }

    private static string? Purged(World world, string? incarnation) =>
        world.Watcher.Lives.FirstOrDefault(life => life.Incarnation == incarnation) is { IsPurged: true } ? $"{incarnation}, which was purged" : null;
}
