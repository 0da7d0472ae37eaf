namespace Cano;

/// <summary>
/// The state machine of a partition, event by event. That its rules keep the promises together is what <see cref="AllHistoriesTests"/>
/// shows.
/// </summary>
public sealed class PartitionStateTests
{
    private static readonly DateTimeOffset s_now = SimulatedTime.Start;
    private static readonly StopOrder s_cancel = new(StopReason.Cancelled, s_now);
    private static readonly StopOrder s_quota = new(StopReason.QuotaReached, s_now);

    private long _sequence;

    [Fact]
    public void ApplyOrders_First_LetsInstancesStartWithinTheWindow()
    {
        PartitionState state = New(3);
        Assert.Equal(-1, state.Window.Next);

        Assert.Equal(RunOrder.Start, Tell(state, new() { Fence = 1, Window = 2 }));

        StartAll(state);
        Assert.Equal((2, 3, 2), (state.Report().Running, state.Report().Unfinished, state.Report().Window));
    }

    [Fact]
    public void ApplyOrders_OvertakenOrOfALowerEpoch_ChangeNothing()
    {
        PartitionState state = New(2);
        state.ApplyOrders(new() { Epoch = 2, Fence = 1, Sequence = 5, Window = 1, Quota = true, Admitted = 1 }, s_now);

        Assert.Equal(RunOrder.None, state.ApplyOrders(new() { Epoch = 2, Fence = 1, Sequence = 5, Window = 2, Stop = s_cancel }, s_now));
        Assert.Equal(RunOrder.None, state.ApplyOrders(new() { Epoch = 1, Fence = 1, Sequence = 9, Window = 2, Stop = s_cancel }, s_now));
        Assert.Equal((false, 1), (state.IsStopped, state.Window.Size));
        Assert.Equal(RunOrder.Start, state.ApplyOrders(new() { Epoch = 3, Fence = 1, Sequence = 1, Window = 2 }, s_now));
    }

    [Fact]
    public void ApplyOrders_MeantForAnotherActivation_AdmitAndStartNothingButStop()
    {
        PartitionState state = New(2);

        Assert.Equal(RunOrder.None, Tell(state, new() { Fence = 0, Window = 2, Quota = true, Admitted = 2 }));
        Assert.Equal((0, 0), (state.Report().Admitted, state.Window.Size));
        Assert.Equal(RunOrder.Stop, Tell(state, new() { Fence = 0, Stop = s_cancel }));
        Assert.True(state.IsStopped);
        Assert.Equal(RunOrder.None, Tell(state, new() { Fence = 1, Window = 2, Stop = s_cancel }));
    }

    [Fact]
    public void ApplyOrders_DeadlineHasPassed_StartNothing()
    {
        PartitionState state = New(2);

        Assert.Equal(RunOrder.None, Tell(state, new() { Fence = 1, Window = 2, Deadline = s_now }));
        Assert.Equal(s_now, state.Deadline);
        Assert.Equal(RunOrder.Start, Tell(New(2), new() { Fence = 1, Window = 2, Deadline = s_now.AddTicks(1) }));
    }

    [Fact]
    public void ApplyOrders_LowerAdmission_NeverTakesBack()
    {
        PartitionState state = New(2);
        Tell(state, new() { Fence = 1, Window = 2, Quota = true, Admitted = 2 });
        Tell(state, new() { Fence = 1, Window = 2, Quota = true, Admitted = 1 });

        Assert.Equal(2, state.Report().Admitted);
    }

    [Fact]
    public void OutcomeCame_Success_WaitsForAdmissionAndIsTold()
    {
        PartitionState state = New(2);
        Tell(state, new() { Fence = 1, Window = 2, Quota = true });
        StartAll(state);
        long before = state.Version;
        End(state, 0, success: true);

        Assert.Equal((1, before + 1), (state.Report().Successes, state.Version));
        Assert.False(IsCommitDue(state));
        Tell(state, new() { Fence = 1, Window = 2, Quota = true, Admitted = 1 });
        Assert.Equal([0], Commit(state).Added.Select(one => one.Index));
        Assert.Equal((1, 1, "i0", "i0", s_now), (state.Report().Completed, state.Report().Successes, state.Report().LastCompleted, state.Report().LastFinal, state.Report().LastFinalAt));
    }

    [Fact]
    public void OutcomeCame_Failure_IsCommittedWithoutAdmission()
    {
        PartitionState state = New(2);
        Tell(state, new() { Fence = 1, Window = 2, Quota = true });
        StartAll(state);
        long before = state.Version;
        End(state, 0, success: false);

        Assert.Equal(before, state.Version);
        Commit(state);
        Assert.Equal((0, 1, before + 1), (state.Report().Completed, state.Report().Failed, state.Version));
    }

    [Fact]
    public void OutcomeCame_AtTheDeadlineOrAfterTheStop_IsDropped()
    {
        PartitionState late = New(2);
        Tell(late, new() { Fence = 1, Window = 2, Deadline = s_now.AddSeconds(1) });
        StartAll(late);
        late.OutcomeCame(0, Reply(success: true), s_now.AddSeconds(1), TimeSpan.FromHours(1));
        Assert.Equal((0, 1), (late.Report().Successes, late.Report().Unfinished));

        PartitionState stopped = New(2);
        Tell(stopped, new() { Fence = 1, Window = 2 });
        StartAll(stopped);
        Tell(stopped, new() { Fence = 1, Stop = s_cancel });
        End(stopped, 0, success: true);
        Assert.Equal(0, stopped.Report().Successes);
    }

    [Fact]
    public void MustObey_NewActivationOrHigherEpoch_IsWrittenBeforeAnythingElse()
    {
        PartitionState state = Reopened(new Segment { Fence = 3, Epoch = 4 }, 2);
        Assert.False(state.MustObey);
        Assert.Null(state.UntilCommit(TimeSpan.FromHours(1)));
        state.Obey(new() { Epoch = 4 });
        Assert.True(state.MustObey);
        PartitionCommit fence = Commit(state);
        Assert.Equal((4, 4L), (fence.Segment.Fence, fence.Segment.Epoch));
        Assert.False(state.MustObey);
        Assert.True(state.IsOwner);
        Assert.True(state.IsInherited);

        state.Obey(new() { Epoch = 6 });
        state.Obey(new() { Epoch = 5 });
        Assert.Equal((4, 6L), (Commit(state).Segment.Fence, state.Report().Epoch));
    }

    [Fact]
    public void MustObey_FreshPartitionOfAFreshBatch_NeedsNoWrite()
    {
        PartitionState state = New(2);
        state.Obey(new() { Epoch = 1 });

        Assert.False(state.MustObey);
        Assert.False(state.IsInherited);
    }

    [Fact]
    public void Obey_FinalPartition_TakesTheEpochWithoutAWrite()
    {
        PartitionState state = Reopened(new Segment { Fence = 3, Epoch = 4, Seal = new() { Reason = StopReason.Cancelled } }, 2);
        state.Obey(new() { Epoch = 9 });

        Assert.False(state.MustObey);
        Assert.Equal(RunOrder.None, Tell(state, new() { Fence = 3, Epoch = 9, Window = 2 }));
        Assert.Null(state.UntilDue(TimeSpan.FromHours(9)));
        PartitionReport report = state.Report();
        Assert.Equal((9L, 3, long.MaxValue, true, 2), (report.Epoch, report.Fence, report.Version, report.Sealed, report.Cancelled));
        Assert.Equal((0, 0, 0), (report.Running, report.Unfinished, report.Unplaceable));
    }

    [Fact]
    public void UntilCommit_QuotaStop_SealsAtOnceWithTheSurplus()
    {
        PartitionState state = New(3);
        Tell(state, new() { Fence = 1, Window = 3, Quota = true });
        StartAll(state);
        End(state, 0, success: true);
        End(state, 2, success: true);
        Tell(state, new() { Fence = 1, Window = 3, Quota = true, Admitted = 1, Stop = s_quota });
        Assert.False(HasToSeal(state));
        state.RunsStopped();

        PartitionCommit commit = Commit(state);
        Assert.Equal([0], commit.Added.Select(one => one.Index));
        Assert.Equal([2], commit.Segment.Seal!.Surplus);
        Assert.Equal([1, 2], commit.Segment.Seal.Started);
        Assert.Equal([s_now.UtcTicks, s_now.UtcTicks], commit.Segment.Seal.StartedAt);
        Assert.Equal((StopReason.QuotaReached, s_now.UtcTicks, s_now.UtcTicks), (commit.Segment.Seal.Reason, commit.Segment.Seal.StoppedAt, commit.Segment.Seal.SealedAt));
        Assert.Empty(commit.Segment.Started);
        Assert.Equal((1, 2, true), (state.Report().Completed, state.Report().Cancelled, state.Report().Sealed));
        Assert.Null(state.UntilCommit(TimeSpan.FromHours(9)));
    }

    [Fact]
    public void UntilCommit_OtherStopWithASuccessThatWaits_SealsOnceTheBatchHasAnsweredToIt()
    {
        PartitionState state = New(2);
        Tell(state, new() { Fence = 1, Window = 2, Quota = true });
        StartAll(state);
        End(state, 0, success: true);
        Tell(state, new() { Fence = 1, Quota = true, Stop = s_cancel, Known = state.Version - 1 });
        state.RunsStopped();
        Assert.False(HasToSeal(state));
        Tell(state, new() { Fence = 2, Quota = true, Stop = s_cancel, Known = state.Version });
        Assert.False(HasToSeal(state));

        Tell(state, new() { Fence = 1, Quota = true, Stop = s_cancel, Known = state.Version });
        Assert.True(HasToSeal(state));
        Assert.Equal([0], Commit(state).Segment.Seal!.Surplus);
    }

    [Fact]
    public void PlanCommit_MoreThanFits_SealsWithTheLastOnly()
    {
        PartitionState state = New(3, maxAddedBytes: 1);
        Tell(state, new() { Fence = 1, Window = 3 });
        StartAll(state);
        End(state, 0, success: true);
        End(state, 1, success: true);
        Tell(state, new() { Fence = 1, Stop = s_cancel });
        state.RunsStopped();

        PartitionCommit first = state.PlanCommit(s_now);
        Assert.Null(first.Segment.Seal);
        Assert.Single(first.Added);
        state.Applied(first, TimeSpan.FromHours(5));
        PartitionCommit second = state.PlanCommit(s_now);
        Assert.NotNull(second.Segment.Seal);
        Assert.Equal([0, 1], second.Segment.Results.Select(one => one.Index));
        Assert.Equal(0, second.Number);
    }

    /// <summary>A partition of many instances lets results gather for a tenth of a second, unless a write's worth of bytes waits.</summary>
    [Fact]
    public void UntilCommit_AsManyBytesWaitAsOneWriteTakes_IsNowAndOnlyThen()
    {
        int one = ReadyOutcomesTests.Outcome(0, success: true).ApproximateBytes;
        PartitionState state = New(1_000, maxAddedBytes: 2 * one);
        Tell(state, new() { Fence = 1, Window = 1_000 });
        StartAll(state);
        End(state, 0, success: true);
        state.Applied(state.PlanCommit(s_now), TimeSpan.FromHours(1));

        End(state, 1, success: true);
        Assert.False(state.IsCongested);
        Assert.False(IsCommitDue(state));

        End(state, 2, success: false);
        Assert.True(state.IsCongested);
        Assert.True(IsCommitDue(state));

        state.Applied(state.PlanCommit(s_now), TimeSpan.FromHours(1));
        Assert.Equal(3, state.Durable.Order.Count);
        Assert.False(state.IsCongested);
    }

    [Fact]
    public void UntilCommit_ManyBytesWaitForTheQuota_IsNotNow()
    {
        PartitionState state = New(1_000, maxAddedBytes: 1);
        Tell(state, new() { Fence = 1, Window = 1_000, Quota = true });
        StartAll(state);
        End(state, 0, success: true);

        Assert.True(state.IsCongested);
        Assert.False(IsCommitDue(state));
        Tell(state, new() { Fence = 1, Window = 1_000, Quota = true, Admitted = 1 });
        Assert.True(IsCommitDue(state));
    }

    /// <summary>An activation that has not fenced the older ones writes nothing before it has an epoch to obey.</summary>
    [Fact]
    public void UntilCommit_OutcomeIsReadyAndNoEpochWasHeard_IsNever()
    {
        PartitionState state = new(new(MemoryPartitionRows.Spec(1)), isOwner: false);
        StartAll(state);
        End(state, 0, success: false);

        Assert.Null(state.UntilCommit(TimeSpan.FromHours(2)));
        state.Obey(new() { Fence = 1, Epoch = 1 });
        Assert.True(IsCommitDue(state));
    }

    [Fact]
    public void PlanCommit_LastSegmentIsFull_OpensTheNext()
    {
        StoredResult large = new() { Index = 0, FinalState = "Done", Output = new byte[Segment.FullBytes] };
        PartitionState state = Reopened(new Segment { Fence = 1, Epoch = 1, Results = [large] }, 3);
        state.Obey(new() { Epoch = 1 });
        PartitionCommit commit = Commit(state);

        Assert.Equal((1, 2), (commit.Number, commit.Segment.Fence));
        Assert.Empty(commit.Segment.Results);
        Assert.Equal((1, 1), (state.Durable.LastSegment, state.Durable.Completed));
    }

    [Fact]
    public void PlanCommit_InstancesThatRanForAWhile_AreWrittenAsStartedOnceDue()
    {
        PartitionState state = New(2);
        Tell(state, new() { Fence = 1, Window = 1 });
        state.Started(0, s_now, TimeSpan.Zero);
        Assert.Equal(CommitPace.StartsDurableAfter, state.UntilCommit(TimeSpan.Zero));
        Assert.Equal(TimeSpan.Zero, state.UntilCommit(CommitPace.StartsDurableAfter));

        PartitionCommit early = state.PlanCommit(s_now);
        Assert.Empty(early.Segment.Started);
        Assert.True(early.LeavesStarts);
        PartitionCommit commit = state.PlanCommit(s_now + CommitPace.StartsDurableAfter);
        Assert.Equal([0], commit.Segment.Started);
        Assert.Equal([s_now.UtcTicks], commit.Segment.StartedAt);
        Assert.False(commit.LeavesStarts);
        state.Applied(commit, CommitPace.StartsDurableAfter);
        Assert.Null(state.UntilCommit(TimeSpan.FromHours(1)));
    }

    [Fact]
    public void UntilCommit_SomeRunAndNothingIsUrgent_WaitsForTheGroup()
    {
        PartitionState state = New(3);
        Tell(state, new() { Fence = 1, Window = 3 });
        StartAll(state);
        state.OutcomeCame(0, Reply(success: true), s_now, TimeSpan.FromHours(1));

        Assert.Equal(TimeSpan.FromMilliseconds(2), state.UntilCommit(TimeSpan.FromHours(1)));
        state.IsLeaving = true;
        Assert.Equal(TimeSpan.Zero, state.UntilCommit(TimeSpan.FromHours(1)));
        state.IsLeaving = false;
        Tell(state, new() { Fence = 1, Window = 3, Quota = true, Admitted = 1, QuotaSpent = true });
        Assert.Equal(TimeSpan.Zero, state.UntilCommit(TimeSpan.FromHours(1)));
    }

    [Fact]
    public void UntilCommit_NothingElseIsToCome_IsNow()
    {
        PartitionState state = New(2);
        Tell(state, new() { Fence = 1, Window = 2 });
        StartAll(state);
        state.OutcomeCame(0, Reply(success: true), s_now, TimeSpan.FromHours(1));
        state.OutcomeCame(1, Reply(success: false), s_now, TimeSpan.FromHours(1));

        Assert.Equal(TimeSpan.Zero, state.UntilCommit(TimeSpan.FromHours(1)));
        Assert.True(Commit(state).Segment.Results.Length == 2 && state.Report().Sealed);
    }

    [Fact]
    public void UntilCommit_AFullGroup_IsNow()
    {
        PartitionState state = New(CommitPace.GroupSize + 2);
        Tell(state, new() { Fence = 1, Window = int.MaxValue });
        StartAll(state);
        for (int i = 0; i < CommitPace.GroupSize; i++)
        {
            Assert.NotEqual(TimeSpan.Zero, state.UntilCommit(TimeSpan.FromHours(1)));
            state.OutcomeCame(i, Reply(success: true), s_now, TimeSpan.FromHours(1));
        }

        Assert.Equal(TimeSpan.Zero, state.UntilCommit(TimeSpan.FromHours(1)));
    }

    [Fact]
    public void TakeProgress_InstancesBegan_RaisesTheVersionOnceAndNotAfterTheStop()
    {
        PartitionState state = New(2);
        Tell(state, new() { Fence = 1, Window = 2 });
        Assert.False(state.TakeProgress(TimeSpan.Zero));
        state.Started(0, s_now, TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, state.UntilDue(TimeSpan.Zero));
        long before = state.Version;
        Assert.True(state.TakeProgress(TimeSpan.Zero));
        Assert.Equal(before + 1, state.Version);
        Assert.False(state.TakeProgress(TimeSpan.FromHours(1)));
        Assert.Equal(CommitPace.StartsDurableAfter, state.UntilDue(TimeSpan.Zero));

        state.Started(1, s_now, TimeSpan.FromHours(1));
        Tell(state, new() { Fence = 1, Stop = s_cancel });
        Assert.False(state.TakeProgress(TimeSpan.FromHours(2)));
        Assert.Null(state.UntilDue(TimeSpan.FromHours(2)));
    }

    [Fact]
    public void UnplaceableChanged_AnInstanceIsSetAside_IsTold()
    {
        PartitionState state = New(2);
        Tell(state, new() { Fence = 1, Window = 2 });
        long before = state.Version;
        state.Window.SetAside(0);
        state.UnplaceableChanged();

        Assert.Equal((1, 2, before + 1), (state.Report().Unplaceable, state.Report().Unfinished, state.Version));
    }

    [Fact]
    public void IsOfOtherIncarnation_WhatIsDurableOrHeard_Decides()
    {
        PartitionState durable = Reopened(new Segment { Incarnation = "one" }, 2);
        Assert.True(durable.IsOfOtherIncarnation("two"));
        Assert.True(durable.IsOfOtherIncarnation(null));
        Assert.False(durable.IsOfOtherIncarnation("one"));

        PartitionState heard = New(2);
        Assert.False(heard.IsOfOtherIncarnation("one"));
        heard.Obey(new() { Epoch = 1, Incarnation = "one" });
        Tell(heard, new() { Fence = 1, Window = 2, Incarnation = "one" });
        Assert.False(heard.IsOfOtherIncarnation("one"));
        Assert.True(heard.IsOfOtherIncarnation("two"));
        Assert.Equal("one", heard.Incarnation);
        Assert.Equal("one", heard.PlanCommit(s_now).Segment.Incarnation);
    }

    private RunOrder Tell(PartitionState state, PartitionOrders orders) =>
        state.ApplyOrders(orders with { Epoch = Math.Max(1, orders.Epoch), Sequence = ++_sequence }, s_now);

    private static PartitionState New(int instances, int maxAddedBytes = Segment.MaxAddedBytes) =>
        new(new(MemoryPartitionRows.Spec(instances)), isOwner: true, maxAddedBytes);

    private static PartitionState Reopened(Segment segment, int instances)
    {
        ResultIndex durable = new(MemoryPartitionRows.Spec(instances));
        durable.TryTake(0, segment);
        return new(durable, isOwner: false);
    }

    private static void StartAll(PartitionState state)
    {
        while (state.Window.Next is >= 0 and var next)
        {
            state.Started(next, s_now, TimeSpan.FromHours(1));
        }
    }

    private static void End(PartitionState state, int index, bool success) => state.OutcomeCame(index, Reply(success), s_now, TimeSpan.FromHours(1));

    private static InstanceReply Reply(bool success) => new(ReadyOutcomesTests.Outcome(0, success).Outcome, Checkpointed: false);

    private static bool HasToSeal(PartitionState state) => state.UntilCommit(TimeSpan.FromHours(2)) == TimeSpan.Zero && state.PlanCommit(s_now).Segment.Seal is not null;

    private static bool IsCommitDue(PartitionState state) => state.UntilCommit(TimeSpan.FromHours(1)) == TimeSpan.Zero;

    private static PartitionCommit Commit(PartitionState state)
    {
        Assert.Equal(TimeSpan.Zero, state.UntilCommit(TimeSpan.FromHours(2)));
        PartitionCommit commit = state.PlanCommit(s_now);
        state.Applied(commit, TimeSpan.FromHours(2));
        return commit;
    }
}
