using CsCheck;

namespace Cano;

/// <summary>One clock decides on the deadline: the batch's. A partition's silo may have another one.</summary>
public sealed class LocalDeadlineTests
{
    private static readonly DateTimeOffset s_deadline = SimulatedTime.Start.AddMinutes(1);

    [Fact]
    public void Hear_NoDeadline_NeverPasses()
    {
        LocalDeadline deadline = new();
        Assert.False(deadline.HasPassed(DateTimeOffset.MaxValue));
        deadline.Hear(new() { Epoch = 1, SentAt = SimulatedTime.Start }, SimulatedTime.Start);

        Assert.Null(deadline.At);
        Assert.False(deadline.HasPassed(DateTimeOffset.MaxValue));
    }

    [Fact]
    public void HasPassed_AtTheDeadlineItself_IsTrue()
    {
        LocalDeadline deadline = new();
        deadline.Hear(new() { Epoch = 1, Deadline = s_deadline }, SimulatedTime.Start);

        Assert.Equal(s_deadline, deadline.At);
        Assert.False(deadline.HasPassed(s_deadline.AddTicks(-1)));
        Assert.True(deadline.HasPassed(s_deadline));
    }

    [Fact]
    public void Hear_ClocksDiffer_TheDeadlineIsAsFarOffAsForTheBatchAndNeverEarlier() =>
        Gen.Select(Gen.Int[-600, 600], Gen.Select(Gen.Int[0, 50], Gen.Int[0, 20]).Array[1, 10]).Sample((skew, messages) =>
        {
            LocalDeadline deadline = new();
            DateTimeOffset exact = s_deadline.AddSeconds(skew);
            int fastest = int.MaxValue;
            foreach ((int sent, int delay) in messages)
            {
                DateTimeOffset sentAt = SimulatedTime.Start.AddSeconds(sent);
                deadline.Hear(new() { Epoch = 1, Deadline = s_deadline, SentAt = sentAt }, sentAt.AddSeconds(delay + skew));
                fastest = Math.Min(fastest, delay);
                Assert.Equal(exact.AddSeconds(fastest), deadline.At);
            }
        });

    [Fact]
    public void Hear_AnotherActivationOfTheBatch_ItsClockCounts()
    {
        LocalDeadline deadline = new();
        deadline.Hear(new() { Epoch = 1, Deadline = s_deadline, SentAt = SimulatedTime.Start }, SimulatedTime.Start);
        deadline.Hear(new() { Epoch = 2, Deadline = s_deadline, SentAt = SimulatedTime.Start }, SimulatedTime.Start.AddSeconds(30));

        Assert.Equal(s_deadline.AddSeconds(30), deadline.At);
    }
}
