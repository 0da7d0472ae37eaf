namespace Cano;

/// <summary>Proves that the simulation can fail: with any rule of the protocol broken, some schedule among the first few thousand breaks a promise.</summary>
public sealed class BreachTests(ITestOutputHelper output)
{
    private const int Schedules = 100_000;

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
        while (violation is null && seed < Schedules)
        {
            violation = new World(seed++, breach, traced: false).Run();
        }

        Assert.True(violation is not null, $"{Schedules} schedules with '{rule}' broken, and nothing was noticed.");
        output.WriteLine($"'{rule}' broken is noticed by seed {seed - 1}: {violation}");
    }
}
