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
    public async Task SiloOfTheBatch_IsKilledAndNobodyAsks_RecoveryDrivesItOn()
    {
        const string id = "batch";
        IBatchGrain batch = _cluster.Client.Grains.GetGrain<IBatchGrain>(id);
        await _cluster.Client.Cano.StartAsync(Endless(id, new ConcurrentTimeout.WaitForQuota(40), 60), cancellationToken: TestContext.Current.CancellationToken);
        await _cluster.StepAfterAsync(id, 0, TimeSpan.FromSeconds(20));
        ChaosSilo? victim = await _cluster.SiloOfAsync(batch);
        Assert.NotNull(victim);

        await victim.KillAsync();
        long killed = Stopwatch.GetTimestamp();
        long declared = await _cluster.DeclaredDeadAsync(victim, TimeSpan.FromSeconds(40));
        long resumed = await _cluster.ResumedAfterAsync(id, killed, TimeSpan.FromSeconds(60));
        output.WriteLine(
            $"The silo of a batch: declared dead {Seconds(killed, declared)} s after the kill, the batch driven again {Seconds(killed, resumed)} s after the kill, {Seconds(declared, resumed)} s after the declaration.");
        Assert.True(Stopwatch.GetElapsedTime(declared, resumed) < s_afterDeclared);

        _cluster.End();
        ConcurrentWorkflowResults<TrailState> results = await Witness.Attach(_cluster.Client.Cano, id).EndAsync(s_patience);
        Assert.Equal((40, 0, 20, StopReason.QuotaReached), (results.Completed, results.Failed, results.Cancelled, results.StopReason));
        NoStepBeforeTheSavedOne(id);
    }

    [Fact]
    public async Task SiloOfPartitions_IsKilled_TheirInstancesGoOnElsewhere()
    {
        Witness[] witnesses = await Task.WhenAll(Enumerable.Range(0, 9).Select(number => Witness.StartAsync(
            _cluster.Client.Cano, Endless($"partition-{number}", number % 2 == 0 ? new ConcurrentTimeout.WaitForever() : new ConcurrentTimeout.WaitForQuota(30), 40))));
        Witness large = await Witness.StartAsync(_cluster.Client.Cano, Batches.Of(
            "partitions", new ConcurrentTimeout.WaitForever(), instances: 2_200, steps: 3, delayMs: 100, concurrency: 120, failEvery: 10));
        foreach (Witness witness in (Witness[])[large, .. witnesses])
        {
            await RunningAsync(witness);
        }

        ChaosSilo victim = _cluster.Silos.MaxBy(silo => witnesses.Count(witness => _cluster.LastSeenOn(silo, witness.Id).Count > 0))!;
        await victim.KillAsync();
        long killed = Stopwatch.GetTimestamp();
        Dictionary<string, HashSet<string>> lost = witnesses.ToDictionary(witness => witness.Id, witness => _cluster.LastSeenOn(victim, witness.Id));
        long declared = await _cluster.DeclaredDeadAsync(victim, TimeSpan.FromSeconds(40));
        foreach ((string batch, HashSet<string> instances) in lost.Where(one => one.Value.Count > 0))
        {
            long last = await _cluster.StepsElsewhereAsync(batch, instances, victim, instances.Count, TimeSpan.FromSeconds(60));
            output.WriteLine($"{batch}: {instances.Count} instances lost; declared dead {Seconds(killed, declared)} s after the kill, all of them went on {Seconds(killed, last)} s after the kill, {Seconds(declared, last)} s after the declaration.");
            Assert.True(Stopwatch.GetElapsedTime(declared, last) < s_afterDeclared);
        }

        _cluster.End();
        ConcurrentWorkflowResults<TrailState> all = await large.EndAsync(s_patience);
        Assert.Equal((1_980, 220, 0, StopReason.AllFinished), (all.Completed, all.Failed, all.Cancelled, all.StopReason));
        foreach (Witness witness in witnesses)
        {
            ConcurrentWorkflowResults<TrailState> results = await witness.EndAsync(s_patience);
            Assert.Equal(results.StopReason is StopReason.QuotaReached ? 30 : 40, results.Completed);
            NoStepBeforeTheSavedOne(witness.Id);
        }
    }

    [Fact]
    public async Task AllSilos_AreKilledAtOnce_OneAloneIsAtWorkWithin30Seconds()
    {
        Witness[] witnesses =
        [
            await Witness.StartAsync(_cluster.Client.Cano, Endless("all-forever", new ConcurrentTimeout.WaitForever(), 60)),
            await Witness.StartAsync(_cluster.Client.Cano, Endless("all-quota", new ConcurrentTimeout.WaitForQuota(50), 60)),
            await Witness.StartAsync(_cluster.Client.Cano, Endless("all-deadline", new ConcurrentTimeout.WaitDuration(TimeSpan.FromSeconds(12)), 60)),
        ];

        // That with the deadline first: it is the only one that can end before it is looked at.
        foreach (Witness witness in Enumerable.Reverse(witnesses))
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

        ConcurrentWorkflowResults<TrailState> deadline = await witnesses[2].EndAsync(s_patience);
        _cluster.End();
        ConcurrentWorkflowResults<TrailState> forever = await witnesses[0].EndAsync(s_patience);
        ConcurrentWorkflowResults<TrailState> quota = await witnesses[1].EndAsync(s_patience);
        Assert.Equal((60, 0, 0), (forever.Completed, forever.Failed, forever.Cancelled));
        Assert.Equal((50, StopReason.QuotaReached), (quota.Completed, quota.StopReason));
        Assert.Equal((0, 0, 60, StopReason.DurationElapsed), (deadline.Completed, deadline.Failed, deadline.Cancelled, deadline.StopReason));
        Assert.All(witnesses, witness => NoStepBeforeTheSavedOne(witness.Id));
    }

    /// <summary>A batch whose instances go on until the test lets them end.</summary>
    private ConcurrentWorkflow<TrailState> Endless(string id, ConcurrentTimeout timeout, int instances) =>
        Batches.Of(id, timeout, instances, steps: 10_000, delayMs: 150, untilFile: _cluster.EndFile);

    private static string Seconds(long from, long to) => $"{(to - from) / (double)Stopwatch.Frequency:0.0}";

    private static Task RunningAsync(Witness witness) => witness.UntilAsync("some run", TimeSpan.FromSeconds(20), status => status.Running > 10);

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
