namespace Cano;

public sealed class CommitPaceTests
{
    private readonly CommitPace _pace = new();

    [Fact]
    public void UntilGroupDue_FirstResult_WaitsTwoMillisecondsForOthers()
    {
        _pace.Ready(isFirst: true, Ms(10));

        Assert.Equal(Ms(2), _pace.UntilGroupDue(1, Ms(10)));
        Assert.Equal(Ms(1), _pace.UntilGroupDue(1, Ms(11)));
        Assert.Equal(TimeSpan.Zero, _pace.UntilGroupDue(1, Ms(12)));
        Assert.Equal(TimeSpan.Zero, _pace.UntilGroupDue(1, Ms(50)));
    }

    [Fact]
    public void UntilGroupDue_MoreResultsCome_TheFirstSaysWhen()
    {
        _pace.Ready(isFirst: true, Ms(10));
        _pace.Ready(isFirst: false, Ms(11));

        Assert.Equal(Ms(1), _pace.UntilGroupDue(1, Ms(11)));
    }

    [Theory]
    [InlineData(1, 15)]
    [InlineData(CommitPace.GroupSize, 15)]
    [InlineData(CommitPace.GroupSize + 1, 100)]
    public void UntilGroupDue_AfterAWrite_LingersLongerWhileManyAreToCome(int unfinished, int linger)
    {
        _pace.Written(Ms(100), startsLeft: false);
        _pace.Ready(isFirst: true, Ms(101));

        Assert.Equal(Ms(linger - 1), _pace.UntilGroupDue(unfinished, Ms(101)));
    }

    [Fact]
    public void UntilGroupDue_LongAfterAWrite_OnlyTheResultCounts()
    {
        _pace.Written(Ms(100), startsLeft: false);
        _pace.Ready(isFirst: true, Ms(1_000));

        Assert.Equal(Ms(2), _pace.UntilGroupDue(1, Ms(1_000)));
    }

    [Fact]
    public void UntilStartsDue_SinceTheFirstStart_IsASecond()
    {
        Assert.Null(_pace.UntilStartsDue(Ms(0)));
        _pace.Started(Ms(100));
        _pace.Started(Ms(600));

        Assert.Equal(Ms(500), _pace.UntilStartsDue(Ms(600)));
        Assert.Equal(TimeSpan.Zero, _pace.UntilStartsDue(Ms(1_100)));
        _pace.Written(Ms(1_200), startsLeft: true);
        Assert.Equal(Ms(1_000), _pace.UntilStartsDue(Ms(1_200)));
        _pace.Written(Ms(2_200), startsLeft: false);
        Assert.Null(_pace.UntilStartsDue(Ms(9_000)));
    }

    [Fact]
    public void TakeProgress_InstancesBegin_IsDueAtOnceAndThenEveryHundredMilliseconds()
    {
        Assert.Null(_pace.UntilProgress(Ms(0)));
        Assert.False(_pace.TakeProgress(Ms(0)));
        _pace.Started(Ms(10));
        Assert.Equal(TimeSpan.Zero, _pace.UntilProgress(Ms(10)));
        Assert.True(_pace.TakeProgress(Ms(10)));
        Assert.False(_pace.TakeProgress(Ms(500)));

        _pace.Started(Ms(30));
        Assert.Equal(Ms(80), _pace.UntilProgress(Ms(30)));
        Assert.False(_pace.TakeProgress(Ms(109)));
        Assert.True(_pace.TakeProgress(Ms(110)));
        Assert.Null(_pace.UntilProgress(Ms(110)));
    }

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
