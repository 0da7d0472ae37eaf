using System.Globalization;
using Cano.CrashHost;
using Cano.Tests.Storage;

namespace Cano.Tests.Crashes;

/// <summary>The process is killed, kill -9, at a given write, and started again on the same data folder, where nobody asks for the batch.</summary>
public sealed class CrashTests(ITestOutputHelper output) : IDisposable
{
    private const string Id = "crashed";
    private const string EveryStep = "Cano:CheckpointInterval=00:00:00";

    /// <summary>With so large a store a batch does not fit into a row of its own: its partition has rows, as those of large batches have.</summary>
    private static readonly string s_ballast = new('x', 17_000);

    private TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("after cano.batch 1")]
    [InlineData("before results 1")]
    [InlineData("after results 1")]
    [InlineData("after results 7")]
    public async Task WaitForever_Killed_KeepsWhatWasDurableAndRunsTheRestAgain(string dieAt)
    {
        Batch("""{ "kind": "waitForever" }""", fast: 7, held: 5);
        await CrashSilo.DieAsync(dieAt, _folder, "batch.json", hold: true);
        DateTimeOffset killedAt = TimeProvider.System.GetUtcNow();

        await using CrashSilo second = await RestartAsync();
        ConcurrentWorkflowResults<TrailState> results = await second.ResultsAsync(Id);

        Assert.Equal((12, 0, 0, StopReason.AllFinished), (results.Completed, results.Failed, results.Cancelled, results.StopReason));
        WorkflowResult<TrailState>[] kept = [.. results.Results.Where(result => result.FinishedAt < killedAt)];
        int durable = dieAt.StartsWith("after results", StringComparison.Ordinal) ? int.Parse(dieAt.Split(' ')[2], CultureInfo.InvariantCulture) : 0;
        Assert.InRange(kept.Length, durable, durable == 0 ? 0 : 7);
        Assert.Equal(
            results.Results.Except(kept).Select(result => $"{result.Id} 1").Order(), second.TrailOf(Id).Order());
    }

    [Fact]
    public async Task Quota_KilledOneBeforeIt_IsFilledExactlyAndKeepsTheOthers()
    {
        Batch("""{ "kind": "waitForQuota", "quota": 5 }""", fast: 4, held: 6);
        await CrashSilo.DieAsync("after results 4", _folder, "batch.json", hold: true);

        await using CrashSilo second = await RestartAsync();
        ConcurrentWorkflowResults<TrailState> results = await second.ResultsAsync(Id);

        Assert.Equal((5, 0, 5, StopReason.QuotaReached), (results.Completed, results.Failed, results.Cancelled, results.StopReason));
        Assert.Equal(["fast-0", "fast-1", "fast-2", "fast-3"], results.SuccessfulResults().Select(result => result.Id).Where(id => id.StartsWith("fast", StringComparison.Ordinal)));
        Assert.DoesNotContain(second.TrailOf(Id), line => line.StartsWith("fast", StringComparison.Ordinal));
    }

    /// <summary>The quota's results are durable (segment), the stop is decided but not (before batch 2), it is (after batch 2), the partition is closed (before batch 3), all is over but told (after).</summary>
    [Theory]
    [InlineData("after results 3")]
    [InlineData("before cano.batch 2")]
    [InlineData("after cano.batch 2")]
    [InlineData("before cano.batch 3")]
    [InlineData("after cano.batch 3")]
    public async Task Quota_KilledOnceItIsFilled_StopsWithThoseAndRunsNothingMore(string dieAt)
    {
        Batch("""{ "kind": "waitForQuota", "quota": 3 }""", fast: 3, held: 7);
        await CrashSilo.DieAsync(dieAt, _folder, "batch.json", hold: true);

        await using CrashSilo second = await RestartAsync(works: false);
        ConcurrentWorkflowResults<TrailState> results = await second.ResultsAsync(Id);

        Assert.Equal((3, 0, 7, StopReason.QuotaReached), (results.Completed, results.Failed, results.Cancelled, results.StopReason));
        Assert.Equal(["fast-0", "fast-1", "fast-2"], results.SuccessfulResults().Select(result => result.Id));
        Assert.All(results.CancelledResults(), result => Assert.Equal(CancelReason.QuotaReached, result.CancelReason));
        Assert.Empty(second.TrailOf(Id));
    }

    [Fact]
    public async Task Result_WrittenBeforeTheBatchHeardOfIt_IsThere()
    {
        Batch("""{ "kind": "waitForQuota", "quota": 1 }""", fast: 1, held: 3);
        await CrashSilo.DieAsync("after results 1", _folder, "batch.json", hold: true);

        await using CrashSilo second = await RestartAsync(works: false);
        ConcurrentWorkflowResults<TrailState> results = await second.ResultsAsync(Id);

        Assert.Equal(["fast-0"], results.SuccessfulResults().Select(result => result.Id));
        Assert.Equal((1, 0, 3), (results.Completed, results.Failed, results.Cancelled));
    }

    [Theory]
    [InlineData("before cano.partition 1")]
    [InlineData("after cano.partition 1")]
    [InlineData("before cano.batch 1")]
    public async Task Start_BrokenOff_LeavesTheIdFreeAndRunsNothing(string dieAt)
    {
        Batch("""{ "kind": "waitForever" }""", fast: 3, held: 0);
        await CrashSilo.DieAsync(dieAt, _folder, "batch.json");

        await using CrashSilo second = CrashSilo.Serve(_folder);
        CanoClient client = (await second.ConnectAsync()).Cano;
        await Assert.ThrowsAsync<BatchNotFoundException>(() => client.Attach<TrailState>(Id).GetStatusAsync(Token));
        Assert.Empty(second.TrailOf(Id));

        ConcurrentWorkflowResults<TrailState> results = await client.OrchestrateAsync(
            new ConcurrentWorkflowBuilder<TrailState>(new ConcurrentTimeout.WaitForever())
                .AddInstance(new ConcurrentWorkflowInstance<TrailState, TrailParams>("other", Trail.Key, new TrailParams(2)))
                .WithId(Id)
                .Build(),
            cancellationToken: Token);

        Assert.Equal(["other"], results.SuccessfulResults().Select(result => result.Id));

        // What the first start left in the catalog goes two minutes later: BrokenStartTests moves a clock to see that.
        Assert.Equal(["other 1", "other 2"], second.TrailOf(Id));
    }

    [Theory]
    [InlineData("after cano.checkpoint 5", 6)]
    [InlineData("before cano.checkpoint 5", 5)]
    public async Task LongWorkflow_KilledHalfWay_GoesOnFromItsCheckpoint(string dieAt, int goesOnAt)
    {
        Write("""{ "kind": "waitForever" }""", [Instance("long", """{ "steps": 9 }""")]);
        await CrashSilo.DieAsync(dieAt, _folder, "batch.json", hold: false, EveryStep);

        await using CrashSilo second = await RestartAsync();
        ConcurrentWorkflowResults<TrailState> results = await second.ResultsAsync(Id);

        Assert.Equal(9, Assert.Single(results.SuccessfulResults()).GetOutput<int>());
        Assert.Equal(Enumerable.Range(goesOnAt, 10 - goesOnAt).Select(step => $"long {step}"), second.TrailOf(Id));
    }

    [Fact]
    public async Task Deadline_PassesWhileTheProcessIsDown_EndsTheBatchAtOnceWithWhatWasDurable()
    {
        TimeSpan duration = TimeSpan.FromSeconds(2);
        BatchThatEndsAfter(duration);
        while (!await CrashSilo.TryDieAsync("after results 3", _folder, "batch.json", hold: true))
        {
            duration = Longer(duration);
        }

        await Task.Delay(duration, TimeProvider.System, Token); // Nothing can tell that it has passed: the process is down.

        await using CrashSilo second = await RestartAsync(works: false);
        ConcurrentWorkflowResults<TrailState> results = await second.ResultsAsync(Id);
        BatchStatus status = await (await second.ConnectAsync()).Cano.Attach<TrailState>(Id).GetStatusAsync(Token);

        Assert.Equal((3, 0, 4, StopReason.DurationElapsed), (results.Completed, results.Failed, results.Cancelled, results.StopReason));
        Assert.Equal(status.StartedAt + duration, status.Deadline);
        Assert.All(results.SuccessfulResults(), result => Assert.True(result.FinishedAt < status.Deadline));
        Assert.Empty(second.TrailOf(Id));
    }

    /// <summary>The duration is long beside the restart: had it begun again, the stop would be that much later.</summary>
    [Fact]
    public async Task Deadline_PassesAfterTheRestart_IsWhereItAlwaysWas()
    {
        TimeSpan duration = TimeSpan.FromSeconds(12);
        BatchThatEndsAfter(duration);
        CrashSilo? restarted;
        while ((restarted = await RestartBeforeDeadlineAsync()) is null)
        {
            duration = Longer(duration);
        }

        await using CrashSilo second = restarted;
        ConcurrentWorkflowResults<TrailState> results = await second.ResultsAsync(Id);
        BatchStatus status = await (await second.ConnectAsync()).Cano.Attach<TrailState>(Id).GetStatusAsync(Token);

        Assert.Equal((3, 0, 4, StopReason.DurationElapsed), (results.Completed, results.Failed, results.Cancelled, results.StopReason));
        Assert.Equal(status.StartedAt + duration, status.Deadline);
        Assert.InRange((status.StoppedAt - status.Deadline)!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Equal(["held-0 1", "held-1 1", "held-2 1", "held-3 1"], second.TrailOf(Id).Order());
    }

    [Fact]
    public async Task Results_ReadBeforeTheKill_AreTheSameAfterIt()
    {
        Dictionary<string, WorkflowResult<TrailState>> read = [];
        await using (CrashSilo first = CrashSilo.Serve(_folder))
        {
            ConcurrentWorkflowRun<TrailState> run = await (await first.ConnectAsync()).Cano.StartAsync(
                new ConcurrentWorkflowBuilder<TrailState>(new ConcurrentTimeout.WaitForQuota(150))
                    .AddInstances(Enumerable.Range(0, 200).Select(number =>
                        new ConcurrentWorkflowInstance<TrailState, TrailParams>($"i{number}", Trail.Key, new TrailParams(Steps: 1 + (number % 3), DelayMs: 20))))
                    .WithId(Id)
                    .WithMaxConcurrency(8)
                    .Build(),
                cancellationToken: Token);
            await foreach (WorkflowResult<TrailState> result in run.StreamResultsAsync(Token))
            {
                read.Add(result.Id, result);
                if (read.Count == 40)
                {
                    break;
                }
            }

            await first.KillAsync();
        }

        await using CrashSilo second = await RestartAsync();
        ConcurrentWorkflowResults<TrailState> results = await second.ResultsAsync(Id);

        Assert.Equal((150, 0, 50, StopReason.QuotaReached), (results.Completed, results.Failed, results.Cancelled, results.StopReason));
        foreach (WorkflowResult<TrailState> after in results.Results.Where(result => read.ContainsKey(result.Id)))
        {
            WorkflowResult<TrailState> before = read[after.Id];
            Assert.Equal(
                (before.Outcome, before.FinalState, before.StartedAt, before.FinishedAt, before.GetOutput<int>()),
                (after.Outcome, after.FinalState, after.StartedAt, after.FinishedAt, after.GetOutput<int>()));
            Assert.DoesNotContain($"{after.Id} 1", second.TrailOf(Id));
        }
    }

    /// <summary>Starts the second process, which nobody asks anything, and waits until it has finished all that was left.</summary>
    private async Task<CrashSilo> RestartAsync(bool works = true)
    {
        CrashSilo silo = CrashSilo.Serve(_folder);
        if (works)
        {
            await silo.SaysAsync($"trail {Id}/");
            output.WriteLine($"From the start of the process to the first step of an instance: {silo.Up.TotalSeconds:0.00} s.");
            Assert.True(silo.Up < TimeSpan.FromSeconds(30));
        }

        await silo.AllFinishedAsync();
        output.WriteLine($"From the start of the process to the end of all that was left: {silo.Up.TotalSeconds:0.00} s.");
        return silo;
    }

    /// <summary>Lets the process die once three results are durable, and starts another, which runs the four instances that hold until the deadline.</summary>
    /// <returns>The other one, at its end; null: not all of that came before the deadline.</returns>
    private async Task<CrashSilo?> RestartBeforeDeadlineAsync()
    {
        if (!await CrashSilo.TryDieAsync("after results 3", _folder, "batch.json", hold: true))
        {
            return null;
        }

        CrashSilo silo = CrashSilo.Serve(_folder, hold: true);
        await silo.AllFinishedAsync();
        if (silo.TrailOf(Id).Count == 4)
        {
            return silo;
        }

        await silo.DisposeAsync();
        return null;
    }

    private void BatchThatEndsAfter(TimeSpan duration) =>
        Batch($$"""{ "kind": "waitDuration", "duration": "{{duration}}" }""", fast: 3, held: 4);

    /// <summary>Where the machine is too busy for what is to come before a deadline: the same anew, with more time.</summary>
    private TimeSpan Longer(TimeSpan duration)
    {
        TimeSpan longer = 3 * duration;
        Assert.True(longer < TimeSpan.FromMinutes(3), $"What was to come before the deadline did not come within {duration}.");
        _folder.Dispose();
        _folder = new();
        BatchThatEndsAfter(longer);
        return longer;
    }

    private void Batch(string timeout, int fast, int held) => Write(
        timeout,
        [
            .. Enumerable.Range(0, fast).Select(number => Instance($"fast-{number}", "{ }")),
            .. Enumerable.Range(0, held).Select(number => Instance($"held-{number}", """{ "holdAtStep": 1 }""")),
        ]);

    private void Write(string timeout, string[] instances) =>
        _folder.Write("batch.json", $$"""{ "id": "{{Id}}", "timeout": {{timeout}}, "store": { "ballast": "{{s_ballast}}" }, "instances": [ {{string.Join(", ", instances)}} ] }""");

    private static string Instance(string id, string json) => $$"""{ "id": "{{id}}", "workflow": "{{Trail.Key.Name}}", "params": {{json}} }""";
}
