namespace Cano.Contracts.Tests.Samples;

internal static class InstanceSamples
{
    internal static readonly InstanceSpec Spec = new("order-1", "orders.price", """{"number":1}"""u8.ToArray(), "fast");

    internal static readonly WorkflowError Error = new()
    {
        Kind = WorkflowErrorKinds.RetryExhausted,
        Message = "no price",
        State = "Price",
        Attempts = 3,
        ExceptionType = "System.InvalidOperationException",
        Inner = ["System.IO.IOException: no network", "System.Net.Sockets.SocketException: refused"],
        Stack = "System.InvalidOperationException: no price\n   at Orders.PriceOrder.ExecAsync(Order prep)",
    };

    private static readonly PathStep s_step = new("Price", 3, 4, 2, "no price");

    internal static readonly InstancePath Path = new([s_step], 5, FromCheckpoint: true);

    internal static readonly InstanceResult Result = new()
    {
        Ordinal = 3,
        Id = "order-4",
        Workflow = "orders.price",
        Outcome = WorkflowOutcome.Cancelled,
        FinalState = "Done",
        Error = Error,
        CancelReason = CancelReason.Surplus,
        Label = "fast",
        StartedAt = BatchSamples.Noon,
        FinishedAt = BatchSamples.Noon.AddSeconds(1),
        Output = "12.5"u8.ToArray(),
        FinalAt = BatchSamples.Noon.AddSeconds(2),
        Path = Path,
    };

    private static readonly InstanceOutcome s_outcome = new()
    {
        FinalState = "Done",
        Error = Error,
        Output = "12.5"u8.ToArray(),
        StartedAt = BatchSamples.Noon,
        FinishedAt = BatchSamples.Noon.AddSeconds(1),
        Path = Path,
    };

    internal static readonly object[] All =
    [
        Error,
        s_step,
        Path,
        Result,
        s_outcome,
        new InstanceRun(Spec, """{"region":"eu"}"""u8.ToArray(), MayHaveCheckpoint: true)
        {
            TraceParent = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01",
            Baggage = "tenant=eu,user=a%20b",
            KeepStack = true,
            KeepPath = true,
            Incarnation = "5d1f0c3a9b7e4826",
            Deadline = BatchSamples.Noon.AddDays(1),
        },
        new InstanceReply(s_outcome, Checkpointed: true),
        new Checkpoint
        {
            State = "Price",
            Attempt = 2,
            Steps = 17,
            Store = """{"region":"eu"}"""u8.ToArray(),
            Output = "12.5"u8.ToArray(),
            StartedAt = BatchSamples.Noon,
        },
        new InstanceDescription { Ordinal = 3, Submitted = Spec, RunningSince = BatchSamples.Noon, Result = Result },
    ];
}
