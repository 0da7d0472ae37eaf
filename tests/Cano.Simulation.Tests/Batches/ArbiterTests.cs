using CsCheck;

namespace Cano;

public sealed class ArbiterTests
{
    private static readonly Gen<(int[] Sizes, int Quota, int Seconds, int? Limit, bool Fresh, (int Kind, int Partition)[] Events)> s_histories =
        from sizes in Gen.Int[1, 6].Array[1, 4]
        from quota in Gen.Int[1, 12]
        from seconds in Gen.Int[1, 60]
        from limit in Gen.Int[1, 8].Nullable()
        from fresh in Gen.Bool
        from events in Gen.Select(Gen.Int[0, 8], Gen.Int[0, sizes.Length - 1]).Array[0, 150]
        select (sizes, quota, seconds, limit, fresh, events);

    [Fact]
    public void Hear_AnyHistory_TheStopIsDecidedOnceAndTheCountsAreTheSum() => s_histories.Sample(history =>
    {
        BatchHeader header = Header(new ConcurrentTimeout.WaitQuotaOrDuration(history.Quota, TimeSpan.FromSeconds(history.Seconds)), history.Sizes, history.Limit);
        DateTimeOffset now = SimulatedTime.Start;
        DateTimeOffset deadline = now.AddSeconds(history.Seconds);
        Arbiter arbiter = new(State(header, epoch: 3, now), history.Fresh);
        PartitionReport[] last = [.. history.Sizes.Select(size => new PartitionReport { Epoch = 3, Fence = 1, Unfinished = size })];
        bool[] heard = new bool[last.Length];
        bool cancelled = false;
        foreach ((int kind, int p) in history.Events)
        {
            StopRecord? before = arbiter.Stop;
            PartitionReport report = last[p];
            switch (kind)
            {
                case 0 or 1 when report.Completed + report.Failed < history.Sizes[p] && last.Sum(one => one.Completed) < history.Quota && heard[p]:
                    last[p] = report with
                    {
                        Version = report.Version + 1,
                        Completed = report.Completed + 1,
                        Successes = report.Completed + 1,
                        Admitted = report.Completed + 1,
                        Unfinished = report.Unfinished - 1,
                        LastCompleted = $"{p}.{report.Completed + report.Failed}",
                        LastFinal = $"{p}.{report.Completed + report.Failed}",
                        LastFinalAt = now,
                    };
                    break;
                case 2 when report.Completed + report.Failed < history.Sizes[p]:
                    last[p] = report with
                    {
                        Version = report.Version + 1,
                        Failed = report.Failed + 1,
                        Unfinished = report.Unfinished - 1,
                        LastFinal = $"{p}.{report.Completed + report.Failed}",
                        LastFinalAt = now,
                    };
                    break;
                case 3:
                    last[p] = report with { Fence = report.Fence + 1, Version = 0 };
                    break;
                case 4:
                    now = now.AddSeconds(3);
                    arbiter.Tick(now);
                    break;
                case 5 when history.Quota % 3 == 0:
                    cancelled = true;
                    arbiter.RequestCancel(now);
                    break;
                case 6:
                    Assert.Equal(Hearing.Outdated, arbiter.Hear(p, report with { Epoch = 2, Completed = 99 }, now));
                    break;
                case 7:
                    Assert.Equal(Hearing.Superseded, arbiter.Hear(p, report with { Epoch = 4, Completed = 99 }, now));
                    break;
            }

            if (kind is not 5 and not 7)
            {
                Hearing hearing = arbiter.Hear(p, last[p], now);
                Assert.True(hearing != Hearing.Superseded);
                heard[p] = true;
                Assert.Equal(Hearing.Outdated, arbiter.Hear(p, last[p], now));
                Assert.Equal(last.Where((_, n) => heard[n]).Sum(one => one.Completed), arbiter.Tally.Completed);
                Assert.Equal(last.Where((_, n) => heard[n]).Sum(one => one.Failed), arbiter.Tally.Failed);
                Assert.True(arbiter.OrdersFor(p, now) is { Stop: null, Epoch: 3 });
            }

            Assert.True(before is null || ReferenceEquals(before, arbiter.Stop));
            if (arbiter.Stop is { } stop && before is null)
            {
                Assert.True(arbiter.IsRecounted);
                Assert.Equal((arbiter.Tally.Completed, arbiter.Tally.Failed, now), (stop.Completed, stop.Failed, stop.At));
                Assert.Equal(Expected(header, arbiter, cancelled), stop.Reason);
                Assert.True(stop.Reason != StopReason.DurationElapsed || stop.At >= deadline);
                Assert.Equal(stop.Reason is StopReason.QuotaReached or StopReason.AllFinished, stop.DecidedBy is not null);
            }
        }
    });

    /// <summary>A batch that had stopped told its partitions so before it knew what it could still admit: successes that had ended in time were given up.</summary>
    [Fact]
    public void OrdersFor_StoppedBatchThatHasNotRecounted_CarryNoStop()
    {
        BatchHeader header = Header(new ConcurrentTimeout.WaitQuotaOrDuration(2, TimeSpan.FromSeconds(1)), [1, 1], null);
        DateTimeOffset at = SimulatedTime.Start;
        Arbiter arbiter = new(State(header, epoch: 2, at) with { Stop = new(StopReason.DurationElapsed, at, null, 0, 0) }, fresh: false);

        arbiter.Hear(0, new() { Epoch = 2, Fence = 1, Version = 1, Successes = 1 }, at);
        Assert.Null(arbiter.OrdersFor(0, at).Stop);
        Assert.Equal(0, arbiter.OrdersFor(0, at).Admitted);

        arbiter.Hear(1, new() { Epoch = 2, Fence = 1, Version = 1 }, at);
        Assert.Equal(StopReason.DurationElapsed, arbiter.OrdersFor(0, at).Stop?.Reason);
        Assert.Equal(1, arbiter.OrdersFor(0, at).Admitted);
        Assert.Contains(0, TakeDirty(arbiter));
    }

    /// <summary>A sealed partition gets no more orders. Those for the next one came with them, and so only when it asked again by itself, 20 s later.</summary>
    [Fact]
    public void Hear_ThatAPartitionIsSealed_TheNextHungryIsTold()
    {
        Arbiter arbiter = new(State(Header(new ConcurrentTimeout.WaitForever(), [3, 3], limit: 3), epoch: 1, SimulatedTime.Start), fresh: true);
        TellAll(arbiter);
        arbiter.Hear(0, new() { Epoch = 1, Fence = 1, Version = 1, Window = 3, Unfinished = 0, Completed = 3, Sealed = true }, SimulatedTime.Start);

        Assert.Contains(1, TakeDirty(arbiter));
        Assert.Equal(3, arbiter.OrdersFor(1, SimulatedTime.Start).Window);
    }

    /// <summary>A partition that ended more than one other could use freed it for one of them only; the rest waited until they asked again.</summary>
    [Fact]
    public void OrdersFor_MoreFreedThanOneCanUse_TheNextHungryIsToldToo()
    {
        Arbiter arbiter = new(State(Header(new ConcurrentTimeout.WaitForever(), [4, 1, 1], limit: 4), epoch: 1, SimulatedTime.Start), fresh: true);
        TellAll(arbiter);
        arbiter.Hear(0, new() { Epoch = 1, Fence = 1, Version = 1, Window = 4, Unfinished = 0 }, SimulatedTime.Start);

        Assert.Equal([0, 1, 2], TellAll(arbiter).Distinct().Order());
    }

    private static StopReason Expected(BatchHeader header, Arbiter arbiter, bool cancelled) =>
        arbiter.Tally.Completed >= header.Timeout.QuotaOrNull ? StopReason.QuotaReached
        : arbiter.Tally.Completed + arbiter.Tally.Failed == header.Total ? StopReason.AllFinished
        : cancelled ? StopReason.Cancelled
        : StopReason.DurationElapsed;

    /// <summary>Tells each partition what there is to tell, until there is nothing more.</summary>
    private static List<int> TellAll(Arbiter arbiter)
    {
        List<int> told = [];
        while (arbiter.TryTakeDirty(out int partition))
        {
            told.Add(partition);
            arbiter.OrdersFor(partition, SimulatedTime.Start);
        }

        return told;
    }

    private static List<int> TakeDirty(Arbiter arbiter)
    {
        List<int> dirty = [];
        while (arbiter.TryTakeDirty(out int partition))
        {
            dirty.Add(partition);
        }

        return dirty;
    }

    private static BatchState State(BatchHeader header, long epoch, DateTimeOffset startedAt) => new() { Header = header, Epoch = epoch, StartedAt = startedAt };

    private static BatchHeader Header(ConcurrentTimeout timeout, int[] sizes, int? limit) => new()
    {
        Timeout = timeout,
        Total = sizes.Sum(),
        PartitionSizes = sizes,
        MaxConcurrency = limit,
        Digest = "0123456789abcdef",
        Workflows = [],
    };
}
