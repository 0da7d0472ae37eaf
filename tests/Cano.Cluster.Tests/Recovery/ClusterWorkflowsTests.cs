using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;

namespace Cano.Recovery;

/// <summary>
/// A silo knows, without asking, which workflows the others can run, and what waits for one hears of each that joins or leaves.
/// </summary>
public sealed class ClusterWorkflowsTests : IAsyncLifetime
{
    private readonly OneSilo _cluster = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Workflow_ASiloThatHasItJoinsAndLeaves_CanBeRunMeanwhile()
    {
        IRunnableWorkflows workflows = Workflows();
        Assert.True(workflows.CanRun(Steps.Key.Name));
        Assert.False(workflows.CanRun("test.nowhere"));
        Task came = UntilAsync(workflows, can: true);
        Assert.False(came.IsCompleted);
        InProcessSiloHandle other = await _cluster.Cluster.StartAdditionalSiloAsync();
        await came.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, Token);
        Assert.False(workflows.CanRun("test.nowhere"));

        Task left = UntilAsync(workflows, can: false);
        Assert.False(left.IsCompleted);
        await _cluster.Cluster.StopSiloAsync(other);
        await left.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, Token);
        Assert.True(workflows.CanRun(Steps.Key.Name));
    }

    [Fact]
    public async Task Wait_NoSiloComes_EndsWithItsToken()
    {
        IRunnableWorkflows workflows = Workflows();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task waiting = WaitAsync();
        Assert.False(waiting.IsCompleted);

        await stop.CancelAsync();

        Task ended = waiting.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ended);

        async Task WaitAsync()
        {
            while (true)
            {
                await workflows.WaitForChangeAsync(workflows.Version, stop.Token);
            }
        }
    }

    /// <summary>What was read before a change is answered at once: nothing that came in between is missed.</summary>
    [Fact]
    public async Task Wait_TheClusterHasChangedSince_IsOverAtOnce()
    {
        IRunnableWorkflows workflows = Workflows();

        await workflows.WaitForChangeAsync(workflows.Version - 1, Token).WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System, Token);
    }

    public ValueTask InitializeAsync() => _cluster.InitializeAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private IRunnableWorkflows Workflows() => _cluster.Cluster.Silos[0].ServiceProvider.GetRequiredService<IRunnableWorkflows>();

    /// <summary>As a partition does whose instances wait: looks, and again whenever the cluster has changed.</summary>
    private static async Task UntilAsync(IRunnableWorkflows workflows, bool can)
    {
        while (true)
        {
            long seen = workflows.Version;
            if (workflows.CanRun(Walk.Key.Name) == can)
            {
                return;
            }

            await workflows.WaitForChangeAsync(seen, Token);
        }
    }

    /// <summary>The first silo has the common workflows; those that join later have one more.</summary>
    private sealed class OneSilo : CanoCluster
    {
        private int _silos;

        protected override short Silos => 1;

        protected override void AddWorkflows(string silo, CanoBuilder cano)
        {
            if (Interlocked.Increment(ref _silos) > 1)
            {
                cano.AddWorkflow(Walk.Key, Walk.Define);
            }
        }
    }
}
