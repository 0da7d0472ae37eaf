using System.Diagnostics;
using Cano.Chaos.Clusters;
using Cano.Chaos.Witnesses;
using Cano.CrashHost;
using Cano.TestDatabase;

namespace Cano.Chaos.Losses;

/// <summary>All silos are replaced, one after the other: SIGTERM, as a deployment does it.</summary>
public sealed class RollingRestartTests(SharedPostgres postgres, ITestOutputHelper output)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    /// <summary>Checkpoints are never due by time here, so every step that is not repeated was saved because its silo left.</summary>
    private static readonly string[] s_settings = ["Cano:CheckpointInterval=01:00:00"];

    [Fact]
    public async Task AllSilos_AreReplacedOneAfterTheOther_NothingFailsAndNoStepIsTakenTwice()
    {
        await using ChaosCluster cluster = await ChaosCluster.StartAsync(postgres, silos: 3, s_settings);
        Witness[] witnesses =
        [
            await Witness.StartAsync(cluster.Client.Cano, Batches.Of("roll-long", new ConcurrentTimeout.WaitForever(), 150, steps: 120, delayMs: 200)),
            await Witness.StartAsync(cluster.Client.Cano, Batches.Of("roll-quota", new ConcurrentTimeout.WaitForQuota(1_800), 2_200, steps: 6, delayMs: 150, concurrency: 80, failEvery: 11)),
            .. await Task.WhenAll(Enumerable.Range(0, 4).Select(number => Witness.StartAsync(
                cluster.Client.Cano, Batches.Of($"roll-{number}", new ConcurrentTimeout.WaitForever(), 30, steps: 80, delayMs: 250)))),
        ];
        foreach (Witness witness in witnesses)
        {
            await witness.UntilAsync("some run", TimeSpan.FromSeconds(20), status => status.Running > 10);
        }

        foreach (ChaosSilo old in cluster.Silos)
        {
            await cluster.StartSiloAsync();
            long told = Stopwatch.GetTimestamp();
            TimeSpan took = await old.TerminateAsync();
            long ended = Stopwatch.GetTimestamp();
            long step = await cluster.StepAfterAsync("roll-long", ended, TimeSpan.FromSeconds(30));
            output.WriteLine($"Stopped within {took.TotalSeconds:0.0} s; the next step {Stopwatch.GetElapsedTime(ended, step).TotalSeconds:0.00} s after its end.");
        }

        foreach (Witness witness in witnesses)
        {
            ConcurrentWorkflowResults<TrailState> results = await witness.EndAsync(s_patience);
            Assert.Equal(witness.Id == "roll-quota" ? 1_800 : results.Total, results.Completed);
            Assert.All(results.FailedResults(), result => Assert.Equal("The test lets this step fail.", result.Error!.Message));
        }

        string[] twice = [.. cluster.Steps.GroupBy(step => (step.Batch, step.Instance, step.Step)).Where(group => group.Count() > 1).Select(group => $"{group.Key.Batch}/{group.Key.Instance} {group.Key.Step}")];
        output.WriteLine($"{cluster.Steps.Count()} steps were taken, {twice.Length} of them twice.");
        Assert.Empty(twice);
    }
}
