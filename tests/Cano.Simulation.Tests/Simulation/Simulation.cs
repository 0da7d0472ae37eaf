namespace Cano;

/// <summary>Runs schedules.</summary>
internal static class Simulation
{
    /// <summary>Runs the schedule of a seed.</summary>
    /// <returns>What went wrong, with the trace that leads there; null: nothing.</returns>
    internal static string? Run(int seed, Breach breach = Breach.None)
    {
        string? violation = new World(seed, breach, traced: false).Run();
        return violation is null ? null : $"Seed {seed}: {violation}\n{string.Join('\n', Trace(seed, breach))}";
    }

    /// <summary>What happens in the schedule of a seed, a line for each step.</summary>
    internal static List<string> Trace(int seed, Breach breach = Breach.None)
    {
        World world = new(seed, breach, traced: true);
        world.Run();
        return world.Scheduler.Trace!;
    }
}
