using CsCheck;

namespace Cano.Engine.Tests;

public sealed class RetryModeTests
{
    private static readonly Gen<RetryMode> s_modes =
        from retries in Gen.Int[0, 1_000_000]
        from baseDelay in Gen.Long[0, TimeSpan.TicksPerDay]
        from multiplier in Gen.OneOf(Gen.Double[1, 10], Gen.Const(1.0), Gen.Const(double.MaxValue))
        from beyond in Gen.Long[0, 30 * TimeSpan.TicksPerDay]
        from jitter in Gen.OneOf(Gen.Double[0, 1], Gen.Const(0.0), Gen.Const(1.0))
        select RetryMode.ExponentialBackoff(retries, TimeSpan.FromTicks(baseDelay), multiplier, TimeSpan.FromTicks(baseDelay + beyond), jitter);

    [Fact]
    public void DelayBefore_OfAnyMode_StaysWithinItsBounds() =>
        Gen.Select(s_modes, Gen.Int[0, 1_000_000], Gen.Double[0, 1]).Sample((mode, retry, random) =>
        {
            TimeSpan delay = mode.DelayBefore(retry, random);
            double factor = Math.Min(Math.Pow(mode.Multiplier, retry), 1e200);
            double shortest = Math.Min(mode.BaseDelay.Ticks * factor * (1 - mode.Jitter), mode.MaxDelay.Ticks);
            double longest = Math.Min(mode.BaseDelay.Ticks * factor * (1 + mode.Jitter), mode.MaxDelay.Ticks);

            // A tick for what floating point loses.
            return delay >= TimeSpan.Zero && delay <= mode.MaxDelay && delay.Ticks >= shortest - 1 && delay.Ticks <= longest + 1;
        });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void DelayBefore_WhenThePowerOverflows_IsStillANumber(double jitter)
    {
        RetryMode mode = RetryMode.ExponentialBackoff(2_000, TimeSpan.FromSeconds(1), 10, TimeSpan.FromSeconds(30), jitter);

        Assert.Equal(TimeSpan.FromSeconds(30), mode.DelayBefore(1_999, random: 0.5));
        Assert.Equal(jitter == 0 ? TimeSpan.FromSeconds(30) : TimeSpan.Zero, mode.DelayBefore(1_999, random: 0));
    }

    [Fact]
    public void DelayBefore_WithoutJitter_NeverShrinks() =>
        Gen.Select(s_modes, Gen.Int[0, 100]).Sample((mode, retry) =>
        {
            RetryMode steady = RetryMode.ExponentialBackoff(mode.MaxRetries, mode.BaseDelay, mode.Multiplier, mode.MaxDelay, jitter: 0);
            return steady.DelayBefore(retry, 0.9) <= steady.DelayBefore(retry + 1, 0.1);
        });

    [Fact]
    public void Exponential_HasTheDefaultsOfTheOrigin()
    {
        RetryMode mode = RetryMode.Exponential(3);

        Assert.Equal(
            (3, TimeSpan.FromMilliseconds(100), 2.0, TimeSpan.FromSeconds(30), 0.1),
            (mode.MaxRetries, mode.BaseDelay, mode.Multiplier, mode.MaxDelay, mode.Jitter));
        Assert.Equal(mode, NodeConfig.Default.Retry);
        Assert.Equal([90, 180, 360], Enumerable.Range(0, 3).Select(retry => mode.DelayBefore(retry, random: 0).TotalMilliseconds));
        Assert.Equal([110, 220, 440], Enumerable.Range(0, 3).Select(retry => mode.DelayBefore(retry, random: 1).TotalMilliseconds));
    }

    [Fact]
    public void Fixed_PausesTheSameEachTime() =>
        Assert.All(Enumerable.Range(0, 9), retry => Assert.Equal(TimeSpan.FromSeconds(2), RetryMode.Fixed(9, TimeSpan.FromSeconds(2)).DelayBefore(retry, 0.3)));

    [Fact]
    public void None_HasNoRetries() => Assert.Equal((0, RetryMode.None), (RetryMode.None.MaxRetries, NodeConfig.Minimal.Retry));

    [Fact]
    public void Arguments_OutOfTheirRange_AreRefused()
    {
        TimeSpan second = TimeSpan.FromSeconds(1);

        Assert.Throws<ArgumentOutOfRangeException>("retries", () => RetryMode.Fixed(-1, second));
        Assert.Throws<ArgumentOutOfRangeException>("delay", () => RetryMode.Fixed(1, -second));
        Assert.Throws<ArgumentOutOfRangeException>("maxRetries", () => RetryMode.Exponential(1_000_001));
        Assert.Throws<ArgumentOutOfRangeException>("multiplier", () => RetryMode.ExponentialBackoff(1, second, 0.9, second, 0));
        Assert.Throws<ArgumentOutOfRangeException>("multiplier", () => RetryMode.ExponentialBackoff(1, second, double.NaN, second, 0));
        Assert.Throws<ArgumentOutOfRangeException>("maxDelay", () => RetryMode.ExponentialBackoff(1, second, 1, TimeSpan.Zero, 0));
        Assert.Throws<ArgumentOutOfRangeException>("jitter", () => RetryMode.ExponentialBackoff(1, second, 1, second, 1.1));
    }
}
