using Orleans.TestingHost;

namespace Cano.Recovery;

/// <summary>A deployment replaces a definition while its instances run: the new one no longer has the state that they are in.</summary>
public sealed class OlderDefinitionTests : IAsyncLifetime
{
    private readonly TwoVersions _cluster = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _cluster.InitializeAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Checkpoint_WhoseStateIsGone_FailsWithInvalidCheckpointAndNothingElse()
    {
        ConcurrentWorkflowRun<StepState>[] runs = await Task.WhenAll(Enumerable.Range(0, 12).Select(batch => new ConcurrentWorkflowBuilder<StepState>(new ConcurrentTimeout.WaitForever())
            .AddInstances(Enumerable.Range(0, 5).Select(number => Walk.Instance($"i{number}", "held", null)))
            .WithId($"versions-{batch}")
            .Build()
            .StartAsync(_cluster.Client, cancellationToken: Token)));
        await _cluster.Gates["held"].ArrivedAsync(1);

        InProcessSiloHandle[] old = [.. _cluster.Cluster.Silos.Where(silo => !TwoVersions.IsNew(silo.Name))];
        Task[] stopped = [.. old.Select(_cluster.Cluster.StopSiloAsync)];
        foreach (InProcessSiloHandle silo in old)
        {
            await HandOverTests.ClosedAsync(silo);
        }

        _cluster.Gates["held"].Open();
        await Task.WhenAll(stopped);

        List<WorkflowResult<StepState>> results = [];
        foreach (ConcurrentWorkflowRun<StepState> run in runs)
        {
            results.AddRange((await run.WaitAsync(Token)).Results);
        }

        Assert.Equal(60, results.Count);
        Assert.All(results, result => Assert.Equal(result.Error is null ? StepState.Done : null, result.FinalState));
        Assert.All(results.Where(result => result.Error is not null), result => Assert.Equal("invalid-checkpoint", result.Error!.Kind));
        Assert.Contains(results, result => result.Outcome is WorkflowOutcome.Failed);
    }

    private sealed class TwoVersions : DurableCluster
    {
        internal static bool IsNew(string silo) => silo.EndsWith('2');

        protected override void Configure(CanoOptions options) => options.HandOverGrace = TimeSpan.FromSeconds(10);

        protected override void AddWorkflows(string silo, CanoBuilder cano) => cano.AddWorkflow(Walk.Key, IsNew(silo) ? Walk.DefineLater : Walk.Define);
    }
}
