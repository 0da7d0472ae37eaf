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
            Assert.Equal(Enumerable.Range(0, successes.Length).Where(i => successes[i]).Take(Math.Max(0, admitted)), taken);
            Assert.Equal(Enumerable.Range(0, successes.Length).Where(i => !successes[i]), all.Where(one => !one.Outcome.IsSuccess).Select(one => one.Index));
            Assert.Equal(Enumerable.Range(0, successes.Length).Where(i => successes[i]).Except(taken), ready.RemainingSuccesses.Select(one => one.Index));
        });

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
