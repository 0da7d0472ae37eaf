namespace Cano.Tests.Kubernetes.Rehearsal;

/// <summary>A roll-out that brings a new workflow.</summary>
[Collection(nameof(Rehearsals))]
public sealed class NewWorkflowTests(SharedCluster shared)
{
    [Fact]
    public async Task NewWorkflow_StartedWhileOldAndNewSilosRun_CompletesWhicheverIsAsked()
    {
        RehearsedCluster cluster = await shared.GetAsync();
        Pod[] old = await cluster.ReadyPodsAsync();
        string[] earlierEnds = cluster.Ends;
        using Load load = new(cluster, new("new-short", 300, 10, 20), new("new-long", 300, 10, 250));
        load.Start();
        await load.GoesOnAsync(Patience.ForBatches);

        Pod first = await cluster.AddAsync(RehearsedCluster.NewProgram);
        await first.ReadyAsync();
        using Load fresh = new(cluster, new("new-narrow", 100, 5, 20, RehearsedCluster.NewWorkflow), new("new-wide", 1_200, 3, 100, RehearsedCluster.NewWorkflow));
        fresh.Start();
        await fresh.GoesOnAsync(Patience.ForBatches);
        FinishedBatch[] asked = await Task.WhenAll(old.Append(first).Select(pod => AskAsync(cluster, pod)));
        int beside = fresh.Finished.Count;
        Task<PodEnd> firstEnd = old[0].DeleteAsync();
        PodEnd[] ends = [.. await cluster.ReplaceAsync(old[1..], RehearsedCluster.NewProgram), await firstEnd];
        await fresh.GoesOnAsync(Patience.ForBatches);
        await Task.WhenAll(load.EndAsync(), fresh.EndAsync());

        Report.Write(cluster, load, [.. ends.Select(end => $"{end}")]);
        Report.Write(cluster, fresh, $"{beside} while all old ones were there");
        Assert.All(ends, end => Assert.True(end is { ExitCode: 0, Killed: false }, $"{end}"));
        Assert.Equal(earlierEnds, cluster.Ends);
        Assert.Empty(load.Errors.Concat(fresh.Errors));
        await Load.FinishedInTheCatalogAsync(cluster, "new-", [.. load.Finished, .. fresh.Finished, .. asked]);
    }

    /// <summary>Starts a batch of the new workflow at one pod, and follows it there.</summary>
    private static async Task<FinishedBatch> AskAsync(RehearsedCluster cluster, Pod pod)
    {
        using ServiceClient client = new(cluster, pod);
        FinishedBatch batch = await Load.RunAsync(client, new($"new-at-{pod.Name}", 100, 3, 20, RehearsedCluster.NewWorkflow), $"new-at-{pod.Name}");
        Assert.Empty(client.Errors);
        return batch;
    }
}
