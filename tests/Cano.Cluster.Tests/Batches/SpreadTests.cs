namespace Cano.Batches;

/// <summary>How the partitions of one batch lie on three silos.</summary>
public sealed class SpreadTests(CanoCluster cluster) : IClassFixture<CanoCluster>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Batch_OfSixPartitions_HasTwoOnEachSilo()
    {
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitForever());
        batch.AddInstances(Enumerable.Range(0, 6_000).Select(number => Steps.Instance($"i{number}")));
        ConcurrentWorkflowResults<StepState> results = await batch.OrchestrateAsync(cluster.Client, cancellationToken: Token);

        DetailedGrainStatistic[] activations = await cluster.Client.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics();
        IEnumerable<int> counts = activations
            .Where(one => one.GrainId.Key.ToString()!.StartsWith($"{results.BatchId}/", StringComparison.Ordinal) && one.GrainType.Contains("Partition", StringComparison.Ordinal))
            .GroupBy(one => one.SiloAddress, (_, partitions) => partitions.Count());

        Assert.Equal(6_000, results.Completed);
        Assert.Equal([2, 2, 2], counts);
    }
}
