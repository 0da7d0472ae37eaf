namespace Cano;

public sealed class BatchTallyTests
{
    private static readonly DateTimeOffset s_noon = SimulatedTime.Start;

    private readonly BatchTally _tally = new();

    [Fact]
    public void Count_ReportInPlaceOfTheLastOne_AddsOnlyWhatIsNew()
    {
        PartitionReport first = new() { Completed = 1, Failed = 2, Cancelled = 3, Running = 4, Unplaceable = 5 };
        PartitionReport second = new() { Completed = 11, Failed = 12, Cancelled = 13, Running = 2, Unplaceable = 1, Sealed = true };
        PartitionReport other = new() { Completed = 100, Failed = 200, Cancelled = 300, Running = 400, Unplaceable = 500, Sealed = true };
        _tally.Count(last: null, first);
        _tally.Count(last: null, other);
        Assert.Equal(1, _tally.Sealed);

        _tally.Count(first, second);
        Assert.Equal(2, _tally.Sealed);
        _tally.Count(second, second);

        Assert.Equal((111, 212, 313), (_tally.Completed, _tally.Failed, _tally.Cancelled));
        Assert.Equal((402, 501, 2), (_tally.Running, _tally.Unplaceable, _tally.Sealed));
    }

    /// <summary>A partition that is lost and comes back may say less than it said.</summary>
    [Fact]
    public void Count_PartitionThatIsNoLongerSealed_IsNotCountedAsSealed()
    {
        PartitionReport isSealed = new() { Sealed = true };
        _tally.Count(last: null, isSealed);

        _tally.Count(isSealed, new());

        Assert.Equal(0, _tally.Sealed);
    }

    [Fact]
    public void Without_NothingLost_NamesTheLatestOfAllPartitions()
    {
        PartitionReport first = Report(2, completed: "a", final: "a");
        _tally.Count(last: null, first);
        _tally.Count(last: null, Report(1, completed: "early", final: "early"));

        Assert.Equal(new Tally(2, 0, "a", "a"), _tally.Without([]));
    }

    /// <summary>Of two at the same time that which is heard later counts.</summary>
    [Fact]
    public void Without_TwoOfTheSameTime_NamesThatHeardLater()
    {
        _tally.Count(last: null, Report(1, completed: "a", final: "a"));
        _tally.Count(last: null, Report(1, completed: "b", final: "b"));

        Assert.Equal(("b", "b"), (_tally.Without([]).LastCompleted, _tally.Without([]).LastFinal));
    }

    /// <summary>The time in a report is that of its last outcome: a failure does not make the success before it a later one.</summary>
    [Fact]
    public void Without_OnlyAFailureIsNew_LeavesTheLastSuccess()
    {
        PartitionReport first = Report(1, completed: "a", final: "a");
        _tally.Count(last: null, first);
        _tally.Count(last: null, Report(2, completed: "b", final: "b"));

        _tally.Count(first, Report(3, completed: "a", final: "failed"));

        Assert.Equal(("b", "failed"), (_tally.Without([]).LastCompleted, _tally.Without([]).LastFinal));
    }

    [Fact]
    public void Without_PartitionWithoutSuccess_LeavesTheLastSuccess()
    {
        PartitionReport first = Report(1, completed: "a", final: "a");
        _tally.Count(last: null, first);

        // What has come up anew knows of no success; nor does one that has none.
        _tally.Count(first, Report(2, completed: null, final: "failed"));
        _tally.Count(last: null, new() { Completed = 1 });

        Assert.Equal(("a", "failed"), (_tally.Without([]).LastCompleted, _tally.Without([]).LastFinal));
    }

    [Fact]
    public void Without_SomeLost_LeavesOutWhatTheyReported()
    {
        PartitionReport lost = new() { Completed = 5, Failed = 3 };
        _tally.Count(last: null, lost);
        _tally.Count(last: null, new() { Completed = 70, Failed = 40 });

        Tally rest = _tally.Without([lost, null]);

        Assert.Equal((70, 40), (rest.Completed, rest.Failed));
        Assert.Equal((75, 43), (_tally.Completed, _tally.Failed));
    }

    [Fact]
    public void Copy_CountedFurther_LeavesTheOriginal()
    {
        _tally.Count(last: null, Report(1, completed: "a", final: "a"));

        BatchTally copy = _tally.Copy();
        copy.Count(last: null, Report(2, completed: "b", final: "b"));

        Assert.Equal(new Tally(1, 0, "a", "a"), _tally.Without([]));
        Assert.Equal(new Tally(2, 0, "b", "b"), copy.Without([]));
    }

    private static PartitionReport Report(int second, string? completed, string final) => new()
    {
        Completed = 1,
        LastCompleted = completed,
        LastFinal = final,
        LastFinalAt = s_noon.AddSeconds(second),
    };
}
