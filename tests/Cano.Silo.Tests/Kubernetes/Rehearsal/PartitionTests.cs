using System.Diagnostics;
using System.Globalization;
using Orleans.Runtime;

namespace Cano.Tests.Kubernetes.Rehearsal;

/// <summary>
/// Silos that can't reach each other, though all reach the database. <c>CANO_REHEARSAL_CUT</c> is for how many seconds they don't at least
/// (90 for the long run); left out: until the one that went has come back, is kept out, and every client has seen another batch to its end.
/// </summary>
[Collection(nameof(Rehearsals))]
public sealed class PartitionTests(SharedCluster shared)
{
    /// <summary>Within which every client must see a batch to its end that was begun after a cut.</summary>
    private static readonly TimeSpan s_goesOnWithin = TimeSpan.FromSeconds(60);

    private const int Joining = (int)SiloStatus.Joining;
    private const int Active = (int)SiloStatus.Active;

    private static TimeSpan Cut => TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable("CANO_REHEARSAL_CUT"), CultureInfo.InvariantCulture, out int seconds) ? seconds : 0);

    [Fact]
    public async Task Partition_OfTwoSilosThenOfOneFromAllOthers_OneGoesAndTheOthersGoOnWithExactCounts()
    {
        RehearsedCluster cluster = await shared.GetAsync();
        Pod[] pods = await cluster.ReadyPodsAsync();
        using Load load = new(
            cluster,
            new("cut-short", 300, 10, 20),
            new("cut-other", 300, 10, 20),
            new("cut-long", 300, 10, 250),
            new("cut-wide", 2_500, 4, 200));
        load.Start();
        await load.GoesOnAsync(Patience.ForBatches);

        long cutAt = Stopwatch.GetTimestamp();
        Report.Line($"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} cut");
        await PodNetwork.CutAsync(pods[0].At, pods[1].At);
        await load.GoesOnAsync(s_goesOnWithin);
        Report.Line($"Every client has begun and ended a batch {Stopwatch.GetElapsedTime(cutAt).TotalSeconds:N1} s after the cut.");
        Pod loser = Assert.Single(pods, pod => !pod.Ends.IsEmpty);
        Assert.NotSame(pods[2], loser);
        Assert.Contains(loser.Log, line => line.Contains("this one goes", StringComparison.Ordinal));

        // Its container is started again, and the silo asks to be let in while the network is still broken.
        await Patience.UntilAsync(
            Patience.ForStarts, () => $"{loser.Name} does not come back.", async () => await CountAsync(cluster, Joining) == "1");
        await load.GoesOnAsync(s_goesOnWithin);
        await Patience.PassAsync(Cut - Stopwatch.GetElapsedTime(cutAt), TestContext.Current.CancellationToken);
        Assert.Equal("2", await CountAsync(cluster, Active));
        await PodNetwork.HealAsync(pods[0].At, pods[1].At);
        Report.Line($"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} healed");
        await loser.ReadyAsync();
        await load.GoesOnAsync(Patience.ForBatches);

        // The one that is alone goes, though one of those that it misses is younger.
        Pod alone = pods[2];
        Pod[] others = pods[..2];
        cutAt = Stopwatch.GetTimestamp();
        await Task.WhenAll(others.Select(other => PodNetwork.CutAsync(alone.At, other.At)));
        await load.GoesOnAsync(s_goesOnWithin);
        Report.Line($"Every client has begun and ended a batch {Stopwatch.GetElapsedTime(cutAt).TotalSeconds:N1} s after one was cut off from all others.");
        Assert.NotEmpty(alone.Ends);
        await Task.WhenAll(others.Select(other => PodNetwork.HealAsync(alone.At, other.At)));
        await alone.ReadyAsync();
        await load.EndAsync();

        Report.Write(cluster, load);
        await Load.FinishedInTheCatalogAsync(cluster, "cut-", load.Finished);
        Assert.All(pods, pod => Assert.True(pod.IsReady, pod.Name));
        // Requests that those who went had under way end with their processes; no other may fail.
        Assert.All(load.Errors, error => Assert.Matches($" at ({loser.Name}|{alone.Name}) ", error));
        Assert.Empty(others.Single(pod => pod != loser).Ends);
    }

    /// <summary>How many silos have a status in the membership table.</summary>
    private static Task<string> CountAsync(RehearsedCluster cluster, int status) =>
        cluster.AskAsync($"SELECT count(*) FROM OrleansMembershipTable WHERE Status = {status}");
}
