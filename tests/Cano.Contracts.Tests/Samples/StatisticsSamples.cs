namespace Cano.Contracts.Tests.Samples;

internal static class StatisticsSamples
{
    private static readonly DurationSketch s_durations = new([255, 1_003_519], [2, 1]);

    private static readonly VariantStatistics s_variant = new()
    {
        Workflow = "orders.price",
        Label = "fast",
        Total = 15,
        Completed = 3,
        Failed = 4,
        Cancelled = 5,
        CompletedDurations = s_durations,
        FailedDurations = new([1_023], [4]),
    };

    private static readonly ErrorGroup s_error = new("node-failed", "Price", "no price for order #", 4, "no price for order 17", ["order-17", "order-18"]);

    private static readonly EndTimes s_ends = new(16 * TimeSpan.TicksPerMillisecond, 4_000_000_000_000, [1, 2], [0, 4], [5, 0]);

    private static readonly InstanceTimes s_times = new(3, "order-4", WorkflowOutcome.Failed, BatchSamples.Noon.Ticks + 1, BatchSamples.Noon.Ticks + 2);

    private static readonly Transition s_transition = new("orders.price", "Start", "Price", 9);

    internal static readonly object[] All =
    [
        s_durations,
        s_variant,
        s_error,
        s_ends,
        s_times,
        s_transition,
        new BatchStatistics
        {
            Variants = [s_variant],
            Errors = [s_error],
            OtherErrors = 6,
            Ends = s_ends,
            Slowest = [s_times],
            Sample = [s_times, new(4, "order-5", Outcome: null, BatchSamples.Noon.Ticks, FinishedAt: 0)],
            Transitions = [s_transition],
        },
    ];
}
