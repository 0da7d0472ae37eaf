namespace Cano.Contracts.Tests.Samples;

internal static class PartitionSamples
{
    private static readonly StopOrder s_stop = new(StopReason.DurationElapsed, BatchSamples.Noon.AddSeconds(2));

    private static readonly StoredResult s_result = new()
    {
        Index = 2,
        FinalState = "Done",
        Error = InstanceSamples.Error,
        Output = "12.5"u8.ToArray(),
        StartedAt = BatchSamples.Noon.Ticks + 1,
        FinishedAt = BatchSamples.Noon.Ticks + 2,
        FinalAt = BatchSamples.Noon.Ticks + 3,
        Path = InstanceSamples.Path,
    };

    private static readonly Seal s_seal = new()
    {
        Reason = StopReason.QuotaReached,
        StoppedAt = BatchSamples.Noon.Ticks + 4,
        SealedAt = BatchSamples.Noon.Ticks + 5,
        Surplus = [4],
        Started = [0, 1],
        StartedAt = [BatchSamples.Noon.Ticks + 6, BatchSamples.Noon.Ticks + 7],
        Paths = [null, InstanceSamples.Path],
    };

    internal static readonly object[] All =
    [
        InstanceSamples.Spec,
        new PartitionSpec
        {
            BatchId = "nightly-2026-11-22",
            FirstOrdinal = 3,
            Instances = [InstanceSamples.Spec, new("order-5", "orders.ship", Params: null, Label: null)],
            Store = """{"region":"eu"}"""u8.ToArray(),
        },
        s_stop,
        new PartitionOrders
        {
            Epoch = 7,
            Fence = 2,
            Admitted = 3,
            Known = 11,
            Window = 64,
            Deadline = BatchSamples.Noon.AddDays(1),
            Stop = s_stop,
            Quota = true,
            Sequence = 13,
            QuotaSpent = true,
            TraceParent = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01",
            Incarnation = "5d1f0c3a9b7e4826",
            SentAt = BatchSamples.Noon.AddSeconds(2),
            Baggage = "tenant=eu,user=a%20b",
        },
        new PartitionReport
        {
            Epoch = 7,
            Fence = 2,
            Version = 12,
            Completed = 3,
            Failed = 4,
            Cancelled = 5,
            Successes = 6,
            Admitted = 8,
            Running = 9,
            Unfinished = 10,
            Sealed = true,
            LastCompleted = "order-3",
            LastFinal = "order-4",
            LastFinalAt = BatchSamples.Noon.AddSeconds(1),
            Window = 65,
            Unplaceable = 14,
        },
        new ResultPage([InstanceSamples.Result], 4),
        s_result,
        s_seal,
        new Segment
        {
            Fence = 2,
            Epoch = 7,
            Results = [s_result, s_result with { Index = 3, Error = null, Path = null }],
            Seal = s_seal,
            Incarnation = "5d1f0c3a9b7e4826",
            Started = [4],
            StartedAt = [639_000_000_000_000_000],
        },
    ];
}
