namespace Cano;

public sealed class KeptPathsTests
{
    private static readonly InstancePath s_path = new([new("Work", 0, 1, 1, null)], 0, false);

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public void SmallPartition_KeepsEveryPath(int instances)
    {
        ResultIndex durable = new(MemoryPartitionRows.Spec(instances));
        KeptPaths paths = new(durable);

        Assert.All(Enumerable.Range(0, instances), index => Assert.True(durable.Names.IsSampled(index)));
        Assert.All(Enumerable.Range(0, instances), index => Assert.NotNull(paths.Kept(index, Outcome(success: true)).Path));
    }

    /// <summary>Which ones is written down: another hash would be another sample after an upgrade, in the middle of a batch.</summary>
    [Fact]
    public void LargePartition_KeepsThoseOfASample()
    {
        ResultIndex durable = new(MemoryPartitionRows.Spec(1_000));
        KeptPaths paths = new(durable);

        string[] sampled = [.. Enumerable.Range(0, 1_000).Where(durable.Names.IsSampled).Select(durable.Names.Id)];

        Assert.Equal(["i49", "i130", "i131", "i204", "i232", "i282", "i363", "i403", "i522", "i663", "i717", "i721", "i808", "i822", "i865", "i885", "i915", "i942"], sampled);
        Assert.Equal(sampled, Enumerable.Range(0, 1_000).Where(index => paths.Kept(index, Outcome(success: true)).Path is not null).Select(durable.Names.Id));
    }

    [Fact]
    public void LargePartition_KeepsTheFirstHundredThatFailBesideTheSample()
    {
        ResultIndex durable = new(MemoryPartitionRows.Spec(1_000));
        KeptPaths paths = new(durable);
        int[] all = [.. Enumerable.Range(0, 1_000)];
        int[] expected = [.. all.Where(durable.Names.IsSampled).Concat(all.Where(index => !durable.Names.IsSampled(index)).Take(100)).Order()];

        Assert.Equal(expected, all.Where(index => paths.Kept(index, Outcome(success: false)).Path is not null));
    }

    /// <summary>A new activation goes on counting from what is durable.</summary>
    [Fact]
    public async Task LargePartition_IsActivatedAnew_KeepsAHundredInAll()
    {
        MemoryPartitionRows rows = MemoryPartitionRows.With(MemoryPartitionRows.Spec(1_000));
        ResultIndex first = new(MemoryPartitionRows.Spec(1_000));
        KeptPaths paths = new(first);
        int[] failing = [.. Enumerable.Range(0, 1_000).Where(index => !first.Names.IsSampled(index))];
        StoredResult[] earlier = [.. failing[..60].Select(index => Stored(paths, index))];
        rows.Commit(null, seal: null, earlier);

        KeptPaths anew = new((await ResultLog.LoadAsync(rows))!.Value.Index);
        StoredResult[] later = [.. failing[60..].Select(index => Stored(anew, index))];

        Assert.Equal(60, earlier.Count(result => result.Path is not null));
        Assert.Equal(40, later.Count(result => result.Path is not null));
    }

    /// <summary>Every instance fails with the longest path there is: rows stay as small as with long errors.</summary>
    [Fact]
    public void Segments_OfLongestPaths_StayWithinTheRow()
    {
        MemoryPartitionRows rows = MemoryPartitionRows.With(MemoryPartitionRows.Spec(1_000));
        KeptPaths paths = new(new(MemoryPartitionRows.Spec(1_000)));
        PathStep longest = new(new string('s', 40), long.MaxValue, long.MaxValue, int.MaxValue, new string('e', PathStep.MaxErrorBytes));
        InstancePath path = new([.. Enumerable.Repeat(longest, InstancePath.MaxSteps)], long.MaxValue, true);
        ReadyOutcomes ready = new();
        for (int index = 0; index < 1_000; index++)
        {
            ready.Add(new(index, paths.Kept(index, Outcome(success: false) with { Path = path }), false));
        }

        ResultLog? log = null;
        while (ready.Count > 0)
        {
            List<ReadyOutcome> next = ready.Peek(int.MaxValue, Segment.MaxAddedBytes);
            log = rows.Commit(log, seal: null, [.. next.Select(one => one.ToStored(SimulatedTime.Start))]);
            ready.Remove(next);
        }

        Assert.All(rows.Segments, segment => Assert.InRange(segment.Results.Sum(result => result.ApproximateBytes), 1, 512 * 1024));
        Assert.Equal(1_000, rows.Segments.Sum(segment => segment.Results.Length));
        Assert.InRange(rows.Segments.Sum(segment => segment.Results.Count(result => result.Path is not null)), 101, 130);
    }

    /// <summary>A stack is kept with the path, or not at all.</summary>
    [Fact]
    public void LargePartition_BeyondTheFirstHundredThatFail_KeepsNoStackEither()
    {
        ResultIndex durable = new(MemoryPartitionRows.Spec(1_000));
        KeptPaths paths = new(durable);
        WorkflowError error = new() { Kind = WorkflowErrorKinds.NodeFailed, Message = "no", Stack = "at" };

        InstanceOutcome[] kept = [.. Enumerable.Range(0, 1_000).Select(index => paths.Kept(index, Outcome(success: false) with { Error = error }))];

        Assert.Equal(kept.Select(outcome => outcome.Path is null), kept.Select(outcome => outcome.Error!.Stack is null));
        Assert.InRange(kept.Count(outcome => outcome.Error!.Stack is not null), 101, 130);
        Assert.Equal(Enumerable.Range(0, 1_000).Where(durable.Names.IsSampled), Enumerable.Range(0, 1_000).Where(paths.MayKeepStack));
    }

    [Fact]
    public void StoppedInstances_WhosePathIsKept_AreSealedWithIt()
    {
        ResultIndex durable = new(MemoryPartitionRows.Spec(1_000));
        KeptPaths paths = new(durable);
        (int Index, long At)[] started = [.. Enumerable.Range(40, 20).Select(index => (index, 7L))];

        Assert.Empty(paths.OfSealed(started, []));
        paths.AddStopped(Window(durable, started), id => id == "i50" ? null : s_path);

        Assert.Equal([49, 55], started.Zip(paths.OfSealed(started, [new(55, Outcome(success: true), false)])).Where(one => one.Second is not null).Select(one => one.First.Index));
    }

    [Fact]
    public void StoppedInstances_WithLongPaths_TakeABoundedPartOfTheRow()
    {
        ResultIndex durable = new(MemoryPartitionRows.Spec(100));
        KeptPaths paths = new(durable);
        PathStep longest = new(new string('s', 40), long.MaxValue, long.MaxValue, int.MaxValue, new string('e', PathStep.MaxErrorBytes));
        InstancePath path = new([.. Enumerable.Repeat(longest, InstancePath.MaxSteps)], long.MaxValue, true);
        (int Index, long At)[] started = [.. Enumerable.Range(0, 100).Select(index => (index, 7L))];

        paths.AddStopped(Window(durable, started), _ => path);

        Assert.InRange(paths.OfSealed(started, []).Sum(one => one?.ApproximateBytes ?? 0), KeptPaths.MaxCancelledBytes, KeptPaths.MaxCancelledBytes + path.ApproximateBytes);
    }

    private static InstanceWindow Window(ResultIndex durable, (int Index, long At)[] started)
    {
        InstanceWindow window = new(durable);
        foreach ((int index, long at) in started)
        {
            window.Start(index, new(at, TimeSpan.Zero));
        }

        return window;
    }

    private static StoredResult Stored(KeptPaths paths, int index) =>
        new ReadyOutcome(index, paths.Kept(index, Outcome(success: false)), false).ToStored(SimulatedTime.Start);

    private static InstanceOutcome Outcome(bool success) => ReadyOutcomesTests.Outcome(0, success).Outcome with { Path = s_path };
}
