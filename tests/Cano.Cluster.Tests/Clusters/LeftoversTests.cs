using Microsoft.Extensions.DependencyInjection;

namespace Cano.Clusters;

/// <summary>That the check which every cluster makes at its end finds what is left.</summary>
public sealed class LeftoversTests(LeftoversTests.OneSilo cluster) : IClassFixture<LeftoversTests.OneSilo>
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(50);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("slot", "1 slots in use on ", "1 batches that hold slots or wait for one on ")]
    [InlineData("given up", "1 given-up runs on ")]
    [InlineData("run", "1 runs that have not ended on ")]
    [InlineData("thread", "1 node threads at work on ")]
    [InlineData("scope", "1 nodes of runs that were not disposed of")]
    public async Task AssertNone_OneThingIsLeft_NamesItUntilItIsGone(string what, params string[] left)
    {
        await using (await LeakAsync(what))
        {
            TimeoutException exception = await Assert.ThrowsAsync<TimeoutException>(() => Leftovers.AssertNoneAsync(cluster, s_moment));

            Assert.All(left, one => Assert.Contains(one, exception.Message, StringComparison.Ordinal));
        }

        await Leftovers.AssertNoneAsync(cluster, Leftovers.Patience);
    }

    /// <summary>A test may leave a batch whose instances wait, also such as don't heed their token.</summary>
    [Fact]
    public async Task AssertNone_BatchesRun_EndsThem()
    {
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitForever());
        batch.AddInstances([Steps.Instance("heeds", gate: "left"), Steps.Instance("ignores", "ignore", gate: "left")]);
        ConcurrentWorkflowRun<StepState> run = await batch.StartAsync(cluster.Client, cancellationToken: Token);
        await cluster.Gates["left"].ArrivedAsync(2);

        await Leftovers.AssertNoneAsync(cluster, Leftovers.Patience);

        Assert.Equal(2, (await run.WaitAsync(Token)).Cancelled);
    }

    /// <summary>Leaves something behind, until what is returned is disposed of.</summary>
    private async Task<IAsyncDisposable> LeakAsync(string what)
    {
        IServiceProvider silo = cluster.Cluster.GetSiloServiceProvider();
        InstanceSlots slots = silo.GetRequiredService<InstanceSlots>();
        switch (what)
        {
            case "slot":
                InstanceSlots.Slot slot = await slots.AcquireAsync("leak", place: 0, Token);
                return new AtEnd(slot.Dispose);
            case "given up":
                slots.RunGivenUp();
                return new AtEnd(slots.GivenUpRunEnded);
            case "run":
                RunControls controls = silo.GetRequiredService<RunControls>();
                RunControl run = controls.Begin("leak", new(new("i", Steps.Key.Name, null, null), null, MayHaveCheckpoint: false));
                return new AtEnd(() => controls.End(run));
            case "thread":
                ManualResetEventSlim free = new();
                silo.GetRequiredService<NodeScheduler>().Post(() => free.Wait(CancellationToken.None));
                return new AtEnd(free.Set);
            default:
                return new AtEnd(cluster.Nodes.Begin().Dispose);
        }
    }

    private sealed class AtEnd(Action end) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            end();
            return ValueTask.CompletedTask;
        }
    }

    public sealed class OneSilo : CanoCluster
    {
        protected override short Silos => 1;
    }
}
