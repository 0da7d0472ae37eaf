using Microsoft.Extensions.DependencyInjection;

namespace Cano.Batches;

/// <summary>Reading a batch while it runs and after, from any client.</summary>
public sealed class ReadingTests(CanoCluster cluster) : IClassFixture<CanoCluster>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task StreamResultsAsync_WhileItRuns_YieldsEachOnceAsItBecomesFinalAndTheStatusCountsIt()
    {
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitForever());
        string[] order = ["c", "a", "e", "b", "d"];
        batch.AddInstances(order.Order(StringComparer.Ordinal).Select(id => Steps.Instance(id, gate: $"stream-{id}")));
        ConcurrentWorkflowRun<StepState> run = await batch.StartAsync(cluster.Client, cancellationToken: Token);
        List<string> seen = [];

        cluster.Gates[$"stream-{order[0]}"].Open();
        await foreach (WorkflowResult<StepState> result in run.StreamResultsAsync(Token))
        {
            seen.Add(result.Id);
            BatchStatus status = await run.GetStatusAsync(Token);
            Assert.True(status.Completed >= seen.Count, $"After {seen.Count} results the status counts {status.Completed}.");
            if (seen.Count < order.Length)
            {
                cluster.Gates[$"stream-{order[seen.Count]}"].Open();
            }
        }

        Assert.Equal(order, seen);
    }

    [Fact]
    public async Task StreamResultsAsync_ManyPartitionsWithCancelled_YieldsEveryInstanceOnceCancelledLast()
    {
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitForQuota(1_500));
        batch.AddInstances(Enumerable.Range(0, 4_000).Select(number => Steps.Instance($"i{number}")));
        ConcurrentWorkflowRun<StepState> run = await batch.StartAsync(cluster.Client, cancellationToken: Token);

        List<WorkflowResult<StepState>> results = [];
        await foreach (WorkflowResult<StepState> result in run.StreamResultsAsync(Token))
        {
            results.Add(result);
        }

        Assert.Equal(4_000, results.Select(result => result.Id).Distinct().Count());
        Assert.Equal(4_000, results.Count);
        Assert.All(results.Take(1_500), result => Assert.Equal(WorkflowOutcome.Completed, result.Outcome));
        Assert.All(results.Skip(1_500), result => Assert.Equal(WorkflowOutcome.Cancelled, result.Outcome));
    }

    [Fact]
    public async Task WatchAsync_FromStartToEnd_CountsAddUpAndNeverFall()
    {
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitForQuota(700));
        batch.AddInstances(Enumerable.Range(0, 2_000).Select(number => Steps.Instance($"i{number}", number % 5 == 0 ? "throw" : "complete")));
        ConcurrentWorkflowRun<StepState> run = await batch.StartAsync(cluster.Client, cancellationToken: Token);

        List<BatchStatus> seen = [];
        await foreach (BatchStatus status in run.WatchAsync(Token))
        {
            seen.Add(status);
        }

        Assert.All(seen, status => Assert.Equal(2_000, status.Pending + status.Running + status.Completed + status.Failed + status.Cancelled));
        Assert.All(seen.Zip(seen.Skip(1)), pair => Assert.True(
            pair.First.Completed <= pair.Second.Completed && pair.First.Failed <= pair.Second.Failed && pair.First.Phase <= pair.Second.Phase, $"{pair.First} then {pair.Second}"));
        Assert.Equal((BatchPhase.Finished, 700, StopReason.QuotaReached), (seen[^1].Phase, seen[^1].Completed, seen[^1].StopReason));
    }

    [Fact]
    public async Task GrainFactoryOfASilo_InsteadOfAClient_ServesAsWell()
    {
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitForever());
        batch.AddInstance(Steps.Instance("a", number: 3));

        IGrainFactory inside = cluster.Cluster.GetSiloServiceProvider().GetRequiredService<IGrainFactory>();
        ConcurrentWorkflowResults<StepState> results = await batch.OrchestrateAsync(inside, cancellationToken: Token);

        Assert.Equal(6, results.Results[0].GetOutput<int>());
    }
}
