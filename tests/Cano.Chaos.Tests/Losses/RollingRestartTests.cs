using System.Diagnostics;
using Cano.Chaos.Clusters;
using Cano.Chaos.Witnesses;
using Cano.CrashHost;
using Cano.TestDatabase;

namespace Cano.Chaos.Losses;

/// <summary>All silos are replaced, one after the other: SIGTERM, as a deployment does it.</summary>
public sealed class RollingRestartTests(SharedPostgres postgres, ITestOutputHelper output)
{
    private const string QuotaBatch = "roll-quota";
    private const int QuotaSteps = 6;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    /// <summary>Checkpoints are never due by time here, so every step that is not repeated was saved because its silo left.</summary>
    private static readonly string[] s_settings = ["Cano:CheckpointInterval=01:00:00"];

    [Fact]
    public async Task AllSilos_AreReplacedOneAfterTheOther_NothingFailsAndNothingStartsAgain()
    {
        await using ChaosCluster cluster = await ChaosCluster.StartAsync(postgres, silos: 3, s_settings);
        Witness[] witnesses =
        [
            await Witness.StartAsync(cluster.Client.Cano, Batches.Of("roll-long", new ConcurrentTimeout.WaitForever(), 150, steps: 10_000, delayMs: 200, untilFile: cluster.EndFile)),
            await Witness.StartAsync(cluster.Client.Cano, Batches.Of(QuotaBatch, new ConcurrentTimeout.WaitForQuota(1_800), 2_200, QuotaSteps, delayMs: 150, concurrency: 80, failEvery: 11)),
            .. await Task.WhenAll(Enumerable.Range(0, 4).Select(number => Witness.StartAsync(
                cluster.Client.Cano, Batches.Of($"roll-{number}", new ConcurrentTimeout.WaitForever(), 30, steps: 10_000, delayMs: 250, untilFile: cluster.EndFile)))),
        ];
        foreach (Witness witness in witnesses)
        {
            await witness.UntilAsync("some run", TimeSpan.FromSeconds(20), status => status.Running > 10);
        }

        long begun = Stopwatch.GetTimestamp();
        foreach (ChaosSilo old in cluster.Silos)
        {
            await cluster.StartSiloAsync();
            long told = Stopwatch.GetTimestamp();
            TimeSpan took = await old.TerminateAsync();
            long ended = Stopwatch.GetTimestamp();
            long step = await cluster.StepAfterAsync("roll-long", ended, TimeSpan.FromSeconds(30));
            output.WriteLine($"{old.Address}: told at {Stopwatch.GetElapsedTime(begun, told).TotalSeconds:0.000}, stopped within {took.TotalSeconds:0.0} s; the next step {Stopwatch.GetElapsedTime(ended, step).TotalSeconds:0.00} s after its end.");
        }

        cluster.End();
        foreach (Witness witness in witnesses)
        {
            ConcurrentWorkflowResults<TrailState> results = await witness.EndAsync(s_patience);
            Assert.Equal(witness.Id == QuotaBatch ? 1_800 : results.Total, results.Completed);
            Assert.All(results.FailedResults(), result => Assert.Equal("The test lets this step fail.", result.Error!.Message));
        }

        string[] backwards =
        [
            .. cluster.Steps.GroupBy(step => (step.Batch, step.Instance)).Where(instance => WentBack([.. instance.Select(step => step.Step)], MayRepeat(instance.Key.Batch)))
                .Select(instance => $"{instance.Key.Batch}/{instance.Key.Instance}: {string.Join(", ", instance.Select(step => $"{step.Step} on {step.Silo.Address} at {Stopwatch.GetElapsedTime(begun, step.At).TotalSeconds:0.000}"))}"),
        ];
        int twice = cluster.Steps.Count() - cluster.Steps.DistinctBy(step => (step.Batch, step.Instance, step.Step)).Count();
        output.WriteLine($"{cluster.Steps.Count()} steps were taken, {twice} of them twice, {cluster.Steps.Where(step => step.Batch == QuotaBatch).Count() - cluster.Steps.Where(step => step.Batch == QuotaBatch).DistinctBy(step => (step.Instance, step.Step)).Count()} of those by instances that may have ended and waited for the quota.");
        Assert.True(backwards.Length == 0, string.Join('\n', backwards));
    }

    /// <summary>
    /// Of a batch with a quota an instance may run again that had ended and waited to be admitted when its partition was lost: its result was nobody's yet.
    /// </summary>
    private static int? MayRepeat(string batch) => batch == QuotaBatch ? QuotaSteps : null;

    /// <summary>Whether it ran again from its start, other than after its last step. How many steps were taken twice at all is printed: a few at most.</summary>
    private static bool WentBack(int[] steps, int? mayRepeatAfter) => steps.Zip(steps.Skip(1)).Any(pair => pair.Second == 1 && pair.First > 1 && pair.First != mayRepeatAfter);
}
