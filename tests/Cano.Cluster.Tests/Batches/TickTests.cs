namespace Cano.Batches;

/// <summary>When a batch looks at the clock again.</summary>
public sealed class TickTests
{
    [Theory]
    [InlineData(null, 60_000)]
    [InlineData(90_000.0, 60_000)]
    [InlineData(1_500.0, 1_500)]
    public void NextTick_BeforeTheDeadline_IsAtItOrASignOfLife(double? leftMs, double dueMs) =>
        Assert.Equal(TimeSpan.FromMilliseconds(dueMs), BatchGrain.NextTick(leftMs is { } left ? TimeSpan.FromMilliseconds(left) : null));

    /// <summary>It was a minute: where the timer had fired a little early and the deadline passed just after that look, the batch stopped a minute late.</summary>
    [Theory]
    [InlineData(0.0)]
    [InlineData(0.1)]
    [InlineData(-0.1)]
    [InlineData(-5_000.0)]
    public void NextTick_WhenTheDeadlinePassedJustAfterTheLastLook_IsAtOnce(double leftMs) =>
        Assert.InRange(BatchGrain.NextTick(TimeSpan.FromMilliseconds(leftMs)), TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(10));
}
