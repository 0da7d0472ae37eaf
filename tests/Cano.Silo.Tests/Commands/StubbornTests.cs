using System.Globalization;
using System.Text.Json;
using Cano.Tests.Storage;

namespace Cano.Tests.Commands;

/// <summary>Nodes that ignore cancellation hold nobody up: the document comes when the strategy says so.</summary>
public sealed class StubbornTests(ITestOutputHelper output) : IDisposable
{
    private const string Slow = "\"delayMs\": 60000, \"ignoreCancellation\": true";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData(", \"block\": true")]
    public async Task Deadline_WithAThousandStubbornNodes_IsAnsweredOnTime(string how)
    {
        Batch("""{ "kind": "waitDuration", "duration": "00:00:02" }""", [.. Enumerable.Range(0, 1_000).Select(number => Instance($"i{number}", Slow + how))]);

        (JsonElement document, DateTimeOffset answeredAt) = await RunAsync();

        Assert.Equal("durationElapsed 0 0 1000", Counts(document));
        Assert.All(document.GetProperty("results").EnumerateArray(), (result, number) => Assert.Equal(
            $"i{number} cancelled durationElapsed", $"{result.GetProperty("id")} {result.GetProperty("outcome")} {result.GetProperty("cancelReason")}"));
        DateTimeOffset stoppedAt = document.GetProperty("results").EnumerateArray().Max(result => result.GetProperty("finishedAt").GetDateTimeOffset());
        TimeSpan after = TimeSpan.Parse(document.GetProperty("totalDuration").GetString()!, CultureInfo.InvariantCulture) - TimeSpan.FromSeconds(2);
        TimeSpan late = answeredAt - (stoppedAt - after);
        output.WriteLine($"The stop was decided {after.TotalMilliseconds:0.0} ms after the deadline; the whole document was there {late.TotalMilliseconds:0} ms after it.");
        Assert.InRange(after, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.InRange(late, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    /// <summary>A duration is <c>DURATION</c>: long beside what the fast ones take. Where the machine is too busy for that, it is tried with more.</summary>
    [Theory]
    [InlineData("""{ "kind": "waitForQuota", "quota": 2 }""", "quotaReached 2 1 3")]
    [InlineData("""{ "kind": "waitDuration", "duration": "DURATION" }""", "durationElapsed 2 1 3")]
    [InlineData("""{ "kind": "waitQuotaOrDuration", "quota": 2, "duration": "00:00:50" }""", "quotaReached 2 1 3")]
    [InlineData("""{ "kind": "waitQuotaOrDuration", "quota": 3, "duration": "DURATION" }""", "durationElapsed 2 1 3")]
    public async Task EveryStrategy_WithStubbornNodes_GivesTheRightDocument(string timeout, string counts)
    {
        JsonElement document = default;
        foreach (string duration in (string[])["00:00:03", "00:00:12", "00:00:48"])
        {
            Batch(timeout.Replace("DURATION", duration, StringComparison.Ordinal), [
                Instance("stubborn", Slow), Instance("fails", "\"throwAtStep\": 1"), Instance("blocks", Slow + ", \"block\": true"),
                Instance("fast", "\"delayMs\": 100"), Instance("listens", "\"delayMs\": 60000"), Instance("faster", "\"delayMs\": 50")]);
            (document, _) = await RunAsync();
            if (Counts(document) == counts)
            {
                break;
            }
        }

        Assert.Equal(counts, Counts(document));
        Assert.Equal(
            ["stubborn cancelled", "fails failed", "blocks cancelled", "fast completed", "listens cancelled", "faster completed"],
            document.GetProperty("results").EnumerateArray().Select(result => $"{result.GetProperty("id")} {result.GetProperty("outcome")}"));
    }

    [Fact]
    public async Task WaitForever_WithStubbornNodes_WaitsForThem()
    {
        Batch("""{ "kind": "waitForever" }""", [Instance("stubborn", "\"delayMs\": 300, \"ignoreCancellation\": true"), Instance("blocks", "\"delayMs\": 300, \"block\": true")]);

        (JsonElement document, _) = await RunAsync();

        Assert.Equal("allFinished 2 0 0", Counts(document));
    }

    private static string Counts(JsonElement document) => string.Join(' ', ((string[])["stopReason", "completed", "failed", "cancelled"]).Select(name => document.GetProperty(name)));

    private static string Instance(string id, string members) => $$"""{ "id": "{{id}}", "workflow": "cano.simulate", "params": { {{members}} } }""";

    private void Batch(string timeout, string[] instances) =>
        _folder.Write("batch.json", $$"""{ "timeout": {{timeout}}, "instances": [ {{string.Join(",\n", instances)}} ] }""");

    private async Task<(JsonElement Document, DateTimeOffset AnsweredAt)> RunAsync()
    {
        await using CanoProcess process = CanoProcess.Start(_folder.Path, ["run", "batch.json", "--json"]);
        CanoProcessResult result = await process.EndAsync();
        Assert.True(result.Output.StartsWith('{'), $"No document: {result}");
        using JsonDocument document = JsonDocument.Parse(result.Output);
        return (document.RootElement.Clone(), process.OutputAt);
    }
}
