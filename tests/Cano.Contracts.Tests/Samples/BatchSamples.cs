namespace Cano.Contracts.Tests.Samples;

internal static class BatchSamples
{
    internal static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    internal static readonly BatchHeader Header = new()
    {
        Timeout = new ConcurrentTimeout.WaitQuotaOrDuration(3, new TimeSpan(1, 2, 3, 4, 5)),
        Name = "nightly pricing, größer 😀",
        MaxConcurrency = 64,
        StoreBytes = 15,
        Total = 5,
        PartitionSizes = [3, 2],
        Digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        Workflows = ["orders.price", "orders.ship"],
        Labels = ["fast", "slow"],
        LargestParams = 22,
        LargestParamsInstance = "order-2",
        TraceParent = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01",
        Baggage = "tenant=eu,user=a%20b",
        DigestVersion = 1,
        EarlierDigest = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210",
        SharedStore = "{\"count\":0}"u8.ToArray(),
    };

    internal static readonly BatchStatus Status = new()
    {
        Id = "nightly-2026-11-22",
        Name = Header.Name,
        Phase = BatchPhase.Finished,
        StopReason = StopReason.QuotaReached,
        Total = 15,
        Pending = 1,
        Running = 2,
        Completed = 3,
        Failed = 4,
        Cancelled = 5,
        CreatedAt = Noon,
        StartedAt = Noon.AddTicks(1),
        Deadline = Noon.AddDays(1),
        StoppedAt = Noon.AddSeconds(2),
        FinishedAt = Noon.AddSeconds(3),
        TotalDuration = new TimeSpan(0, 0, 0, 1, 999),
        DecidedBy = "order-3",
        Timeout = new ConcurrentTimeout.WaitForQuota(3),
        CompletedAtStop = 6,
        FailedAtStop = 7,
        Unplaceable = 8,
    };

    internal static readonly BatchEntry Entry = new()
    {
        Status = Status with { Phase = BatchPhase.Stopping },
        Version = 30,
        Owner = "10.0.0.1:11111@123456789",
        Workflows = ["orders.price"],
        Labels = ["fast"],
        Digest = Header.Digest,
        Partitions = 2,
        IsBeingPurged = true,
        PurgedAt = Noon.AddDays(60),
    };

    internal static readonly PurgeRecord Purge = new(Noon.AddDays(30), 2, BrokenOff: true);

    internal static readonly StopRecord Stop = new(StopReason.Cancelled, Noon.AddSeconds(2), "order-3", 3, 4);

    internal static readonly object[] All =
    [
        Header,
        Status,
        new BatchView(7, Status, Header.Digest, [3, 2], [2, 1], Hosted: true) { Lost = [1], Incarnation = "00c0ffee00c0ffee" },
        new ConcurrentTimeout.WaitForever(),
        new ConcurrentTimeout.WaitForQuota(3),
        new ConcurrentTimeout.WaitDuration(new TimeSpan(0, 0, 5)),
        new ConcurrentTimeout.WaitQuotaOrDuration(3, new TimeSpan(0, 0, 5)),
        Stop,
        new BatchState
        {
            Header = Header,
            CreatedAt = Noon,
            StartedAt = Noon.AddTicks(1),
            Epoch = 7,
            Stop = Stop,
            FinishedAt = Noon.AddSeconds(3),
            Completed = 3,
            Failed = 4,
            Hosted = new() { BatchId = "nightly", Instances = [InstanceSamples.Spec], Store = "{}"u8.ToArray() },
            HostedResults = new() { Fence = 2, Epoch = 7, Results = [new() { Index = 0, FinalState = "Done" }] },
            Purge = Purge,
            Incarnation = "5d1f0c3a9b7e4826",
            Lost = [1],
            IndexBuckets = 2,
        },
        new InstanceIndexBucket { Entries = [1, 2, 3, 4, 5, 0] },
        Purge,
        Entry,
        new CatalogShard { Entries = [Entry, Entry with { Version = 31 }] },
    ];
}
