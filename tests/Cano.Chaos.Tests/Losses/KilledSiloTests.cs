using System.Diagnostics;
using Cano.Chaos.Clusters;
using Cano.Chaos.Witnesses;
using Cano.CrashHost;
using Cano.TestDatabase;

namespace Cano.Chaos.Losses;

/// <summary>Silos are killed, kill -9, while a client is connected. Every step is saved, so that a step before the last that was saved would be seen if it was taken again.</summary>
public sealed class KilledSiloTests(SharedPostgres postgres, ITestOutputHelper output) : IAsyncLifetime
{
    /// <summary>From the cluster's declaring a silo dead until its work goes on.</summary>
    private static readonly TimeSpan s_afterDeclared = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);

    private ChaosCluster _cluster = null!;

    public async ValueTask InitializeAsync() => _cluster = await ChaosCluster.StartAsync(postgres, silos: 3, ["Cano:CheckpointInterval=00:00:00"]);

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task SiloOfTheBatch_IsKilled_WorkGoesOnByItself()
    {
        Witness witness = await StartAsync("batch", new ConcurrentTimeout.WaitForQuota(40), instances: 60, steps: 40, delayMs: 100, concurrency: 30);
        await RunningAsync(witness);

        await KillAsync(witness, await _cluster.SiloOfAsync(_cluster.Client.Grains.GetGrain<IBatchGrain>(witness.Id)));

        ConcurrentWorkflowResults<TrailState> results = await witness.EndAsync(s_patience);
        Assert.Equal((40, 0, 20, StopReason.QuotaReached), (results.Completed, results.Failed, results.Cancelled, results.StopReason));
        NoStepBeforeTheSavedOne(witness.Id);
    }

    [Fact]
    public async Task SiloOfPartitions_IsKilled_WorkGoesOnByItself()
    {
        Witness witness = await StartAsync("partitions", new ConcurrentTimeout.WaitForever(), instances: 2_500, steps: 3, delayMs: 100, concurrency: 120, failEvery: 10);
        await RunningAsync(witness);
        BatchView view = await _cluster.Client.Grains.GetGrain<IBatchGrain>(witness.Id).WatchAsync(-1);
        ChaosSilo? ofBatch = await _cluster.SiloOfAsync(_cluster.Client.Grains.GetGrain<IBatchGrain>(witness.Id));
        ChaosSilo? victim = null;
        for (int partition = 0; partition < view.Sizes.Length && (victim is null || victim == ofBatch); partition++)
        {
            victim = await _cluster.SiloOfAsync(_cluster.Client.Grains.GetGrain<IPartitionGrain>(PartitionSpec.Key(witness.Id, view.Digest, partition)));
        }

        await KillAsync(witness, victim);

        ConcurrentWorkflowResults<TrailState> results = await witness.EndAsync(s_patience);
        Assert.Equal((2_250, 250, 0, StopReason.AllFinished), (results.Completed, results.Failed, results.Cancelled, results.StopReason));
        NoStepBeforeTheSavedOne(witness.Id);
    }

    [Fact]
    public async Task AllSilos_AreKilledAtOnce_OneAloneIsAtWorkWithin30Seconds()
    {
        Witness[] witnesses =
        [
            await StartAsync("all-forever", new ConcurrentTimeout.WaitForever(), instances: 60, steps: 60, delayMs: 100),
            await StartAsync("all-quota", new ConcurrentTimeout.WaitForQuota(50), instances: 60, steps: 60, delayMs: 100, failEvery: 20),
            await StartAsync("all-deadline", new ConcurrentTimeout.WaitDuration(TimeSpan.FromSeconds(12)), instances: 60, steps: 30, delayMs: 1_000, concurrency: 20),
        ];
        foreach (Witness witness in witnesses)
        {
            await RunningAsync(witness);
        }

        await Task.WhenAll(_cluster.Silos.Select(silo => silo.KillAsync()));
        long killed = Stopwatch.GetTimestamp();
        await _cluster.StartSiloAsync();
        TimeSpan up = Stopwatch.GetElapsedTime(killed);
        TimeSpan atWork = Stopwatch.GetElapsedTime(killed, await _cluster.StepAfterAsync("all-forever", killed, TimeSpan.FromSeconds(60)));
        output.WriteLine($"One silo alone: started after {up.TotalSeconds:0.0} s, the first step of an instance {atWork.TotalSeconds:0.0} s after the kill of all.");
        Assert.InRange(atWork, TimeSpan.Zero, TimeSpan.FromSeconds(30));

        ConcurrentWorkflowResults<TrailState> forever = await witnesses[0].EndAsync(s_patience);
        ConcurrentWorkflowResults<TrailState> quota = await witnesses[1].EndAsync(s_patience);
        ConcurrentWorkflowResults<TrailState> deadline = await witnesses[2].EndAsync(s_patience);
        Assert.Equal((60, 0, 0), (forever.Completed, forever.Failed, forever.Cancelled));
        Assert.Equal((50, StopReason.QuotaReached), (quota.Completed, quota.StopReason));
        Assert.Equal((0, 0, 60, StopReason.DurationElapsed), (deadline.Completed, deadline.Failed, deadline.Cancelled, deadline.StopReason));
        Assert.All(witnesses, witness => NoStepBeforeTheSavedOne(witness.Id));
    }

    private async Task<Witness> StartAsync(
        string id, ConcurrentTimeout timeout, int instances, int steps, int delayMs, int? concurrency = null, int failEvery = 0) =>
        await Witness.StartAsync(_cluster.Client.Cano, Batches.Of(id, timeout, instances, steps, delayMs, concurrency, failEvery));

    private static Task RunningAsync(Witness witness) => witness.UntilAsync("some run", TimeSpan.FromSeconds(20), status => status.Running > 10);

    /// <summary>Kills a silo and tells how long the batch stood still, from the kill and from the cluster's declaring the silo dead.</summary>
    private async Task KillAsync(Witness witness, ChaosSilo? silo)
    {
        Assert.NotNull(silo);
        await silo.KillAsync();
        long killed = Stopwatch.GetTimestamp();
        long declared = await _cluster.DeclaredDeadAsync(silo, TimeSpan.FromSeconds(40));
        long step = await _cluster.StepAfterAsync(witness.Id, declared, TimeSpan.FromSeconds(60));
        output.WriteLine(
            $"{witness.Id}: declared dead {Stopwatch.GetElapsedTime(killed, declared).TotalSeconds:0.0} s after the kill, the next step {Stopwatch.GetElapsedTime(declared, step).TotalSeconds:0.0} s after that.");
        Assert.InRange(Stopwatch.GetElapsedTime(declared, step), TimeSpan.Zero, s_afterDeclared);
    }

    /// <summary>A step is told before it is taken and saved after it: it may be taken twice, but none before it.</summary>
    private void NoStepBeforeTheSavedOne(string batch)
    {
        foreach (IGrouping<string, TrailStep> instance in _cluster.Steps.Where(step => step.Batch == batch).GroupBy(step => step.Instance))
        {
            int[] steps = [.. instance.Select(step => step.Step)];
            Assert.True(steps.Zip(steps.Skip(1)).All(pair => pair.Second >= pair.First), $"{batch}/{instance.Key} went back: {string.Join(' ', steps)}");
        }
    }
}
