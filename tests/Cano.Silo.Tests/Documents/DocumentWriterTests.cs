using System.Text;
using System.Text.Json;

namespace Cano.Tests.Documents;

public sealed class DocumentWriterTests
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 22, 1, 2, 3, TimeSpan.Zero);

    [Fact]
    public void WriteResult_Failed_HasEveryMember()
    {
        string json = Write(writer => writer.WriteResult(new InstanceResult
        {
            Id = "a",
            Workflow = "w",
            Outcome = WorkflowOutcome.Failed,
            Error = new WorkflowError { Kind = "node-failed", Message = "it's <broken>", State = "Price", Attempts = 2 },
            StartedAt = s_start,
            FinishedAt = s_start.AddMilliseconds(1500),
        }));

        Assert.Equal(
            """
            {"id":"a","workflow":"w","label":null,"outcome":"failed","finalState":null,"error":{"kind":"node-failed","message":"it's <broken>","state":"Price","attempts":2},"cancelReason":null,"duration":"00:00:01.5000000","startedAt":"2026-11-22T01:02:03+00:00","finishedAt":"2026-11-22T01:02:04.5+00:00","output":null}
            """,
            json);
    }

    /// <summary>As deep as an output may be: within the document that the command line reads it was too deep, and hid the whole batch.</summary>
    [Fact]
    public void Page_OfAnOutputAsDeepAsIsAccepted_CanBeRead()
    {
        const int depth = 64;
        string output = new string('[', depth) + new string(']', depth);
        byte[] json = OutputJson.Write(JsonElement.Parse(output), int.MaxValue);
        InstanceResult result = new() { Id = "a", Workflow = "w", Outcome = WorkflowOutcome.Completed, Output = json };
        string page = JsonSerializer.Serialize(new Page<ResultDocument>([ResultDocument.Of(result)], null), DocumentJson.Options);

        Page<ResultDocument> read = JsonSerializer.Deserialize<Page<ResultDocument>>(page, DocumentJson.Options)!;

        Assert.Equal(output, Encoding.UTF8.GetString(read.Items[0].ToResult(0).Output!));
    }

    [Fact]
    public void WriteResult_Completed_HasTheOutputAsItIs()
    {
        string json = Write(writer => writer.WriteResult(new InstanceResult
        {
            Id = "a",
            Workflow = "w",
            Label = "fast",
            Outcome = WorkflowOutcome.Completed,
            FinalState = "Done",
            Output = """{"sum":1.10}"""u8.ToArray(),
        }));

        Assert.Equal(
            """
            {"id":"a","workflow":"w","label":"fast","outcome":"completed","finalState":"Done","error":null,"cancelReason":null,"duration":"00:00:00.0000000","startedAt":null,"finishedAt":null,"output":{"sum":1.10}}
            """,
            json);
    }

    [Fact]
    public void WriteResult_Cancelled_HasTheReason() => Assert.Contains(
        "\"outcome\":\"cancelled\",\"finalState\":null,\"error\":null,\"cancelReason\":\"durationElapsed\"",
        Write(writer => writer.WriteResult(new InstanceResult
        {
            Id = "a",
            Workflow = "w",
            Outcome = WorkflowOutcome.Cancelled,
            CancelReason = CancelReason.DurationElapsed,
        })),
        StringComparison.Ordinal);

    [Fact]
    public void Serialize_Status_HasEveryMember()
    {
        string json = JsonSerializer.Serialize(new BatchStatus
        {
            Id = "b",
            Name = "nightly",
            Phase = BatchPhase.Running,
            Total = 10,
            Pending = 4,
            Running = 3,
            Completed = 2,
            Failed = 1,
            CreatedAt = s_start,
            StartedAt = s_start,
            Deadline = s_start.AddDays(1),
            TotalDuration = TimeSpan.FromSeconds(2),
            Timeout = new ConcurrentTimeout.WaitQuotaOrDuration(3, TimeSpan.FromDays(1)),
            Unplaceable = 3,
        }, DocumentJson.Options);

        Assert.Equal(
            """
            {"id":"b","name":"nightly","phase":"running","stopReason":null,"total":10,"pending":4,"running":3,"completed":2,"failed":1,"cancelled":0,"createdAt":"2026-11-22T01:02:03+00:00","startedAt":"2026-11-22T01:02:03+00:00","deadline":"2026-11-23T01:02:03+00:00","stoppedAt":null,"finishedAt":null,"totalDuration":"00:00:02.0000000","decidedBy":null,"timeout":{"kind":"waitQuotaOrDuration","quota":3,"duration":"1.00:00:00.0000000"},"completedAtStop":null,"failedAtStop":null,"unplaceable":3}
            """,
            json);
    }

    private static string Write(Action<Utf8JsonWriter> write)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes, DocumentWriter.Indented with { Indented = false }))
        {
            write(writer);
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
