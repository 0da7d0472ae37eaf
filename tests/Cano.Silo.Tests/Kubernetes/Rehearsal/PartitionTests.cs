using System.Diagnostics;

namespace Cano.Tests.Kubernetes.Rehearsal;

/// <summary>
/// Two of three silos can't reach each other for a minute, while both reach the third and the database. Neither is declared dead: every third probe goes by way of the third silo (Orleans'
/// indirect probes), succeeds, and wipes out the two that failed. So what needs both stands still until the network is whole, and the connections that stood still are taken up again by TCP up to
/// as long after that as they stood. What holds is that nothing is lost and nothing is counted twice.
/// </summary>
[Collection(nameof(Rehearsals))]
public sealed class PartitionTests
{
    private static readonly TimeSpan s_broken = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Partition_OfTwoSilosForAMinute_LosesNothingAndCountsNothingTwice()
    {
        await using RehearsedCluster cluster = await RehearsedCluster.CreateAsync();
        Pod[] pods = await cluster.AddAllAsync();
        using Load load = new(cluster, new("short", 300, 10, 20), new("other", 300, 10, 20), new("long", 300, 10, 250), new("wide", 2_500, 4, 200));
        load.Start();
        await load.GoesOnAsync(Patience.ForBatches);

        DateTimeOffset cut = TimeProvider.System.GetUtcNow();
        long cutAt = Stopwatch.GetTimestamp();
        await PodNetwork.CutAsync(pods[0].At, pods[1].At);
        Task onceMore = GoesOnAsync();
        await Patience.PassAsync(s_broken, TestContext.Current.CancellationToken);
        Report.Line($"Members by the table: {await cluster.AskAsync("SELECT string_agg(SiloName || ' ' || Status || coalesce(' suspected by ' || SuspectTimes, ''), ', ') FROM OrleansMembershipTable")}");
        DateTimeOffset healed = TimeProvider.System.GetUtcNow();
        await PodNetwork.HealAsync(pods[0].At, pods[1].At);
        await onceMore;
        await Task.WhenAll(pods.Select(pod => pod.ReadyAsync()));
        await load.GoesOnAsync(Patience.ForBatches);
        await load.EndAsync();

        Report.Write(cluster, load, $"cut {cut:HH:mm:ss.fff}, healed {healed:HH:mm:ss.fff}", $"batches begun between: {load.Finished.Count(batch => batch.StartedAt > cut && batch.StartedAt < healed)}");
        await Load.FinishedInTheCatalogAsync(cluster, load.Finished);

        async Task GoesOnAsync()
        {
            await load.GoesOnAsync(Patience.ForBatches);
            Report.Line($"Every client has begun and ended a batch {Stopwatch.GetElapsedTime(cutAt).TotalSeconds:N1} s after the cut.");
        }
    }
}
