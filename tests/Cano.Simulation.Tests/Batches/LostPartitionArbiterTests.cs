namespace Cano;

/// <summary>An arbiter some of whose partitions have lost their rows.</summary>
public sealed class LostPartitionArbiterTests
{
    private static readonly DateTimeOffset s_now = SimulatedTime.Start;

    [Fact]
    public void HearLost_BatchThatRuns_DecidesNothingUntilACancel()
    {
        Arbiter arbiter = TakenOver(new ConcurrentTimeout.WaitForever(), 2, 3);
        arbiter.HearLost(1, s_now);
        Assert.False(arbiter.IsRecounted);
        arbiter.Hear(0, Report(fence: 1, version: 1) with { Completed = 2, Successes = 2, Sealed = true }, s_now);

        Assert.True(arbiter.IsRecounted);
        Assert.Null(arbiter.Stop);
        Assert.Equal([1], arbiter.Lost);
        Assert.False(arbiter.IsDone(1));
        Assert.Equal((2, 0), (arbiter.Tally.Completed, arbiter.Tally.Failed));

        arbiter.RequestCancel(s_now);
        Assert.Equal(StopReason.Cancelled, arbiter.Stop?.Reason);
        Assert.False(arbiter.IsSealed);
        arbiter.StopIsDurable(arbiter.Stop!, arbiter.Lost);

        Assert.True(arbiter.IsSealed);
        Assert.True(arbiter.IsDone(1));
        Assert.Equal((2, 3, 0), (arbiter.Tally.Completed, arbiter.Tally.Failed, arbiter.Tally.Cancelled));
        Assert.Equal(Hearing.Outdated, arbiter.Hear(1, Report(fence: 9, version: 9) with { Completed = 3 }, s_now));
        arbiter.HearLost(1, s_now);
        Assert.Equal((2, 3), (arbiter.Tally.Completed, arbiter.Tally.Failed));
    }

    [Fact]
    public void HearLost_DeadlineHasCome_DecidesWithoutIt()
    {
        Arbiter arbiter = TakenOver(new ConcurrentTimeout.WaitDuration(TimeSpan.FromSeconds(1)), 1);

        arbiter.HearLost(0, s_now.AddSeconds(1));

        Assert.Equal(StopReason.DurationElapsed, arbiter.Stop?.Reason);
    }

    [Fact]
    public void Hear_LostPartitionWhoseRowsAreBack_CountsAgain()
    {
        Arbiter arbiter = TakenOver(new ConcurrentTimeout.WaitForever(), 2);
        arbiter.HearLost(0, s_now);

        Assert.Equal(Hearing.Taken, arbiter.Hear(0, Report(fence: 2, version: 1) with { Completed = 1, Successes = 1, Unfinished = 1 }, s_now));

        Assert.Empty(arbiter.Lost);
        Assert.Equal(1, arbiter.Tally.Completed);
    }

    [Fact]
    public void StopIsDurable_PartitionIsLost_WhatWasAdmittedOfItIsFree()
    {
        Arbiter arbiter = TakenOver(new ConcurrentTimeout.WaitQuotaOrDuration(1, TimeSpan.FromSeconds(1)), 1, 1);
        arbiter.Hear(0, Report(fence: 1, version: 1) with { Successes = 1, Admitted = 1, Unfinished = 0 }, s_now);
        arbiter.Hear(1, Report(fence: 1, version: 1) with { Successes = 1, Unfinished = 0 }, s_now);
        Assert.Equal(0, arbiter.OrdersFor(1, s_now).Admitted);
        arbiter.HearLost(0, s_now);
        arbiter.Tick(s_now.AddSeconds(1));

        arbiter.StopIsDurable(arbiter.Stop!, arbiter.Lost);

        PartitionOrders orders = arbiter.OrdersFor(1, s_now);
        Assert.Equal((1, StopReason.DurationElapsed), (orders.Admitted, orders.Stop?.Reason));
    }

    [Fact]
    public void New_StoppedWithoutALostPartition_CountsItAsFailedFromTheStart()
    {
        BatchState state = State(new ConcurrentTimeout.WaitForever(), 2, 3) with { Stop = new(StopReason.Cancelled, s_now, null, 0, 0), Lost = [1] };
        Arbiter arbiter = new(state, fresh: false);

        Assert.Equal((0, 3, false), (arbiter.Tally.Completed, arbiter.Tally.Failed, arbiter.IsRecounted));
        arbiter.Hear(0, Report(fence: 1, version: 1) with { Cancelled = 2, Sealed = true }, s_now);
        Assert.True(arbiter.IsRecounted);
        Assert.True(arbiter.IsSealed);
        Assert.Equal((0, 3, 2), (arbiter.Tally.Completed, arbiter.Tally.Failed, arbiter.Tally.Cancelled));
        Assert.False(arbiter.TryTakeDirty(out _));
    }

    [Fact]
    public void GiveUp_Admission_FreesWhatWasAdmittedAndCountsAsHeard()
    {
        Admission admission = new(2, partitions: 2, fresh: false);
        admission.Hear(0, fence: 1, completed: 0, admitted: 0, successes: 2);
        Assert.False(admission.IsRecounted);
        admission.GiveUp(1);

        Assert.True(admission.IsRecounted);
        Assert.Equal((2, true, false), (admission.Admit(0), admission.IsSpent, admission.HasFree));
        Assert.False(admission.Hear(1, fence: 7, completed: 1, admitted: 1, successes: 1));
        admission.GiveUp(0);
        Assert.True(admission.HasFree);
        Assert.False(admission.IsWaiting(0));
        Assert.True(admission.IsRecounted);
    }

    [Fact]
    public void StopAfter_OnlyPartition_IsWhatHearDecides()
    {
        foreach (StopReason reason in new[] { StopReason.AllFinished, StopReason.QuotaReached, StopReason.Cancelled, StopReason.DurationElapsed })
        {
            ConcurrentTimeout timeout = reason is StopReason.QuotaReached
                ? new ConcurrentTimeout.WaitForQuota(1)
                : new ConcurrentTimeout.WaitDuration(TimeSpan.FromSeconds(1));
            Arbiter arbiter = new(State(timeout, 2), fresh: true);
            DateTimeOffset now = s_now.AddSeconds(reason is StopReason.DurationElapsed ? 1 : 0);
            PartitionReport report = Report(fence: 1, version: 2) with
            {
                Completed = 1,
                Failed = reason is StopReason.AllFinished ? 1 : 0,
                LastCompleted = "i0",
                LastFinal = "i1",
                LastFinalAt = now,
            };
            arbiter.Hear(0, Report(fence: 1, version: 1), s_now);
            Assert.Null(arbiter.StopAfter(0, Report(fence: 1, version: 1), s_now));
            if (reason is StopReason.Cancelled)
            {
                arbiter = new(State(timeout, 2), fresh: false);
                arbiter.RequestCancel(now);
                Assert.Null(arbiter.StopAfter(0, report, now));
                arbiter.Hear(0, Report(fence: 1, version: 1), now);
            }

            StopRecord? foreseen = arbiter.StopAfter(0, report, now);
            arbiter.Hear(0, report, now);

            Assert.Equal(reason, foreseen?.Reason);
            Assert.Equal(arbiter.Stop, foreseen);
            Assert.Same(arbiter.Stop, arbiter.StopAfter(0, report with { Version = 3 }, now));
        }
    }

    [Fact]
    public void StopAfter_ReportOfAnotherActivation_DecidesNothing()
    {
        Arbiter arbiter = new(State(new ConcurrentTimeout.WaitForever(), 1), fresh: true);
        PartitionReport last = Report(fence: 1, version: 1) with { Completed = 1, LastCompleted = "i0", LastFinal = "i0", LastFinalAt = s_now };

        Assert.Null(arbiter.StopAfter(0, last with { Fence = 2 }, s_now));
        Assert.Null(arbiter.StopAfter(0, last with { Epoch = 2 }, s_now));
        Assert.Equal(new(StopReason.AllFinished, s_now, "i0", 1, 0), arbiter.StopAfter(0, last, s_now));
        Assert.Null(arbiter.Stop);
    }

    [Fact]
    public void TryTakeDirty_FreshBatchWithoutAWindowForAll_SpeaksToEachOnce()
    {
        Arbiter arbiter = new(State(new ConcurrentTimeout.WaitForever(), 2, 2, 2) with { Header = Header(new ConcurrentTimeout.WaitForever(), [2, 2, 2]) with { MaxConcurrency = 3 } }, fresh: true);
        List<int> told = [];
        List<int> windows = [];
        while (arbiter.TryTakeDirty(out int partition))
        {
            told.Add(partition);
            windows.Add(arbiter.OrdersFor(partition, s_now).Window);
        }

        // Those without a window are spoken to as well: a partition that is not asked goes idle, and its next activation knows less.
        Assert.Equal([0, 1, 2], told);
        Assert.Equal([2, 1, 0], windows);
        arbiter.RequestCancel(s_now);
        arbiter.StopIsDurable(arbiter.Stop!, []);
        Assert.True(arbiter.TryTakeDirty(out int first));
        Assert.True(arbiter.TryTakeDirty(out int second));
        Assert.True(arbiter.TryTakeDirty(out int third));
        Assert.Equal([0, 1, 2], new[] { first, second, third });
    }

    /// <summary>What had ended in a lost activation without being written runs again, and needs a window.</summary>
    [Fact]
    public void Hear_AnotherActivationOfAPartition_HoldsWhatItSays()
    {
        BatchState state = State(new ConcurrentTimeout.WaitForever(), 2) with { Header = Header(new ConcurrentTimeout.WaitForever(), [2]) with { MaxConcurrency = 2 } };
        Arbiter arbiter = new(state, fresh: true);
        Assert.Equal(2, arbiter.OrdersFor(0, s_now).Window);
        arbiter.Hear(0, Report(fence: 1, version: 1) with { Window = 2, Unfinished = 0 }, s_now);
        Assert.Equal(0, arbiter.OrdersFor(0, s_now).Window);

        arbiter.Hear(0, Report(fence: 2, version: 1) with { Window = 0, Unfinished = 2 }, s_now);

        Assert.Equal((2, 2), (arbiter.OrdersFor(0, s_now).Window, arbiter.OrdersFor(0, s_now).Fence));
    }

    private static Arbiter TakenOver(ConcurrentTimeout timeout, params int[] sizes) => new(State(timeout, sizes), fresh: false);

    private static PartitionReport Report(int fence, long version) => new() { Epoch = 1, Fence = fence, Version = version };

    private static BatchState State(ConcurrentTimeout timeout, params int[] sizes) => new() { Header = Header(timeout, sizes), StartedAt = s_now };

    private static BatchHeader Header(ConcurrentTimeout timeout, int[] sizes) => new()
    {
        Timeout = timeout,
        Total = sizes.Sum(),
        PartitionSizes = sizes,
        Digest = "0123456789abcdef",
        Workflows = [],
    };
}
