namespace Cano;

/// <summary>
/// One scenario for each rule of docs/protocol.md, to be read beside it. i0, i1, ... are instances; those of the first partition come
/// first.
/// </summary>
public sealed class RuleTests
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private static ConcurrentTimeout Forever => new ConcurrentTimeout.WaitForever();

    /// <summary>
    /// The first write of a new activation of a partition raises the fence, and the older one, which knows of a success, can't write it any
    /// more.
    /// </summary>
    [Fact]
    public void Fence_ActivationThatLivesOnBesideItsSuccessor_CannotWriteAnyMore()
    {
        Story story = new(Forever, [1, 1]);
        story.Until(() => story.Started.Contains("i0"), "i0 runs");
        Partition old = story.Double(partition: 0);
        story.LoseBatch();
        story.Until(() => story.Results(0).Fence == 2, "the successor has fenced");

        story.Ends("i0");
        story.Becomes("i0", "Completed");

        Assert.Equal(1, story.Results(0).Completed);
        Assert.NotNull(old.Failure);
    }

    /// <summary>A reader at an activation that others have overtaken sees their writes, and gives it nothing to write with.</summary>
    [Fact]
    public void Fence_ReaderAtAnActivationThatWasOvertaken_ItStillCannotWrite()
    {
        Story story = new(Forever, [2, 1]);
        story.Lose(partition: 0);
        Partition overtaken = story.Successor(partition: 0);
        story.Say(overtaken.CountAsync);
        story.Double(partition: 0);
        story.LoseBatch();
        story.Ends("i0");
        story.Becomes("i0", "Completed");

        Assert.Equal(1, story.Say(overtaken.OpenLogAsync)!.Index.Completed);
        PartitionOrders orders = new() { Epoch = 2, Sequence = 900, Window = 2, Incarnation = story.Row.Incarnation };
        Assert.Throws<SupersededException>(() => story.Say(() => overtaken.ExchangeAsync(orders)));

        Assert.Equal((1, 2), (story.Results(0).Completed, story.Results(0).Fence));
    }

    /// <summary>
    /// An order says which fence it is for: what was admitted for a lost activation is void, and its successor asks anew.
    /// </summary>
    [Fact]
    public void FenceTold_OrdersForTheLostActivation_AdmitNothingToItsSuccessor()
    {
        Story story = new(new ConcurrentTimeout.WaitForQuota(1), [2, 2]);
        story.Lose(partition: 0);
        PartitionOrders forTheLostOne = new() { Epoch = 1, Fence = 1, Sequence = 900, Window = 2, Admitted = 1, Quota = true, Incarnation = story.Row.Incarnation };
        Partition successor = story.Successor(partition: 0);
        story.Say(() => successor.ExchangeAsync(forTheLostOne with { Fence = 0 }));

        PartitionReport report = story.Say(() => successor.ExchangeAsync(forTheLostOne with { Sequence = 901 }));

        Assert.Equal((2, 0), (report.Fence, report.Admitted));
    }

    /// <summary>
    /// A partition writes the epoch that it obeys; the batch's older activation learns of it from the next report and ends.
    /// </summary>
    [Fact]
    public void EpochDurable_OlderActivationOfTheBatch_EndsWhenAPartitionObeysALaterOne()
    {
        Story story = new(Forever, [1, 1]);
        story.Until(() => story.Started.Count() == 2, "both run");
        Batch old = story.DoubleBatch();
        story.Until(() => story.Results(0).Epoch == 2 && story.Results(1).Epoch == 2, "the epoch is durable");

        story.Ends("i0");
        story.Becomes("i0", "Completed");

        story.Until(() => old.Failure is SupersededException, "the older activation has ended");
    }

    /// <summary>
    /// A new activation of the batch admits nothing before all partitions have said what they hold: the quota may be used up in the one
    /// that is silent.
    /// </summary>
    [Fact]
    public void Recount_OnePartitionIsSilentAfterATakeOver_NothingIsAdmittedUntilItSpeaks()
    {
        Story story = new(new ConcurrentTimeout.WaitForQuota(2), [2, 2]);
        story.Ends("i0");
        story.Becomes("i0", "Completed");
        story.Mute(partition: 0);
        story.LoseBatch();

        story.Ends("i2");
        story.StaysOpen("i2", s_minute);
        story.Unmute(partition: 0);

        story.Becomes("i2", "Completed");
        story.Finishes(completed: 2, failed: 0, cancelled: 2);
    }

    /// <summary>Numbers are totals, so an answer that was lost is asked for again, and no more is admitted for that.</summary>
    [Fact]
    public void Cumulative_AnswersAreLost_AsManyAreAdmittedAsBefore()
    {
        Story story = new(new ConcurrentTimeout.WaitForQuota(2), [3, 1]);
        story.LoseAnswers(partition: 0, lost: true);
        story.Ends("i0");
        story.Ends("i1");
        story.Ends("i2");
        story.Later(s_minute);
        Assert.Null(story.Row.Stop);
        story.LoseAnswers(partition: 0, lost: false);

        story.Stops(StopReason.QuotaReached);
        story.Finishes(completed: 2, failed: 0, cancelled: 2);
    }

    /// <summary>A success that was admitted and lost before it was written does not count: another one fills the quota.</summary>
    [Fact]
    public void CommitBeforeCount_AdmittedSuccessIsLost_TheQuotaIsFilledByAnother()
    {
        Story story = new(new ConcurrentTimeout.WaitForQuota(1), [1, 1]);
        story.LoseWrites(partition: 0, lost: true);
        story.Ends("i0");
        story.Ends("i1");
        story.StaysOpen("i1", s_minute);
        Assert.Null(story.Row.Stop);

        story.Lose(partition: 0);
        story.LoseWrites(partition: 0, lost: false);
        story.Forget("i0");
        story.Becomes("i1", "Completed");

        story.Stops(StopReason.QuotaReached);
        Assert.Equal("i1", story.Row.Stop!.DecidedBy);
        story.Becomes("i0", "Cancelled");
    }

    /// <summary>The stop is one write under the row's ETag. An older activation that decides something else can't write it.</summary>
    [Fact]
    public void StopByETag_OlderActivationIsCancelled_ItsStopIsNotWritten()
    {
        Story story = new(Forever, [1, 1]);
        story.Until(() => story.Started.Count() == 2, "both run");
        story.Mute(partition: 0);
        story.Mute(partition: 1);
        Batch old = story.DoubleBatch();
        Assert.Null(old.Failure);

        Assert.Throws<SupersededException>(() => story.Say(old.CancelAsync));
        Assert.IsType<Orleans.Storage.InconsistentStateException>(old.Failure);
        Assert.Null(story.Row.Stop);
        story.Unmute(partition: 0);
        story.Unmute(partition: 1);

        story.Ends("i0");
        story.Ends("i1");
        story.Finishes(completed: 2, failed: 0, cancelled: 0);
    }

    /// <summary>A quota stop refuses what waits: it did complete, and is Cancelled with the reason Surplus.</summary>
    [Fact]
    public void Stop_SuccessBeyondTheQuota_IsSurplus()
    {
        Story story = new(new ConcurrentTimeout.WaitForQuota(1), [1, 2]);
        story.Mute(partition: 1);
        story.Ends("i0");
        story.Ends("i1");
        story.Stops(StopReason.QuotaReached);
        story.Unmute(partition: 1);

        story.Becomes("i1", "Surplus");
        story.Becomes("i2", "Cancelled");
        story.Finishes(completed: 1, failed: 0, cancelled: 2);
    }

    /// <summary>
    /// All that a batch leaves bears its incarnation. What still speaks for a purged one is refused by the partitions of the batch that has
    /// its id now.
    /// </summary>
    [Fact]
    public void Incarnation_OrdersOfAPurgedBatch_AreRefusedByTheNextOfThatId()
    {
        Story story = new(Forever, [1, 1]);
        string purged = story.Row.Incarnation!;
        story.Cancel();
        story.Finishes(completed: 0, failed: 0, cancelled: 2);
        story.PurgeAndStartAgain();
        Assert.NotEqual(purged, story.Row.Incarnation);
        story.Until(() => story.Started.Count() == 2, "both run anew");

        PartitionOrders late = new() { Epoch = 9, Fence = 1, Sequence = 900, Incarnation = purged, Stop = new(StopReason.Cancelled, SimulatedTime.Start) };
        Assert.Throws<SupersededException>(() => story.Say(() => story.Successor(partition: 0).ExchangeAsync(late)));

        story.Ends("i0");
        story.Ends("i1");
        story.Finishes(completed: 2, failed: 0, cancelled: 0);
    }

    /// <summary>
    /// Runs that a lost activation had started are stopped, too, on whatever silo they are, before the partition is sealed.
    /// </summary>
    [Fact]
    public void InheritedRuns_PartitionIsLostBeforeTheStop_TheyAreStoppedOnEverySilo()
    {
        Story story = new(Forever, [2, 1]);
        story.Until(() => story.Started.Count() == 3, "all run");
        story.Lose(partition: 0);
        Assert.False(story.StoppedEverywhere);

        story.Cancel();

        story.Becomes("i0", "Cancelled");
        Assert.True(story.StoppedEverywhere);
        story.Finishes(completed: 0, failed: 0, cancelled: 3);
    }

    /// <summary>
    /// A batch goes on without a partition whose rows are gone only once someone says so: its instances are Failed, the others keep their
    /// outcomes.
    /// </summary>
    [Fact]
    public void LostPartition_Cancel_DecidesWithoutIt()
    {
        Story story = new(Forever, [1, 2]);
        story.Ends("i0");
        story.Becomes("i0", "Completed");
        story.Vanish(partition: 1);
        story.LoseBatch();
        story.Later(s_minute);
        Assert.Null(story.Row.Stop);

        story.Cancel();

        story.Finishes(completed: 1, failed: 2, cancelled: 0);
        Assert.Equal([1], story.Row.Lost);
    }

    /// <summary>An instance whose workflow no silo has waits without a slot, and runs when a silo comes that has it.</summary>
    [Fact]
    public void SetAside_NoSiloHasTheWorkflow_RunsWhenOneComes()
    {
        Story story = new(Forever, [1, 1], silosHaveTheWorkflow: false);
        story.Later(s_minute);
        Assert.Empty(story.Started);

        story.SilosHaveTheWorkflow(true);

        story.Ends("i0");
        story.Ends("i1");
        story.Finishes(completed: 2, failed: 0, cancelled: 0);
    }

    /// <summary>The batch's clock decides on the deadline: on a silo whose clock is five minutes ahead, what ends in time counts.</summary>
    [Theory]
    [InlineData(5)]
    [InlineData(-5)]
    public void OneClock_ClocksOfThePartitionsAreOff_TheDeadlineIsTheBatchs(int minutes)
    {
        Story story = new(new ConcurrentTimeout.WaitDuration(s_minute), [1, 1], partitionsClock: TimeSpan.FromMinutes(minutes));
        story.Ends("i0");
        story.Becomes("i0", "Completed");
        Assert.Null(story.Row.Stop);

        story.Stops(StopReason.DurationElapsed);
        Assert.Equal(story.Row.StartedAt + s_minute, story.Row.Stop!.At);
        story.Finishes(completed: 1, failed: 0, cancelled: 1);
    }

    /// <summary>A take-over does not lose the deadline.</summary>
    [Fact]
    public void OneClock_BatchIsLostBeforeTheDeadline_StopsAtItAllTheSame()
    {
        Story story = new(new ConcurrentTimeout.WaitDuration(TimeSpan.FromSeconds(20)), [1, 1]);
        story.Later(TimeSpan.FromSeconds(1));
        story.LoseBatch();

        story.Stops(StopReason.DurationElapsed);

        Assert.Equal(story.Row.StartedAt + TimeSpan.FromSeconds(20), story.Row.Stop!.At);
    }

    /// <summary>A small batch hosts its only partition: the result that decides, and the stop, are in one write of one row.</summary>
    [Fact]
    public void Hosted_LastResult_IsInTheSameWriteAsTheStopAndTheEnd()
    {
        Story story = new(new ConcurrentTimeout.WaitForQuota(1), [2], hosted: true);
        Assert.NotNull(story.Row.Hosted);
        story.Ends("i0");
        story.Until(() => story.Row.HostedResults is { Results.Length: 1 }, "the result is written");

        Assert.Equal(("i0", StopReason.QuotaReached), (story.Row.Stop?.DecidedBy, story.Row.Stop?.Reason));
        story.Finishes(completed: 1, failed: 0, cancelled: 1);
    }

    /// <summary>An older activation of a batch that hosts its partition can't write: there is one row and one ETag.</summary>
    [Fact]
    public void Hosted_OlderActivationGetsAResult_CannotWriteIt()
    {
        Story story = new(Forever, [2], hosted: true);
        story.Until(() => story.Started.Count() == 2, "both run");
        Batch old = story.DoubleBatch();

        story.Ends("i0");
        story.Becomes("i0", "Completed");
        story.Until(() => old.Failure is not null, "the older activation has ended");

        story.Ends("i1");
        story.Finishes(completed: 2, failed: 0, cancelled: 0);
    }
}
