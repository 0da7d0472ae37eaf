using CsCheck;

namespace Cano;

public sealed class WindowsTests
{
    private static readonly Gen<(int Limit, int[] Sizes, (int Kind, int Partition)[] Events)> s_histories =
        from limit in Gen.Int[1, 12]
        from sizes in Gen.Int[1, 6].Array[1, 4]
        from events in Gen.Select(Gen.Int[0, 4], Gen.Int[0, sizes.Length - 1]).Array[0, 100]
        select (limit, sizes, events);

    [Fact]
    public void Of_AnyHistory_NeverAddsUpAboveTheLimitAndLeavesNothingUnused() => s_histories.Sample(history =>
    {
        Windows windows = new(history.Limit, history.Sizes, fresh: true);
        int[] held = new int[history.Sizes.Length];
        int[] unfinished = [.. history.Sizes];
        foreach ((int kind, int p) in history.Events)
        {
            switch (kind)
            {
                case 0:
                    held[p] = Math.Min(Math.Max(held[p], windows.Of(p)), unfinished[p]);
                    break;
                case 1:
                    windows.Of(p);
                    break;
                case 2 when unfinished[p] > 0:
                    unfinished[p]--;
                    held[p] = Math.Min(held[p], unfinished[p]);
                    break;
                case 3:
                    Assert.True(windows.Of(p) >= held[p]);
                    windows.Hear(p, held[p], unfinished[p], anew: false);
                    break;
                case 4:
                    held[p] = 0;
                    unfinished[p] = history.Sizes[p];
                    windows.Hear(p, 0, unfinished[p], anew: true);
                    break;
            }

            Assert.True(held.Sum() <= history.Limit);
        }

        for (int p = 0; p < held.Length; p++)
        {
            windows.Hear(p, held[p], unfinished[p], anew: false);
        }

        for (int hungry = windows.NextHungry(), round = 0; hungry >= 0; hungry = windows.NextHungry())
        {
            Assert.True(round++ <= held.Length);
            windows.Of(hungry);
        }

        Assert.Equal(Math.Min(history.Limit, unfinished.Sum()), Enumerable.Range(0, held.Length).Sum(windows.Of));
    });

    /// <summary>It got the window 0 for ever, and the batch hung: all of its instances had ended in the activation that was lost, and nothing of that was written.</summary>
    [Fact]
    public void Hear_ActivationLostAfterItsLastInstanceEnded_ItsSuccessorGetsAWindow()
    {
        Windows windows = new(limit: 1, sizes: [2], fresh: true);
        windows.Of(0);
        windows.Hear(0, window: 1, unfinished: 0, anew: false);

        windows.Hear(0, window: 0, unfinished: 2, anew: true);

        Assert.Equal(1, windows.Of(0));
    }

    [Fact]
    public void Of_AfterATakeover_NothingIsGivenBeforeAllAreHeard()
    {
        Windows windows = new(limit: 3, sizes: [3, 3], fresh: false);
        windows.Hear(0, window: 1, unfinished: 3, anew: true);

        Assert.Equal((1, -1), (windows.Of(0), windows.NextHungry()));
        windows.Hear(1, window: 1, unfinished: 3, anew: true);
        Assert.Equal((2, 1), (windows.Of(0), windows.Of(1)));
    }

    [Fact]
    public void Of_WithoutALimit_IsWithoutOneAndNothingIsEverShared()
    {
        Windows windows = new(limit: null, sizes: [2, 2], fresh: false);

        Assert.False(windows.Hear(0, window: 2, unfinished: 0, anew: true));
        Assert.Equal((int.MaxValue, int.MaxValue, -1), (windows.Of(0), windows.Of(1), windows.NextHungry()));
    }

    /// <summary>Only then is it worth while to speak to another partition.</summary>
    [Fact]
    public void Hear_InstancesHaveEnded_SaysWhetherSomethingIsFree()
    {
        Windows windows = new(limit: 2, sizes: [2, 2], fresh: true);
        Assert.Equal((0, 2, -1), (windows.NextHungry(), windows.Of(0), windows.NextHungry()));
        Assert.Equal(0, windows.Of(1));

        Assert.False(windows.Hear(0, window: 2, unfinished: 2, anew: false));
        Assert.Equal(-1, windows.NextHungry());
        Assert.True(windows.Hear(0, window: 2, unfinished: 1, anew: false));
        Assert.Equal(1, windows.NextHungry());
        Assert.False(windows.Hear(0, window: 1, unfinished: 1, anew: false));

        Assert.Equal((1, 1, -1), (windows.Of(0), windows.Of(1), windows.NextHungry()));
    }

    [Fact]
    public void NextHungry_FirstPartitionComesUpAnew_IsThatOne()
    {
        Windows windows = new(limit: 2, sizes: [1, 3], fresh: true);
        windows.Of(0);
        Assert.Equal(1, windows.NextHungry());

        // What had ended in it was not written, and it holds nothing.
        Assert.True(windows.Hear(0, window: 0, unfinished: 1, anew: true));

        Assert.Equal(0, windows.NextHungry());
    }

    [Fact]
    public void NextHungry_NoneCanUseMore_IsNone()
    {
        Windows windows = new(limit: 9, sizes: [1, 2], fresh: true);

        Assert.Equal((0, 1, 1, 2, -1), (windows.NextHungry(), windows.Of(0), windows.NextHungry(), windows.Of(1), windows.NextHungry()));
    }
}
