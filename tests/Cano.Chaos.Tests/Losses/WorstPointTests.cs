using Cano.Chaos.Clusters;
using Cano.Chaos.Witnesses;
using Cano.CrashHost;
using Cano.TestDatabase;

namespace Cano.Chaos.Losses;

/// <summary>
/// Faults at the worst points, all in one cluster in which every silo that dies is replaced: each batch meets the one that it is named for, once. Quota 5, two at a time and
/// each step saved, so that every result is a write of its own.
/// </summary>
public sealed class WorstPointTests(SharedPostgres postgres, ITestOutputHelper output) : IDisposable
{
    /// <summary>Fewer than there are silos: what a client bridges is about a minute without any.</summary>
    private const int KillsAtOnce = 2;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(150);

    private static readonly string[] s_points =
    [
        "hosted-started-not-told: KillAfter cano.batch 1",
        "hosted-quota-less-1: KillAfter results 4",
        "hosted-admitted-and-decided-not-written: KillBefore results 5",
        "hosted-reply-lost: LostReply results 4",
        "hosted-timed-out: TimesOut results 5",
        "hosted-refused: Refused results 4",
        "quota-less-1: KillAfter results 4",
        "admitted-not-committed: KillBefore results 5",
        "decided-not-durable: KillBefore cano.batch 2",
        "durable-not-told: KillAfter cano.batch 2",
        "checkpoint-written: KillAfter cano.checkpoint 3",
        "segment-reply-lost: LostReply cano.segment 2",
        "segment-timed-out: TimesOut cano.segment 2",
        "segment-refused: Refused cano.segment 2",
        "batch-reply-lost: LostReply cano.batch 2",
        "batch-timed-out: TimesOut cano.batch 2",
        "batch-refused: Refused cano.batch 2",
        "checkpoint-reply-lost: LostReply cano.checkpoint 3",
        "checkpoint-timed-out: TimesOut cano.checkpoint 3",
        "checkpoint-refused: Refused cano.checkpoint 3",
    ];

    private readonly string _struck = Directory.CreateTempSubdirectory("cano-faults-").FullName;

    public void Dispose() => Directory.Delete(_struck, recursive: true);

    [Fact]
    public async Task EachBatch_MeetsItsFault_AndIsExactAllTheSame()
    {
        await using ChaosCluster cluster = await ChaosCluster.StartAsync(
            postgres,
            silos: 3,
            ["Cano:CheckpointInterval=00:00:00"],
            [(FaultPoint.Variable, string.Join(';', s_points)), (FaultPoint.FolderVariable, _struck)]);
        await using Replacement replacement = Replacement.Of(cluster, silos: 3);
        List<Witness> witnesses = [];
        foreach (string[] points in (string[][])[[.. s_points.Where(point => !Kills(point))], .. s_points.Where(Kills).Chunk(KillsAtOnce)])
        {
            await cluster.ReadyAsync();
            witnesses.AddRange(await Task.WhenAll(points.Select(point => Witness.StartAsync(cluster.Client.Cano, Batches.Of(
                BatchOf(point), new ConcurrentTimeout.WaitForQuota(5), IsHosted(point) ? 12 : 200, steps: 3, delayMs: 30, concurrency: 2, failEvery: 4)))));
            await ChaosCluster.UntilAsync("the faults to strike", TimeSpan.FromSeconds(60), () => points.All(point => File.Exists(FaultPoint.MarkerOf(_struck, BatchOf(point)))));
        }

        foreach (Witness witness in witnesses)
        {
            Check(witness, await witness.EndAsync(s_patience));
        }

        output.WriteLine($"{replacement.Replaced} silos died and were replaced.");
        Assert.Equal(s_points.Count(Kills), replacement.Replaced);
    }

    private static string BatchOf(string point) => point[..point.IndexOf(':', StringComparison.Ordinal)];

    /// <summary>A batch of 12 keeps its only partition in its own row, one of 200 is too large for that.</summary>
    private static bool IsHosted(string point) => point.StartsWith("hosted", StringComparison.Ordinal);

    private static bool Kills(string point) => point.Contains("Kill", StringComparison.Ordinal);

    private static void Check(Witness witness, ConcurrentWorkflowResults<TrailState> results)
    {
        Assert.Equal((witness.Id, 5, StopReason.QuotaReached), (results.BatchId, results.Completed, results.StopReason));
        Assert.All(results.FailedResults(), result => Assert.Equal("The test lets this step fail.", result.Error!.Message));
        Assert.All(results.SuccessfulResults(), result => Assert.Equal(3, result.GetOutput<int>()));
    }
}
