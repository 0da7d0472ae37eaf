using CsCheck;

namespace Cano;

public sealed class AdmissionTests
{
    private static readonly Gen<(int Partitions, int Quota, (int Kind, int Partition)[] Events)> s_histories =
        from partitions in Gen.Int[1, 4]
        from quota in Gen.Int[1, 8]
        from events in Gen.Select(Gen.Int[0, 6], Gen.Int[0, partitions - 1]).Array[0, 120]
        select (partitions, quota, events);

    [Fact]
    public void Admit_AnyHistory_NeverExceedsTheQuotaAndLosesNoneOfIt() => s_histories.Sample(history =>
    {
        Admission admission = new(history.Quota, history.Partitions, fresh: true);
        Holder[] holders = [.. Enumerable.Range(0, history.Partitions).Select(_ => new Holder())];
        foreach ((int kind, int p) in history.Events)
        {
            Play(admission, holders, kind, p);
            Assert.True(holders.Sum(one => Math.Max(one.Admitted, one.Committed)) <= history.Quota);
        }

        // Nothing goes wrong any more: all that can be committed is.
        for (int round = 0; round < 3; round++)
        {
            for (int p = 0; p < holders.Length; p++)
            {
                Holder holder = holders[p];
                holder.Say(admission, p);
                holder.Admitted = Math.Max(holder.Admitted, admission.Admit(p));
                holder.Committed = Math.Min(holder.Admitted, holder.Successes);
            }
        }

        Assert.Equal(Math.Min(history.Quota, holders.Sum(one => one.Successes)), holders.Sum(one => one.Committed));
    });

    [Fact]
    public void Admit_AfterATakeover_NothingBeforeEveryPartitionHasSpoken() => s_histories.Sample(history =>
    {
        Admission admission = new(history.Quota, history.Partitions, fresh: false);
        HashSet<int> heard = [];
        foreach ((int kind, int p) in history.Events)
        {
            if (kind < 3)
            {
                admission.Hear(p, fence: 3, completed: 0, admitted: 0, successes: 5);
                heard.Add(p);
            }

            Assert.Equal(heard.Count == history.Partitions, admission.IsRecounted);
            Assert.True(admission.IsRecounted || admission.Admit(p) == 0);
        }
    });

    [Fact]
    public void Hear_EarlierFence_ChangesNothing()
    {
        Admission admission = new(1, 2, fresh: true);
        admission.Hear(0, fence: 2, completed: 0, admitted: 0, successes: 0);

        Assert.False(admission.Hear(0, fence: 1, completed: 0, admitted: 1, successes: 1));
        Assert.Equal(0, admission.Admit(0));
        Assert.True(admission.HasFree);
    }

    [Fact]
    public void Admit_UpToTheQuota_SaysWhatWaitsAndWhenItIsSpent()
    {
        Admission admission = new(2, 2, fresh: true);
        Assert.Equal((true, false, false), (admission.HasFree, admission.IsSpent, admission.IsWaiting(0)));

        admission.Hear(0, fence: 1, completed: 0, admitted: 0, successes: 1);
        Assert.True(admission.IsWaiting(0));
        Assert.Equal(1, admission.Admit(0));
        Assert.Equal((true, false, false), (admission.HasFree, admission.IsSpent, admission.IsWaiting(0)));

        admission.Hear(1, fence: 1, completed: 0, admitted: 0, successes: 3);
        Assert.Equal(1, admission.Admit(1));
        Assert.Equal((false, true, true), (admission.HasFree, admission.IsSpent, admission.IsWaiting(1)));
    }

    [Fact]
    public void Admit_NoQuota_EverythingIsAdmittedAndNothingWaits()
    {
        Admission admission = new(int.MaxValue, 1, fresh: true);
        admission.Hear(0, fence: 2, completed: 3, admitted: 5, successes: 9);

        Assert.Equal(int.MaxValue, admission.Admit(0));
        Assert.Equal((true, false, false), (admission.HasFree, admission.IsSpent, admission.IsWaiting(0)));
    }

    /// <summary>What it has committed counts, also where it has not heard yet that as many were admitted; what it was told counts, also where it is not committed.</summary>
    [Theory]
    [InlineData(3, 1)]
    [InlineData(1, 3)]
    public void Hear_LaterFence_HoldsWhatItHasCommittedAndWhatItWasTold(int completed, int admitted)
    {
        Admission admission = new(4, 2, fresh: false);
        admission.Hear(0, fence: 2, completed, admitted, successes: 3);
        admission.Hear(1, fence: 2, completed: 0, admitted: 0, successes: 4);

        Assert.Equal((3, 1), (admission.Admit(0), admission.Admit(1)));
    }

    [Fact]
    public void GiveUp_PartitionThatHeldAll_FreesItAndIsDeafToWhatComesOfIt()
    {
        Admission admission = new(2, 2, fresh: false);
        admission.Hear(0, fence: 2, completed: 1, admitted: 2, successes: 3);
        Assert.True(admission.IsWaiting(0));

        admission.GiveUp(0);

        // It had spoken: the other one is still waited for.
        Assert.False(admission.IsRecounted);
        Assert.False(admission.Hear(0, fence: 9, completed: 2, admitted: 2, successes: 2));
        Assert.Equal((false, 0), (admission.IsWaiting(0), admission.Admit(0)));
        admission.Hear(1, fence: 2, completed: 0, admitted: 0, successes: 5);
        Assert.True(admission.IsRecounted);
        Assert.Equal(2, admission.Admit(1));
    }

    [Fact]
    public void GiveUp_PartitionThatNeverSpoke_IsNoLongerWaitedFor()
    {
        Admission admission = new(1, 1, fresh: false);

        admission.GiveUp(0);

        Assert.True(admission.IsRecounted);
    }

    private static void Play(Admission admission, Holder[] holders, int kind, int p)
    {
        Holder holder = holders[p];
        switch (kind)
        {
            case 0:
                holder.Successes++;
                break;
            case 1:
                holder.Say(admission, p);
                break;
            case 2 when holder.Fence == admission.FenceOf(p):
                holder.Admitted = Math.Max(holder.Admitted, admission.Admit(p));
                break;
            case 3:
                admission.Admit(p);
                break;
            case 4 when holder.Committed < Math.Min(holder.Admitted, holder.Successes):
                holder.Committed++;
                break;
            case 5:
                // A new activation: what was not committed is lost, and with it what was admitted for it.
                holder.Fence++;
                holder.Successes = holder.Admitted = holder.Committed;
                holder.Say(admission, p);
                break;
            case 6 when holder.Fence > 1:
                Assert.Equal(admission.FenceOf(p) <= holder.Fence - 1, admission.Hear(p, holder.Fence - 1, 0, 99, 99));
                break;
        }
    }

    /// <summary>What a partition holds.</summary>
    private sealed class Holder
    {
        internal int Fence { get; set; } = 1;

        internal int Successes { get; set; }

        internal int Admitted { get; set; }

        internal int Committed { get; set; }

        internal void Say(Admission admission, int p) => Assert.True(admission.Hear(p, Fence, Committed, Admitted, Successes));
    }
}
