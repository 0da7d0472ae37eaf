namespace Cano.Tests.Kubernetes.Rehearsal;

/// <summary>A rolling update under load.</summary>
[Collection(nameof(Rehearsals))]
public sealed class RollingUpdateTests
{
    [Fact]
    public async Task RollingUpdate_UnderLoad_LosesNothingAndIsNoticedByNoClient()
    {
        await using RehearsedCluster cluster = await RehearsedCluster.CreateAsync();
        Pod[] old = await cluster.AddAllAsync();
        using Load load = new(cluster, new("short", 300, 10, 20), new("long", 300, 10, 250), new("wide", 2_500, 4, 200), new("lines", 1_200, 6, 150, ByLines: true));
        load.Start();
        await using GatewayLoad typed = await GatewayLoad.StartAsync(cluster, new("typed", 300, 10, 100));
        await load.GoesOnAsync(Patience.ForBatches);

        PodEnd[] ends = await cluster.ReplaceAsync(old);
        await load.GoesOnAsync(Patience.ForBatches);
        await Task.WhenAll(load.EndAsync(), typed.EndAsync());

        Report.Write(cluster, load, [.. ends.Select(end => $"{end}")]);
        Assert.All(ends, end => Assert.True(end is { ExitCode: 0, Killed: false }, $"{end}"));
        Assert.Empty(cluster.Pods.SelectMany(pod => pod.Ends));
        Assert.Empty(load.Errors);
        Assert.NotEmpty(typed.Finished);
        await Load.FinishedInTheCatalogAsync(cluster, load.Finished.Concat(typed.Finished));
    }
}
