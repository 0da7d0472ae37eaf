using Orleans.TestingHost;

namespace Cano.Recovery;

/// <summary>Only one silo of three knows a workflow, as in the middle of a deployment.</summary>
public sealed class MixedDeploymentTests(MixedDeploymentTests.MixedCluster cluster) : IClassFixture<MixedDeploymentTests.MixedCluster>
{
    private static readonly WorkflowKey<StepState, WalkParams> s_nowhere = new("test.nowhere");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Workflow_OnlyOneSiloHas_ItsInstancesRunThere()
    {
        string newest = cluster.Cluster.Silos[^1].Name;
        ConcurrentWorkflowResults<StepState>[] results = await Task.WhenAll(Enumerable.Range(0, 12).Select(batch => new ConcurrentWorkflowBuilder<StepState>(new ConcurrentTimeout.WaitForever())
            .AddInstances(Enumerable.Range(0, 20).Select(number => Walk.Instance($"new-{number}", null, null)))
            .AddInstances(Enumerable.Range(0, 5).Select(number => Steps.Instance($"old-{number}")))
            .Build()
            .OrchestrateAsync(cluster.Client, cancellationToken: Token)));

        foreach (WorkflowResult<StepState> result in results.SelectMany(batch => batch.Results))
        {
            Assert.Equal(WorkflowOutcome.Completed, result.Outcome);
            if (result.Id.StartsWith("new", StringComparison.Ordinal))
            {
                Assert.Equal([newest, newest], result.GetOutput<List<string>>()!);
            }
        }
    }

    [Fact]
    public async Task Workflow_OnlyOneSiloHas_InManyPartitions_ItsInstancesRunThere()
    {
        ConcurrentWorkflowResults<StepState> results = await new ConcurrentWorkflowBuilder<StepState>(new ConcurrentTimeout.WaitForQuota(2_000))
            .AddInstances(Enumerable.Range(0, 2_500).Select(number => Walk.Instance($"i{number}", [null])))
            .Build()
            .OrchestrateAsync(cluster.Client, cancellationToken: Token);

        Assert.Equal((2_000, 0, 500), (results.Completed, results.Failed, results.Cancelled));
        Assert.All(results.SuccessfulResults(), result => Assert.Equal([cluster.Cluster.Silos[^1].Name], result.GetOutput<List<string>>()!));
    }

    /// <summary>The silo that a batch comes to need not be the one that knows its params; with twelve batches on three silos, both kinds are there.</summary>
    [Fact]
    public async Task Params_OfAWorkflowOnlyOneSiloHas_AreCheckedThere()
    {
        WorkflowKey<StepState, Other> other = new(Walk.Key.Name);
        CanoConfigurationException[] refused = await Task.WhenAll(Enumerable.Range(0, 12).Select(batch => Assert.ThrowsAsync<CanoConfigurationException>(
            () => new ConcurrentWorkflowBuilder<StepState>(new ConcurrentTimeout.WaitForever())
                .AddInstance(Steps.Instance("good"))
                .AddInstance(new ConcurrentWorkflowInstance<StepState, Other>("a", other, new(1)))
                .AddInstance(Walk.Instance("b", [null]))
                .AddInstance(new ConcurrentWorkflowInstance<StepState, Other>("c", other, new(2)))
                .Build()
                .StartAsync(cluster.Client, cancellationToken: Token))));

        Assert.All(refused, exception =>
        {
            Assert.Equal(ErrorCodes.InvalidParams, exception.Code);
            Assert.Equal(
                [
                    "$.instances[1].params.number: unknown member; there are gates, steps",
                    "$.instances[1].params.gates: missing; it must be there (string[])",
                    "$.instances[1].params.steps: missing; it must be there (int)",
                    "$.instances[3].params.number: unknown member; there are gates, steps",
                    "$.instances[3].params.gates: missing; it must be there (string[])",
                    "$.instances[3].params.steps: missing; it must be there (int)",
                ],
                exception.Faults.Select(fault => fault.ToString()));
        });
    }

    private sealed record Other(int Number);

    [Fact]
    public async Task Workflow_NoSiloHas_IsRefusedByTheStart() =>
        await Assert.ThrowsAsync<WorkflowNotRegisteredException>(() => new ConcurrentWorkflowBuilder<StepState>(new ConcurrentTimeout.WaitForever())
            .AddInstance(new ConcurrentWorkflowInstance<StepState, WalkParams>("i", s_nowhere, new([], 0)))
            .Build()
            .StartAsync(cluster.Client, cancellationToken: Token));

    public sealed class MixedCluster : CanoCluster
    {
        protected override void AddWorkflows(string silo, CanoBuilder cano)
        {
            if (silo.EndsWith('2'))
            {
                cano.AddWorkflow(Walk.Key, Walk.Define);
            }
        }
    }
}
