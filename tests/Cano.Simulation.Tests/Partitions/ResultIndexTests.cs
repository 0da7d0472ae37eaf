namespace Cano;

public sealed class ResultIndexTests
{
    private static readonly DateTimeOffset s_now = SimulatedTime.Start;

    [Fact]
    public void New_NothingDurable_IsEmptyAndOpen()
    {
        ResultIndex index = new(MemoryPartitionRows.Spec(2));

        Assert.Equal((2, 10, 0, 0, 0, 0), (index.Count, index.FirstOrdinal, index.Completed, index.Failed, index.Cancelled, index.FinalCount));
        Assert.Equal((1, 1L, -1), (index.Fence, index.Epoch, index.LastSegment));
        Assert.False(index.IsFinal);
        Assert.Null(index.Last);
        Assert.Null(index.LastFinalAt);
        Assert.Equal((-1, false), (index.SegmentOf(1), index.HasResult(1)));
    }

    [Fact]
    public void Take_SegmentsInTurn_SaysWhereEachResultIs()
    {
        ResultIndex index = new(MemoryPartitionRows.Spec(4));
        StoredResult first = Result(2, success: true, at: 1);
        StoredResult second = Result(0, success: false, at: 2);
        StoredResult third = Result(3, success: true, at: 3);
        Assert.True(index.TryTake(0, new() { Fence = 2, Epoch = 5, Incarnation = "one", Results = [first] }));
        index.Take(0, new() { Fence = 2, Epoch = 5, Incarnation = "one", Results = [first, second] }, [second]);

        Assert.Equal(("i2", "i0", s_now.AddSeconds(2)), (index.LastCompleted, index.LastFinal, index.LastFinalAt));
        index.Take(1, new() { Fence = 3, Epoch = 6, Incarnation = "one", Results = [third] }, [third]);

        Assert.Equal([2, 0, 3], index.Order);
        Assert.Equal([(0, 1), (0, 0), (1, 0)], new[] { 0, 2, 3 }.Select(i => (index.SegmentOf(i), index.PositionOf(i))));
        Assert.Equal((2, 1, 0, 3), (index.Completed, index.Failed, index.Cancelled, index.FinalCount));
        Assert.Equal([false, false, true, true], Enumerable.Range(0, 4).Select(index.IsSuccess));
        Assert.Equal([true, false, true, true], Enumerable.Range(0, 4).Select(index.HasResult));
        Assert.Equal((3, 6L, 1, "one"), (index.Fence, index.Epoch, index.LastSegment, index.Incarnation));
        Assert.Equal(("i3", "i3", s_now.AddSeconds(3)), (index.LastCompleted, index.LastFinal, index.LastFinalAt));
        Assert.False(index.IsFinal);
    }

    [Fact]
    public void IsFinal_EveryInstanceHasAResultOrItIsSealed_IsTrue()
    {
        ResultIndex all = new(MemoryPartitionRows.Spec(1));
        all.TryTake(0, new() { Results = [Result(0, success: false, at: 1)] });
        ResultIndex isSealed = new(MemoryPartitionRows.Spec(3));
        isSealed.TryTake(0, new() { Results = [Result(1, success: true, at: 1)], Seal = new() { Reason = StopReason.Cancelled } });

        Assert.True(all.IsFinal);
        Assert.Equal((1, 0), (all.FinalCount, all.Cancelled));
        Assert.True(isSealed.IsFinal);
        Assert.Equal((3, 2, 0), (isSealed.FinalCount, isSealed.Cancelled, isSealed.Failed));
    }

    [Fact]
    public void TryTake_SegmentOfAnotherIncarnation_EndsTheChainBeforeIt()
    {
        ResultIndex index = new(MemoryPartitionRows.Spec(2));
        Assert.True(index.TryTake(0, new() { Incarnation = "one", Results = [Result(0, success: true, at: 1)] }));

        Assert.False(index.TryTake(1, new() { Incarnation = "two", Fence = 9, Results = [Result(1, success: true, at: 2)] }));
        Assert.Equal((1, 1, "one", 0), (index.Completed, index.Fence, index.Incarnation, index.LastSegment));
    }

    [Fact]
    public void ObeyAsFinal_LowerEpoch_IsNotHeeded()
    {
        ResultIndex index = new(MemoryPartitionRows.Spec(1));
        index.ObeyAsFinal(4);
        index.ObeyAsFinal(2);

        Assert.Equal(4, index.Epoch);
    }

    [Fact]
    public void KeptFailurePaths_OfALargePartition_CountsFailuresOutsideTheSample()
    {
        PartitionSpec spec = MemoryPartitionRows.Spec(KeptPaths.SmallPartition + 1);
        ResultIndex index = new(spec);
        int[] sampled = [.. Enumerable.Range(0, spec.Instances.Length).Where(index.Names.IsSampled)];
        int[] others = [.. Enumerable.Range(0, spec.Instances.Length).Except(sampled).Take(3)];
        Assert.NotEmpty(sampled);
        InstancePath path = new([], 0, FromCheckpoint: false);
        index.TryTake(0, new()
        {
            Results =
            [
                Result(sampled[0], success: false, at: 1) with { Path = path },
                Result(others[0], success: false, at: 1) with { Path = path },
                Result(others[1], success: true, at: 1) with { Path = path },
                Result(others[2], success: false, at: 1),
            ],
        });

        Assert.Equal(1, index.KeptFailurePaths);
    }

    private static StoredResult Result(int index, bool success, int at) => new()
    {
        Index = index,
        FinalState = success ? "Done" : null,
        Error = success ? null : new() { Kind = WorkflowErrorKinds.NodeFailed, Message = "no" },
        FinalAt = s_now.AddSeconds(at).UtcTicks,
    };
}
