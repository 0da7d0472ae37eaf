using Microsoft.Extensions.DependencyInjection;
using Orleans.Core.Internal;
using Orleans.Storage;
using Orleans.TestingHost;

namespace Cano.Recovery;

/// <summary>
/// Silos stop in good order, and activations are told to go, while instances run. The grains' clock stands still, so no checkpoint is ever due by time: what was not
/// repeated was saved because its silo left.
/// </summary>
public sealed class HandOverTests : IAsyncLifetime
{
    private readonly WalkingCluster _cluster = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _cluster.InitializeAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task SiloStops_InstancesBetweenTwoNodes_GoOnElsewhereAndNoStepIsTakenTwice()
    {
        ConcurrentWorkflowRun<StepState>[] runs = await StartAsync("between", batches: 9, instances: 10, [null, "second", null]);
        await _cluster.Gates["second"].ArrivedAsync(90);

        InProcessSiloHandle leaving = Busiest();
        Task stopped = _cluster.Cluster.StopSiloAsync(leaving);
        await ClosedAsync(leaving);
        _cluster.Gates["second"].Open();
        await stopped;

        string[] silos = [.. await FinishAsync(runs)];
        Assert.Contains(silos, silo => silo.Contains(leaving.Name, StringComparison.Ordinal) && silo.Split(' ').Distinct().Count() > 1);
        Assert.Equal(90, _cluster.Gates["second"].Arrived);
        Assert.Equal(180, _cluster.Gates[Walk.Path].Arrived);
        Assert.Equal(180, _cluster.Gates[Walk.Path].Ids.Distinct().Count());
    }

    [Fact]
    public async Task SiloStops_NodesOutlastTheGrace_AreCancelledAndRunAgainElsewhereWithoutFailing()
    {
        ConcurrentWorkflowRun<StepState>[] runs = await StartAsync("outlast", batches: 9, instances: 10, ["stuck"]);
        await _cluster.Gates["stuck"].ArrivedAsync(90);

        InProcessSiloHandle leaving = Busiest();
        await _cluster.Cluster.StopSiloAsync(leaving);
        _cluster.Gates["stuck"].Open();

        string[] silos = [.. await FinishAsync(runs)];
        Assert.DoesNotContain(silos, silo => silo.Contains(leaving.Name, StringComparison.Ordinal));
        Assert.InRange(_cluster.Gates["stuck"].Arrived, 91, 180);
    }

    [Fact]
    public async Task InstanceMustGo_OnALivingSilo_StopsAtItsNextTransitionAndGoesOn()
    {
        ConcurrentWorkflowRun<StepState>[] runs = await StartAsync("go", batches: 1, instances: 3, [null, "held", null]);
        await _cluster.Gates["held"].ArrivedAsync(3);

        IGrainStorage storage = _cluster.Cluster.Silos[0].ServiceProvider.GetRequiredKeyedService<IGrainStorage>(SiloStorage.ProviderName);
        string? incarnation = (await new BatchRow(storage, runs[0].Id).ReadAsync())!.Incarnation;
        await _cluster.Client.GetGrain<IWorkflowGrain>(GrainKeys.OfInstance(runs[0].Id, incarnation, "i1")).Cast<IGrainManagementExtension>().DeactivateOnIdle();
        _cluster.Gates["held"].Open();

        await FinishAsync(runs);
        Assert.Equal(3, _cluster.Gates["held"].Arrived);
        Assert.Equal(6, _cluster.Gates[Walk.Path].Ids.Distinct().Count());
        Assert.Equal(6, _cluster.Gates[Walk.Path].Arrived);
    }

    [Fact]
    public async Task PartitionAndBatchMustGo_WhileEverybodyWaitsForThem_NobodyWaitsForTheLongestWait()
    {
        ConcurrentWorkflowRun<StepState>[] runs = await StartAsync("poll", batches: 1, instances: 5, ["never"]);
        await _cluster.Gates["never"].ArrivedAsync(5);
        IBatchGrain batch = _cluster.Client.GetGrain<IBatchGrain>(runs[0].Id);
        BatchView view = await batch.WatchAsync(-1);
        Task<ConcurrentWorkflowResults<StepState>> waiting = runs[0].WaitAsync(Token);
        long told = TimeProvider.System.GetTimestamp();

        await _cluster.Client.GetGrain<IPartitionGrain>(PartitionSpec.Key(runs[0].Id, view.Digest, 0)).Cast<IGrainManagementExtension>().DeactivateOnIdle();
        await batch.Cast<IGrainManagementExtension>().DeactivateOnIdle();
        await runs[0].CancelAsync(Token);
        ConcurrentWorkflowResults<StepState> results = await waiting;

        Assert.Equal((5, StopReason.Cancelled), (results.Cancelled, results.StopReason));
        Assert.InRange(TimeProvider.System.GetElapsedTime(told), TimeSpan.Zero, BatchViews.LongestWait - TimeSpan.FromSeconds(2));
    }

    /// <summary>Waits until a silo has begun to stop.</summary>
    internal static async Task ClosedAsync(InProcessSiloHandle silo)
    {
        InstanceSlots slots = SlotsOf(silo);
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        while (!slots.IsClosed)
        {
            await pause.WaitForNextTickAsync(Token);
        }
    }

    private static InstanceSlots SlotsOf(InProcessSiloHandle silo) => silo.ServiceProvider.GetRequiredService<InstanceSlots>();

    /// <summary>Where partitions go is left to chance, which may leave any one silo without work.</summary>
    private InProcessSiloHandle Busiest() => _cluster.Cluster.Silos.MaxBy(silo => SlotsOf(silo).Running)!;

    /// <summary>Waits for the end of all; nothing has failed.</summary>
    /// <returns>For each instance the silos that its steps were taken on.</returns>
    private static async Task<List<string>> FinishAsync(ConcurrentWorkflowRun<StepState>[] runs)
    {
        List<string> silos = [];
        foreach (ConcurrentWorkflowRun<StepState> run in runs)
        {
            ConcurrentWorkflowResults<StepState> results = await run.WaitAsync(Token);
            Assert.Equal((results.Total, 0, 0), (results.Completed, results.Failed, results.Cancelled));
            silos.AddRange(results.Results.Select(result => string.Join(' ', result.GetOutput<List<string>>()!)));
        }

        return silos;
    }

    private Task<ConcurrentWorkflowRun<StepState>[]> StartAsync(string name, int batches, int instances, string?[] gates) =>
        Task.WhenAll(Enumerable.Range(0, batches).Select(batch => new ConcurrentWorkflowBuilder<StepState>(new ConcurrentTimeout.WaitForever())
            .AddInstances(Enumerable.Range(0, instances).Select(number => Walk.Instance(batches == 1 ? $"i{number}" : $"i{batch}-{number}", gates)))
            .WithId($"{name}-{batch}")
            .Build()
            .StartAsync(_cluster.Client, cancellationToken: Token)));

    /// <summary>Lets nodes run on for a while when a silo stops.</summary>
    private sealed class WalkingCluster : DurableCluster
    {
        protected override void Configure(CanoOptions options) => options.HandOverGrace = TimeSpan.FromSeconds(2);

        protected override void AddWorkflows(string silo, CanoBuilder cano) => cano.AddWorkflow(Walk.Key, Walk.Define);
    }
}
