using Orleans.Core.Internal;

namespace Cano.Batches;

/// <summary>The states that instances went through, kept with their results where it is worth it.</summary>
public sealed class PathTests(DurableCluster cluster) : IClassFixture<DurableCluster>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SmallBatch_EveryInstance_HasItsPath()
    {
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitForever());
        batch.AddInstances([Steps.Instance("a"), Steps.Instance("b", "throw"), Steps.Instance("c", "nowhere")]);

        ConcurrentWorkflowResults<StepState> results = await batch.OrchestrateAsync(cluster.Client, cancellationToken: Token);

        Assert.Equal(["Start Work", "Start Work", "Start Work"], results.Results.Select(StatesOf));
    }

    [Fact]
    public async Task LargeBatch_IsActivatedAnew_FailedOnesAndTheSampleStillHaveTheirPaths()
    {
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitForever());
        batch.AddInstances(Enumerable.Range(0, 1_000).Select(number => Steps.Instance($"i{number}", number % 100 == 7 ? "throw" : "complete")));
        ConcurrentWorkflowRun<StepState> run = await batch.StartAsync(cluster.Client, cancellationToken: Token);
        ConcurrentWorkflowResults<StepState> before = await run.WaitAsync(Token);
        BatchView view = await cluster.Client.GetGrain<IBatchGrain>(run.Id).WatchAsync(-1);

        await cluster.Client.GetGrain<IBatchGrain>(run.Id).Cast<IGrainManagementExtension>().DeactivateOnIdle();
        for (int partition = 0; partition < view.Sizes.Length; partition++)
        {
            await cluster.Client.GetGrain<IPartitionGrain>(PartitionSpec.Key(run.Id, view.Digest, partition)).Cast<IGrainManagementExtension>().DeactivateOnIdle();
        }

        ConcurrentWorkflowResults<StepState> after = await run.WaitAsync(Token);

        Assert.All(view.Sizes, size => Assert.True(size > KeptPaths.SmallPartition));
        Assert.All(after.FailedResults(), result => Assert.Equal("Start Work", StatesOf(result)));
        Assert.InRange(after.SuccessfulResults().Count(result => result.Path is not null), 1, 40);
        Assert.Equal(before.Results.Select(StatesOf), after.Results.Select(StatesOf));
    }

    private static string? StatesOf(WorkflowResult<StepState> result) => result.Path is { } path ? string.Join(' ', path.Steps.Select(step => step.State)) : null;
}
