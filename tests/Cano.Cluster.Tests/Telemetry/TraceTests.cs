using System.Diagnostics;
using Orleans.Core.Internal;

namespace Cano.Telemetry;

/// <summary>A batch on three silos is one tree of spans in its caller's trace, and no span at all where the caller's is not sampled.</summary>
public sealed class TraceTests(TelemetryCluster cluster) : IClassFixture<TelemetryCluster>
{
    private const int Large = 3_100;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(4, 1)]
    [InlineData(Large, 4)]
    public async Task Spans_OfASampledStart_AreATreeFromTheSubmitToTheNodes(int instances, int partitions)
    {
        using SpanRecorder spans = new(sampled: true);
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitForever());
        batch.AddInstances(Enumerable.Range(0, instances).Select(number => Steps.Instance($"i{number}")));

        ConcurrentWorkflowResults<StepState> results = await batch.OrchestrateAsync(cluster.Client, cancellationToken: Token);

        Activity submit = Assert.Single(spans.Ended(Spans.Submit));
        Assert.Equal(spans.Test.SpanId, submit.ParentSpanId);
        Activity driven = Assert.Single(spans.Ended(Spans.Batch));
        Assert.Equal(submit.SpanId, driven.ParentSpanId);
        Assert.Equal((results.BatchId, "all_finished"), (driven.GetTagItem("cano.batch.id"), driven.GetTagItem("cano.stop_reason")));
        IReadOnlyList<Activity> slices = spans.Ended(Spans.Partition);
        Assert.Equal(partitions, slices.Count);
        Assert.All(slices, slice => Assert.Equal(driven.SpanId, slice.ParentSpanId));
        IReadOnlyList<Activity> runs = spans.Ended(Spans.Instance);
        Assert.Equal(results.Results.Select(one => one.Id).Order(), runs.Select(run => $"{run.GetTagItem("cano.instance.id")}").Order());
        Assert.All(runs, run => Assert.Contains(slices, slice => slice.SpanId == run.ParentSpanId));
        Assert.Equal(partitions, runs.Select(run => run.ParentSpanId).Distinct().Count());
        Assert.All(runs, run => Assert.Equal(
            (results.BatchId, "test.steps", "completed"), (run.GetTagItem("cano.batch.id"), run.GetTagItem("cano.workflow"), run.GetTagItem("cano.outcome"))));
        ILookup<ActivitySpanId, string> nodes = spans.Ended(Spans.Node).ToLookup(node => node.ParentSpanId, node => $"{node.GetTagItem("cano.state")} {node.GetTagItem("cano.attempt")}");
        Assert.All(runs, run => Assert.Equal(["Start 1", "Work 1"], nodes[run.SpanId]));
        Assert.Equal(runs.Count, nodes.Count);
    }

    [Fact]
    public async Task Spans_OfWhatFails_SayWhyAndHaveOneForEachAttempt()
    {
        using SpanRecorder spans = new(sampled: true);
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitForever());
        batch.AddInstances([Steps.Instance("bad", "throw", number: 7), TelemetryCluster.AtTheThirdAttempt("again")]);

        await batch.OrchestrateAsync(cluster.Client, cancellationToken: Token);

        Activity bad = Assert.Single(spans.Ended(Spans.Instance), run => run.GetTagItem("cano.instance.id") is "bad");
        Assert.Equal((ActivityStatusCode.Error, "simulated failure of 7"), (bad.Status, bad.StatusDescription));
        Assert.Equal(("failed", "node-failed"), (bad.GetTagItem("cano.outcome"), bad.GetTagItem("error.type")));
        Activity again = Assert.Single(spans.Ended(Spans.Instance), run => run.GetTagItem("cano.instance.id") is "again");
        Assert.Equal((ActivityStatusCode.Unset, "completed"), (again.Status, again.GetTagItem("cano.outcome")));
        Assert.Equal(
            ["1 Error System.InvalidOperationException", "2 Error System.InvalidOperationException", "3 Unset "],
            spans.Ended(Spans.Node).Where(node => node.ParentSpanId == again.SpanId).Select(node => $"{node.GetTagItem("cano.attempt")} {node.Status} {node.GetTagItem("error.type")}"));
    }

    [Fact]
    public async Task Spans_OfAStartThatIsNotSampled_AreNotEvenAskedFor()
    {
        using SpanRecorder spans = new(sampled: false);
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitForever());
        batch.AddInstances([Steps.Instance("a"), Steps.Instance("b", "throw")]);

        await batch.OrchestrateAsync(cluster.Client, cancellationToken: Token);

        Assert.Equal([Spans.Submit], spans.Asked);
        Assert.Empty(spans.Ended(Spans.Submit));
    }

    /// <summary>The parent is stored with the batch, so the silo that takes it over goes on in the same trace.</summary>
    [Fact]
    public async Task Spans_OfABatchThatIsTakenOver_HangBelowTheSameSubmit()
    {
        using SpanRecorder spans = new(sampled: true);
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitForever());
        batch.AddInstances([Steps.Instance("a", gate: "trace.moved"), Steps.Instance("b", gate: "trace.moved")]);
        ConcurrentWorkflowRun<StepState> run = await batch.StartAsync(cluster.Client, cancellationToken: Token);
        await cluster.Gates["trace.moved"].ArrivedAsync(2);

        await cluster.Client.GetGrain<IBatchGrain>(run.Id).Cast<IGrainManagementExtension>().DeactivateOnIdle();
        cluster.Gates["trace.moved"].Open();
        await run.WaitAsync(Token);

        Activity submit = Assert.Single(spans.Ended(Spans.Submit));
        IReadOnlyList<Activity> driven = spans.Ended(Spans.Batch);
        Assert.Equal([null, "all_finished"], driven.Select(one => one.GetTagItem("cano.stop_reason")));
        Assert.All(driven, one => Assert.Equal(submit.SpanId, one.ParentSpanId));
    }
}
