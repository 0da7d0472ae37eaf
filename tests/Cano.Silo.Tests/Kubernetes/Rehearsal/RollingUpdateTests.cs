namespace Cano.Tests.Kubernetes.Rehearsal;

/// <summary>A rolling update under load.</summary>
[Collection(nameof(Rehearsals))]
public sealed class RollingUpdateTests(SharedCluster shared)
{
    [Fact]
    public async Task RollingUpdate_UnderLoad_LosesNothingAndIsNoticedByNoClient()
    {
        RehearsedCluster cluster = await shared.GetAsync();
        Pod[] old = await cluster.ReadyPodsAsync();
        string[] earlierEnds = cluster.Ends;
        using Load load = new(
            cluster,
            new("rolling-short", 300, 10, 20),
            new("rolling-long", 300, 10, 250),
            new("rolling-wide", 2_500, 4, 200),
            new("rolling-lines", 1_200, 6, 150, ByLines: true));
        load.Start();
        await using GatewayLoad typed = await GatewayLoad.StartAsync(cluster, new("rolling-typed", 300, 10, 100));
        await load.GoesOnAsync(Patience.ForBatches);

        PodEnd[] ends = await cluster.ReplaceAsync(old);
        await load.GoesOnAsync(Patience.ForBatches);
        await Task.WhenAll(load.EndAsync(), typed.EndAsync());

        Report.Write(cluster, load, [.. ends.Select(end => $"{end}")]);
        Assert.All(ends, end => Assert.True(end is { ExitCode: 0, Killed: false }, $"{end}"));
        Assert.Equal(earlierEnds, cluster.Ends);
        Assert.Empty(load.Errors);
        Assert.NotEmpty(typed.Finished);
        await Load.FinishedInTheCatalogAsync(cluster, "rolling-", load.Finished.Concat(typed.Finished));
    }
}
