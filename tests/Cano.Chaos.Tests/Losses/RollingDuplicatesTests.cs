using System.Diagnostics;
using System.Globalization;
using Cano.Chaos.Clusters;
using Cano.Chaos.Witnesses;
using Cano.CrashHost;
using Cano.TestDatabase;

namespace Cano.Chaos.Losses;

/// <summary>
/// Which steps are taken twice when silos are replaced one after the other, and why: steps of 3 s, so that a second run meets the first.
/// Takes a minute a round, so it
/// only runs where the environment gives a number of rounds, each of which replaces all three silos: <c>CANO_ROLLING_ROUNDS</c>. With
/// <c>CANO_ROLLING_DIRECTORY=local</c>
/// the silos have Orleans' default directory, and the test fails.
/// </summary>
public sealed class RollingDuplicatesTests(SharedPostgres postgres, ITestOutputHelper output)
{
    private const int Batches = 8;
    private const int PerBatch = 40;

    private static int Rounds => Environment.GetEnvironmentVariable("CANO_ROLLING_ROUNDS") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : 0;

    private static string Directory => Environment.GetEnvironmentVariable("CANO_ROLLING_DIRECTORY") is { Length: > 0 } text ? text : "distributed";

    [Fact]
    public async Task AllSilos_AreReplacedAgainAndAgain_NoStepIsTakenTwice()
    {
        Assert.SkipWhen(Rounds == 0, "CANO_ROLLING_ROUNDS is not set.");
        await using ChaosCluster cluster = await ChaosCluster.StartAsync(
            postgres, silos: 3, ["Cano:CheckpointInterval=01:00:00", $"Cano:Clustering:Directory={Directory}"], [("CANO_TEST_ACTIVATIONS", "1"), ("CANO_TEST_TRAIL_ENDS", "1")]);
        RollingDuplicates duplicates = new();
        cluster.Heard = duplicates.Hear;
        foreach (ChaosSilo silo in cluster.Silos)
        {
            duplicates.Works(silo);
        }

        Witness[] witnesses = await Task.WhenAll(Enumerable.Range(0, Batches).Select(number => Witness.StartAsync(cluster.Client.Cano, Losses.Batches.Of(
            $"roll-{number}", new ConcurrentTimeout.WaitForever(), PerBatch, steps: 10_000, delayMs: 3_000, untilFile: cluster.EndFile))));
        foreach (Witness witness in witnesses)
        {
            await witness.UntilAsync("all run", TimeSpan.FromSeconds(60), status => status.Running == PerBatch);
        }

        for (int round = 0; round < Rounds; round++)
        {
            foreach (ChaosSilo old in cluster.Silos)
            {
                duplicates.Works(await cluster.StartSiloAsync());
                duplicates.IsToldToStop(old);
                await old.TerminateAsync();
                duplicates.HasEnded(old);
                long ended = Stopwatch.GetTimestamp();
                await cluster.StepAfterAsync("roll-0", ended, TimeSpan.FromSeconds(60));
            }
        }

        int sentAway = duplicates.SentAway(Stopwatch.GetTimestamp());
        cluster.End();
        foreach (Witness witness in witnesses)
        {
            await witness.EndAsync(TimeSpan.FromSeconds(120));
        }

        RollingDuplicates.Duplicate[] found = [.. duplicates.Find(key => $"batch/{key.Split('/')[0]}")];
        output.WriteLine(
            $"{cluster.Steps.Count()} steps in {Rounds * 3} replacements; instances began anew {found.Length} times, {found.Count(one => one.How == "beside each other")} of them beside the first run; {found.Sum(one => one.Lost)} steps were taken again. {sentAway} activations had to go on silos that were not asked to stop.");
        foreach (IGrouping<string, RollingDuplicates.Duplicate> kind in found.GroupBy(one => one.Class).OrderByDescending(kind => kind.Count()))
        {
            output.WriteLine($"{kind.Count(),4}  {kind.Key}; steps lost {kind.Sum(one => one.Lost)}");
            foreach (RollingDuplicates.Duplicate one in kind.Take(2))
            {
                output.WriteLine($"      {one.First.Key} step {one.First.Detail}: on {one.First.Silo.Address}, {Stopwatch.GetElapsedTime(one.First.At, one.Second.At).TotalSeconds:0.00} s later on {one.Second.Silo.Address}; {one.Leaving?.Address} was leaving");
                foreach (RollingDuplicates.Told told in one.Story)
                {
                    output.WriteLine($"        {Stopwatch.GetElapsedTime(one.First.At, told.At).TotalSeconds,7:0.000} {told.Silo.Address} {told.What} {told.Key} {told.Detail}");
                }
            }
        }

        Assert.Empty(found);
        Assert.Equal(0, sentAway);
    }
}
