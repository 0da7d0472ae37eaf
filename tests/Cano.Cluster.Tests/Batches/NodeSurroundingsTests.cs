using System.Diagnostics;
using System.Globalization;
using Cano.Telemetry;

namespace Cano.Batches;

/// <summary>
/// Every attempt begins in the same, empty context, whoever started the batch and whatever ran on the thread before; failure states count as
/// failures.
/// </summary>
public sealed class NodeSurroundingsTests(FailuresCluster cluster) : IClassFixture<FailuresCluster>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Node_SeesNothingOfTheStarterNorOfTheNodeBefore(bool isTraced)
    {
        using SpanRecorder? spans = isTraced ? new(sampled: true) : null;
        FailuresCluster.Set("of the starter");
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitForever());
        batch.AddInstance(new ConcurrentWorkflowInstance<StepState, StepParams>("a", FailuresCluster.Surroundings, new()));

        WorkflowResult<StepState> result = (await batch.OrchestrateAsync(cluster.Client, cancellationToken: Token)).Results[0];

        string[] seen = result.GetOutput<string[]>()!;
        Assert.Equal(3, seen.Length);
        Assert.All(seen, one => Assert.DoesNotContain("of", one, StringComparison.Ordinal));
        Assert.Single(seen.Distinct());
        Assert.NotEqual($"  {new CultureInfo("de-DE")}", seen[0]);
    }

    [Fact]
    public async Task Baggage_OfTheStart_IsOnTheSpansOfItsNodes()
    {
        using SpanRecorder spans = new(sampled: true);
        spans.Test.AddBaggage("tenant", "eu, west=1");
        spans.Test.AddBaggage("größe", "ß");
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitForever());
        batch.AddInstance(Steps.Instance("a"));

        await batch.OrchestrateAsync(cluster.Client, cancellationToken: Token);

        IReadOnlyList<Activity> nodes = spans.Ended(Spans.Node);
        Assert.Equal(2, nodes.Count);
        Assert.All(nodes, node => Assert.Equal(("eu, west=1", "ß"), (node.GetBaggageItem("tenant"), node.GetBaggageItem("größe"))));
    }

    [Fact]
    public async Task NodeThatThrows_HasAnExceptionEventOnItsSpan_AndAStackInItsResult()
    {
        using SpanRecorder spans = new(sampled: true);
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitForever());
        batch.AddInstance(Steps.Instance("a", "throw", number: 3));

        ConcurrentWorkflowResults<StepState> results = await batch.OrchestrateAsync(cluster.Client, cancellationToken: Token);

        ActivityEvent thrown = Assert.Single(spans.Ended(Spans.Node).SelectMany(node => node.Events));
        Dictionary<string, object?> tags = thrown.Tags.ToDictionary(tag => tag.Key, tag => tag.Value);
        Assert.Equal(("exception", "System.InvalidOperationException", "simulated failure of 3"), (thrown.Name, tags["exception.type"], tags["exception.message"]));
        Assert.Contains("at Cano.StepNode.ExecAsync(", (string)tags["exception.stacktrace"]!, StringComparison.Ordinal);
        Assert.Contains("at Cano.StepNode.ExecAsync(", results.Results[0].Error!.Stack, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FailureState_CountsAsFailedAndNotTowardTheQuota()
    {
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitForQuota(2));
        batch.AddInstances(Enumerable.Range(0, 6).Select(number =>
            new ConcurrentWorkflowInstance<StepState, StepParams>($"i{number}", FailuresCluster.Judged, new(number == 5 ? "complete" : "reject"))));

        ConcurrentWorkflowResults<StepState> results = await batch.OrchestrateAsync(cluster.Client, cancellationToken: Token);
        BatchStatistics statistics = await StatisticsAsync(results.BatchId);

        Assert.Equal((1, 5, StopReason.AllFinished), (results.Completed, results.Failed, results.StopReason));
        Assert.All(results.FailedResults(), one => Assert.Equal(
            ("failure-state", "Rejected", StepState.Rejected), (one.Error!.Kind, one.Error.State, one.FinalState)));
        ErrorGroup group = Assert.Single(statistics.Errors);
        Assert.Equal(("failure-state", "Rejected", 5), (group.Kind, group.State, group.Count));
        Assert.Contains(new Transition("test.judged", "Start", "Rejected", 5), statistics.Transitions);
    }

    [Fact]
    public async Task CancelledInstances_OfASmallBatch_TellInWhichStateTheyWere()
    {
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitForever());
        batch.AddInstances([Steps.Instance("done"), Steps.Instance("a", gate: "cancelled.path"), Steps.Instance("b", "ignore", gate: "cancelled.path")]);
        ConcurrentWorkflowRun<StepState> run = await batch.StartAsync(cluster.Client, cancellationToken: Token);
        await cluster.Gates["cancelled.path"].ArrivedAsync(2);
        await CanoCluster.UntilAsync(run, "one has completed", status => status.Completed == 1);

        await run.CancelAsync(Token);
        ConcurrentWorkflowResults<StepState> results = await run.WaitAsync(Token);
        cluster.Gates["cancelled.path"].Open();

        Assert.Equal(2, results.Cancelled);
        Assert.All(results.Results, one => Assert.Equal([("Start", 1), ("Work", 1)], one.Path!.Steps.Select(step => (step.State, step.Attempts))));
    }

    private async Task<BatchStatistics> StatisticsAsync(string id)
    {
        BatchRun run = new BatchClient(cluster.Client).Open(id);
        StatisticsBuilder sum = new();
        await foreach (BatchStatistics part in run.ReadStatisticsAsync(await run.GetViewAsync(Token), 1, Token))
        {
            sum.Add(part);
        }

        return sum.Build();
    }
}
