using CsCheck;

namespace Cano;

public sealed class ReadyOutcomesTests
{
    [Fact]
    public void PeekAndRemove_AnyOutcomes_GivesEachOnceInOrderAndNoMoreSuccessesThanAdmitted() =>
        Gen.Select(Gen.Bool.Array[0, 40], Gen.Int[-1, 40], Gen.Int[1, 2_000]).Sample((successes, admitted, maxBytes) =>
        {
            ReadyOutcomes ready = new();
            for (int i = 0; i < successes.Length; i++)
            {
                ready.Add(Outcome(i, successes[i]));
            }

            int committable = ready.Committable(admitted);
            int left = admitted;
            List<ReadyOutcome> all = [];
            for (List<ReadyOutcome> some = ready.Peek(left, maxBytes); some.Count > 0; some = ready.Peek(left, maxBytes))
            {
                Assert.Equal(some, ready.Peek(left, maxBytes));
                ready.Remove(some);
                left -= some.Count(one => one.Outcome.IsSuccess);
                all.AddRange(some);
            }

            int[] taken = [.. all.Where(one => one.Outcome.IsSuccess).Select(one => one.Index)];
            Assert.Equal(committable, all.Count);
            Assert.Equal((successes.Length - all.Count, ready.RemainingSuccesses.Count()), (ready.Count, ready.Successes));
            Assert.Equal(ready.RemainingSuccesses.Sum(one => (long)one.ApproximateBytes), ready.Bytes);
            Assert.Equal(Enumerable.Range(0, successes.Length).Where(i => successes[i]).Take(Math.Max(0, admitted)), taken);
            Assert.Equal(Enumerable.Range(0, successes.Length).Where(i => !successes[i]), all.Where(one => !one.Outcome.IsSuccess).Select(one => one.Index));
            Assert.Equal(Enumerable.Range(0, successes.Length).Where(i => successes[i]).Except(taken), ready.RemainingSuccesses.Select(one => one.Index));
        });

    /// <summary>What reaches the limit is the last: the next one would go beyond it.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    public void Peek_UpToSomeBytes_TakesThatWhichReachesThem(int halves, int taken)
    {
        ReadyOutcomes ready = new();
        for (int i = 0; i < 3; i++)
        {
            ready.Add(Outcome(i, success: i != 1));
        }

        int one = Outcome(0, success: true).ApproximateBytes;
        int other = Outcome(1, success: false).ApproximateBytes;

        // In the order of the write: a success, a success, the failure.
        int maxBytes = halves switch { 0 => 1, 1 => one + 1, 2 => 2 * one, _ => (2 * one) + 1 };
        Assert.Equal(taken, ready.Peek(int.MaxValue, maxBytes).Count);
        Assert.Equal((2 * one) + other, ready.Bytes);
    }

    [Fact]
    public void ToStored_AnyOutcome_HasAllOfItAndTheTimeOfTheCommit()
    {
        InstancePath path = new([], 0, FromCheckpoint: false);
        WorkflowError error = new() { Kind = WorkflowErrorKinds.NodeFailed, Message = "no" };
        InstanceOutcome outcome = new()
        {
            FinalState = "Done",
            Error = error,
            Output = [7],
            StartedAt = SimulatedTime.Start,
            FinishedAt = SimulatedTime.Start.AddSeconds(1),
            Path = path,
        };

        StoredResult stored = new ReadyOutcome(3, outcome, Checkpointed: true).ToStored(SimulatedTime.Start.AddSeconds(2));

        Assert.Equal((3, "Done", error, path), (stored.Index, stored.FinalState, stored.Error, stored.Path));
        Assert.Equal([7], stored.Output);
        Assert.Equal(
            (SimulatedTime.Start.UtcTicks, SimulatedTime.Start.AddSeconds(1).UtcTicks, SimulatedTime.Start.AddSeconds(2).UtcTicks),
            (stored.StartedAt, stored.FinishedAt, stored.FinalAt));
    }

    internal static ReadyOutcome Outcome(int index, bool success) => new(
        index,
        new()
        {
            FinalState = success ? "Done" : null,
            Error = success ? null : new() { Kind = WorkflowErrorKinds.NodeFailed, Message = "no" },
            StartedAt = SimulatedTime.Start,
            FinishedAt = SimulatedTime.Start,
        },
        Checkpointed: false);
}
