using System.Diagnostics;

namespace Cano.Tests.Kubernetes.Rehearsal;

/// <summary>Silos that can't reach each other, though all reach the database.</summary>
[Collection(nameof(Rehearsals))]
public sealed class PartitionTests
{
    private static readonly TimeSpan s_broken = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Partition_OfTwoSilosThenOfOneFromAllOthers_OneGoesAndTheOthersGoOnWithExactCounts()
    {
        await using RehearsedCluster cluster = await RehearsedCluster.CreateAsync();
        Pod[] pods = await cluster.AddAllAsync();
        using Load load = new(cluster, new("short", 300, 10, 20), new("other", 300, 10, 20), new("long", 300, 10, 250), new("wide", 2_500, 4, 200));
        load.Start();
        await load.GoesOnAsync(Patience.ForBatches);

        long cutAt = Stopwatch.GetTimestamp();
        Report.Line($"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} cut");
        await PodNetwork.CutAsync(pods[0].At, pods[1].At);
        await load.GoesOnAsync(s_broken);
        Report.Line($"Every client has begun and ended a batch {Stopwatch.GetElapsedTime(cutAt).TotalSeconds:N1} s after the cut.");
        Pod loser = Assert.Single(pods, pod => !pod.Ends.IsEmpty);
        Assert.NotSame(pods[2], loser);
        Assert.Contains(loser.Log, line => line.Contains("this one goes", StringComparison.Ordinal));

        await Patience.PassAsync(s_broken - Stopwatch.GetElapsedTime(cutAt), TestContext.Current.CancellationToken);
        Assert.Equal("2", await cluster.AskAsync("SELECT count(*) FROM OrleansMembershipTable WHERE Status = 3"));
        await PodNetwork.HealAsync(pods[0].At, pods[1].At);
        Report.Line($"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} healed");
        await loser.ReadyAsync();
        await load.GoesOnAsync(Patience.ForBatches);

        // The one that is alone goes, though one of those that it misses is younger.
        Pod alone = pods[2];
        Pod[] others = pods[..2];
        cutAt = Stopwatch.GetTimestamp();
        await Task.WhenAll(others.Select(other => PodNetwork.CutAsync(alone.At, other.At)));
        await load.GoesOnAsync(s_broken);
        Report.Line($"Every client has begun and ended a batch {Stopwatch.GetElapsedTime(cutAt).TotalSeconds:N1} s after one was cut off from all others.");
        Assert.NotEmpty(alone.Ends);
        await Task.WhenAll(others.Select(other => PodNetwork.HealAsync(alone.At, other.At)));
        await alone.ReadyAsync();
        await load.EndAsync();

        Report.Write(cluster, load);
        await Load.FinishedInTheCatalogAsync(cluster, load.Finished);
        Assert.All(pods, pod => Assert.True(pod.IsReady, pod.Name));
        // Requests that those who went had under way end with their processes; no other may fail.
        Assert.All(load.Errors, error => Assert.Matches($" at ({loser.Name}|{alone.Name}) ", error));
        Assert.Empty(others.Single(pod => pod != loser).Ends);
    }
}
