namespace Cano.Telemetry;

/// <summary>What three silos count together is what came of their batches, exactly.</summary>
public sealed class MetricsTests(TelemetryCluster cluster) : IClassFixture<TelemetryCluster>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metrics_OfABatchOfMixedOutcomes_AreItsCounts()
    {
        using Measurements measured = new(cluster.Meters);
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitForever());
        batch.AddInstances(Enumerable.Range(0, 3).Select(number => Steps.Instance($"good{number}")));
        batch.AddInstances(Enumerable.Range(0, 2).Select(number => Steps.Instance($"bad{number}", "throw")));
        batch.AddInstances(Enumerable.Range(0, 4).Select(number => Steps.Instance($"late{number}", gate: "metrics.late")));
        batch.AddInstance(TelemetryCluster.AtTheThirdAttempt("again"));

        ConcurrentWorkflowRun<StepState> run = await batch.StartAsync(cluster.Client, cancellationToken: Token);
        await cluster.Gates["metrics.late"].ArrivedAsync(4);
        await CanoCluster.UntilAsync(run, "six outcomes", status => status.Completed + status.Failed == 6);
        Assert.Equal(4, measured.Now("cano.instance.running"));
        Assert.True(measured.Now("cano.batch.active") >= 1, "No silo says that it drives the batch.");
        await run.CancelAsync(Token);
        await run.WaitAsync(Token);

        Assert.Equal(["1"], measured.Sums("cano.batch.started"));
        Assert.Equal(["cano.stop_reason=cancelled 1"], measured.Sums("cano.batch.finished"));
        Assert.Equal(1, measured.CountOf("cano.batch.duration"));
        Assert.Equal(
            [
                "cano.workflow=test.steps cano.outcome=cancelled 4",
                "cano.workflow=test.steps cano.outcome=completed 3",
                "cano.workflow=test.steps cano.outcome=failed 2",
                "cano.workflow=test.third cano.outcome=completed 1",
            ],
            measured.Sums("cano.instance.finished"));
        Assert.Equal(6, measured.CountOf("cano.instance.duration"));
        Assert.Equal(["cano.workflow=test.third 2"], measured.Sums("cano.node.retries"));
        Assert.Equal(6, measured.SumOf("cano.partition.commit.results"));
        Assert.Equal(measured.CountOf("cano.partition.commit.results"), measured.CountOf("cano.partition.commit.duration"));
        Assert.Equal(0, measured.Now("cano.instance.running"));
    }

    [Fact]
    public async Task Metrics_OfABatchOnSeveralSilosWithAQuota_AddUpToEveryInstance()
    {
        using Measurements measured = new(cluster.Meters);
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitForQuota(1_700));
        batch.AddInstances(Enumerable.Range(0, 3_500).Select(number => Steps.Instance($"i{number}")));

        await batch.OrchestrateAsync(cluster.Client, cancellationToken: Token);

        Assert.Equal(["cano.stop_reason=quota_reached 1"], measured.Sums("cano.batch.finished"));
        Assert.Equal(
            ["cano.workflow=test.steps cano.outcome=cancelled 1800", "cano.workflow=test.steps cano.outcome=completed 1700"], measured.Sums("cano.instance.finished"));
    }

    [Fact]
    public async Task Metrics_TheirTags_HaveFewValuesAndNoIds()
    {
        using Measurements measured = new(cluster.Meters);
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitForever());
        batch.AddInstances([Steps.Instance("id-of-mine-1"), Steps.Instance("id-of-mine-2", "throw"), TelemetryCluster.AtTheThirdAttempt("id-of-mine-3")]);

        ConcurrentWorkflowResults<StepState> results = await batch.OrchestrateAsync(cluster.Client, cancellationToken: Token);
        measured.Now("cano.batch.active");

        Assert.NotEmpty(measured.All);
        Assert.All(measured.All, one =>
        {
            Assert.DoesNotContain("id-of-mine", one.Tags, StringComparison.Ordinal);
            Assert.DoesNotContain(results.BatchId, one.Tags, StringComparison.Ordinal);
            Assert.Matches("^((cano.stop_reason|cano.workflow|cano.outcome)=[a-z_.]+ ?)*$", one.Tags);
        });
    }
}
