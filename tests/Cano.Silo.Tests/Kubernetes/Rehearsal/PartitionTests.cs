using System.Diagnostics;

namespace Cano.Tests.Kubernetes.Rehearsal;

/// <summary>Silos that can't reach each other, though all reach the database.</summary>
[Collection(nameof(Rehearsals))]
public sealed class PartitionTests
{
    private static readonly TimeSpan s_broken = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Partition_OfTwoSilosForAMinute_OneGoesAndTheOthersGoOnWithExactCounts()
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
        await load.EndAsync();

        Report.Write(cluster, load);
        await Load.FinishedInTheCatalogAsync(cluster, load.Finished);
        Assert.All(pods, pod => Assert.True(pod.IsReady, pod.Name));
        // Requests that the loser had under way end with its process; no other may fail.
        Assert.All(load.Errors, error => Assert.Contains($" at {loser.Name} ", error, StringComparison.Ordinal));
        Assert.All(pods.Where(pod => pod != loser), pod => Assert.Empty(pod.Ends));
    }
    /// <summary>The one that goes is the one that is alone, though the others are younger.</summary>
    [Fact]
    public async Task Partition_OfOneSiloFromAllOthers_ThatOneGoesAndTheOthersGoOnWithExactCounts()
    {
        await using RehearsedCluster cluster = await RehearsedCluster.CreateAsync();
        Pod alone = Assert.Single(await cluster.AddAllAsync(1));
        Pod[] others = await cluster.AddAllAsync(2);
        using Load load = new(cluster, new("short", 300, 10, 20), new("long", 300, 10, 250), new("wide", 2_500, 4, 200));
        load.Start();
        await load.GoesOnAsync(Patience.ForBatches);

        long cutAt = Stopwatch.GetTimestamp();
        Report.Line($"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} cut");
        await Task.WhenAll(others.Select(other => PodNetwork.CutAsync(alone.At, other.At)));
        await load.GoesOnAsync(s_broken);
        Report.Line($"Every client has begun and ended a batch {Stopwatch.GetElapsedTime(cutAt).TotalSeconds:N1} s after the cut.");
        Assert.NotEmpty(alone.Ends);
        await Task.WhenAll(others.Select(other => PodNetwork.HealAsync(alone.At, other.At)));
        await alone.ReadyAsync();
        await load.EndAsync();

        Report.Write(cluster, load);
        await Load.FinishedInTheCatalogAsync(cluster, load.Finished);
        Assert.All(load.Errors, error => Assert.Contains($" at {alone.Name} ", error, StringComparison.Ordinal));
        Assert.All(others, pod => Assert.Empty(pod.Ends));
    }
}
