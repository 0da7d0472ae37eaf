using Orleans.Runtime;

namespace Cano.Batches;

/// <summary>What came of a batch in numbers, from the partitions of several silos.</summary>
public sealed class StatisticsTests(CanoCluster cluster) : IClassFixture<CanoCluster>
{
    private const int All = 2_500;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Statistics_WithCancelledOnes_AddUpExactlyAlsoFromNewActivations()
    {
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitForever());
        batch.AddInstances(Enumerable.Range(0, All).Select(number => Steps.Instance($"i{number}", number % 10 == 1 ? "throw" : "complete", gate: number % 100 == 0 ? "never" : null, number)));
        ConcurrentWorkflowRun<StepState> run = await batch.StartAsync(cluster.Client, cancellationToken: Token);
        await CanoCluster.UntilAsync(run, "all but those at the gate", status => status.Completed + status.Failed == All - 25);

        BatchStatistics running = await AddUpAsync(run.Id);
        await run.CancelAsync(Token);
        await run.WaitAsync(Token);
        BatchStatistics finished = await AddUpAsync(run.Id);
        await cluster.Client.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);
        BatchStatistics again = await AddUpAsync(run.Id);

        Assert.Equal((All, 2_225, 250, 0), Counts(running));
        Assert.Equal(25, running.Sample.Count(one => one.Outcome is null));
        Assert.Equal((All, 2_225, 250, 25), Counts(finished));
        Assert.Equal((All, 2_225, 250, 25), Counts(again));
        Assert.Equal((2_225, 250, 25), (finished.Ends.Completed.Sum(), finished.Ends.Failed.Sum(), finished.Ends.Cancelled.Sum()));
        ErrorGroup error = Assert.Single(finished.Errors);
        Assert.Equal(("simulated failure of #", 250, "i1,i11,i21,i31,i41"), (error.Pattern, error.Count, string.Join(',', error.InstanceIds)));
        Assert.Equal(Enumerable.Range(0, All), finished.Sample.Select(one => one.Ordinal));
        Assert.Equal(finished.Sample, again.Sample);
        Assert.Equal(finished.Slowest, again.Slowest);
        Assert.Equal(
            finished.Variants.Single().CompletedDurations.Microseconds.Zip(finished.Variants.Single().CompletedDurations.Counts),
            again.Variants.Single().CompletedDurations.Microseconds.Zip(again.Variants.Single().CompletedDurations.Counts));
    }

    private static (int Total, int Completed, int Failed, int Cancelled) Counts(BatchStatistics statistics) =>
        statistics.Variants.Single() is var one ? (one.Total, one.Completed, one.Failed, one.Cancelled) : default;

    private async Task<BatchStatistics> AddUpAsync(string id)
    {
        BatchRun run = new BatchClient(cluster.Client).Open(id);
        StatisticsBuilder sum = new();
        await foreach (BatchStatistics part in run.ReadStatisticsAsync(await run.GetViewAsync(Token), 1, Token))
        {
            sum.Add(part);
        }

        return sum.Build();
    }
}
