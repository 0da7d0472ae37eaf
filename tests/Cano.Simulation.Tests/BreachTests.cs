namespace Cano;

/// <summary>Proves that the simulation can fail: with any rule of the protocol broken, some schedule among the first few thousand breaks a promise.</summary>
public sealed class BreachTests(ITestOutputHelper output)
{
    private const int Schedules = 500_000;

    [Theory]
    [InlineData(nameof(Breach.Fence))]
    [InlineData(nameof(Breach.FenceTold))]
    [InlineData(nameof(Breach.EpochDurable))]
    [InlineData(nameof(Breach.Recount))]
    [InlineData(nameof(Breach.Cumulative))]
    [InlineData(nameof(Breach.CommitBeforeCount))]
    [InlineData(nameof(Breach.StopETag))]
    [InlineData(nameof(Breach.SegmentsUnbound))]
    [InlineData(nameof(Breach.CheckpointsUnbound))]
    [InlineData(nameof(Breach.PurgeMissesRow))]
    [InlineData(nameof(Breach.StopNotTold))]
    [InlineData(nameof(Breach.StopForgotten))]
    [InlineData(nameof(Breach.ReaderSharesRows))]
    [InlineData(nameof(Breach.LostNotHeard))]
    public void RuleBroken_WithinSomeSchedules_IsNoticed(string rule)
    {
        Breach breach = Enum.Parse<Breach>(rule);
        int seed = 0;
        string? violation = null;
        int ran = 0;
        while (violation is null && seed < Schedules)
        {
            World world = new(seed++, breach, traced: false);
            if (HasWhatItTakes(breach, world.Scenario))
            {
                ran++;
                violation = world.Run();
            }
        }

        Assert.True(violation is not null, $"{ran} schedules with '{rule}' broken, and nothing was noticed.");
        output.WriteLine($"'{rule}' broken is noticed by seed {seed - 1}, the {ran}th schedule: {violation}");
    }

    /// <summary>
    /// Two rules matter to one schedule among many thousand. Those are looked for among the schedules that have what it takes, which some
    /// hundreds to a few thousand do until one shows the breach: without that it took up to a minute.
    /// </summary>
    private static bool HasWhatItTakes(Breach breach, Scenario scenario) => breach switch
    {
        // The activation of a partition is lost that holds successes which were admitted, and others fill the quota.
        Breach.FenceTold => scenario is { FaultBudget: > 5, SuccessInTen: 9, Header.Timeout: ConcurrentTimeout.WaitForQuota },

        // Partitions have the same keys in both batches, and the second begins while messages to the first are still under way.
        Breach.SegmentsUnbound => scenario is { FaultBudget: > 0, Lives: [var first, var second] }
            && first == second && scenario.Retention == TimeSpan.FromSeconds(1),
        _ => true,
    };
}
