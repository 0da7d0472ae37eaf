using Microsoft.Extensions.Time.Testing;

namespace Cano.Engine.Tests;

/// <summary>How long changes wait for others to share a write.</summary>
public sealed class GroupPaceTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly GroupPace _pace = new();
    private int _count;

    [Fact]
    public async Task Gather_Few_AreNotKeptWaiting()
    {
        for (_count = 1; _count < GroupPace.Few; _count++)
        {
            await GatherAsync();
        }
    }

    [Fact]
    public async Task Gather_Many_AreWaitedForUntilItIsQuiet()
    {
        _count = GroupPace.Few;
        Task gathered = GatherAsync();
        for (int look = 0; look < 3; look++)
        {
            Assert.False(gathered.IsCompleted);
            _count += 10;
            _clock.Advance(GroupPace.Quiet);
        }

        Assert.False(gathered.IsCompleted);
        _clock.Advance(GroupPace.Quiet);
        await gathered;
    }

    [Fact]
    public async Task Gather_MoreAndMoreCome_EndsAfterTheLongestTime()
    {
        _count = GroupPace.Few;
        Task gathered = GatherAsync();
        TimeSpan waited = TimeSpan.Zero;
        while (!gathered.IsCompleted && waited < TimeSpan.FromSeconds(1))
        {
            _count++;
            _clock.Advance(GroupPace.Quiet);
            waited += GroupPace.Quiet;
        }

        await gathered;
        Assert.InRange(waited, GroupPace.Longest, GroupPace.Longest + GroupPace.Quiet);
    }

    [Fact]
    public async Task Gather_EnoughAreThere_AreWrittenAtOnce()
    {
        _count = GroupPace.Enough;

        await GatherAsync();
    }

    /// <summary>Each write writes all of the store: a large one, changed singly, is not written more than 10 MB in a second.</summary>
    [Fact]
    public async Task Gather_AfterALargeWrite_WaitsForItsShareOfASecond()
    {
        _count = 1;
        _pace.Wrote(500_000, _clock);
        Task gathered = GatherAsync();
        _clock.Advance(TimeSpan.FromMilliseconds(49));
        Assert.False(gathered.IsCompleted);

        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await gathered;
        _pace.Wrote(500_000, _clock);
        _clock.Advance(TimeSpan.FromMilliseconds(50));
        await GatherAsync();
        _pace.Wrote(9_000, _clock);
        await GatherAsync();
    }

    private Task GatherAsync() => _pace.GatherAsync(() => _count, _clock);
}
