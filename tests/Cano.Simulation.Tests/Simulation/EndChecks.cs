namespace Cano;

/// <summary>What holds once everything has calmed down.</summary>
internal static class EndChecks
{
    internal static void Run(World world)
    {
        if (world.Watcher.Violation is not null)
        {
            return;
        }

        foreach (Run run in world.Instances.Uncancelled)
        {
            world.Watcher.StillRuns(run);
        }

        foreach (Silo silo in world.Directory.Silos)
        {
            Require(world, silo.Slots.Running == 0, $"{silo.Slots.Running} slots of silo {silo.Number} are in use at the end.");
            int goOn = world.Instances.GivenUpOn(silo);
            Require(world, silo.Slots.GivenUp == goOn, $"{silo.Slots.GivenUp} runs of silo {silo.Number} count as given up, and {goOn} go on.");
        }

        if (world.MostExchanges > (world.Faults.Any ? 40 : 8))
        {
            world.Watcher.Violate($"{world.MostExchanges} exchanges with one partition at once.");
        }

        LeftRows.Check(world);
    }

    private static void Require(World world, bool holds, string otherwise)
    {
        if (!holds)
        {
            world.Watcher.Violate(otherwise);
        }
    }
}
