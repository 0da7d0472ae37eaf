namespace Cano.Retention;

/// <summary>A client dies between its first word and the start: nothing runs, and nothing of it stays.</summary>
public sealed class BrokenStartTests(DurableCluster cluster) : IClassFixture<DurableCluster>
{
    private static readonly TimeSpan s_longEnough = TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PreparedPartitions_NeverStarted_AreRemovedAfterAnHour()
    {
        (IBatchGrain batch, BatchHeader header) = await PrepareAsync("broken", 'a', partitions: 3, sent: 2);
        Assert.Equal(2, cluster.RowsOf("broken").Length);
        cluster.Clock.Advance(s_longEnough);

        await PurgeTests.UntilAsync("what was prepared is removed", () => cluster.RowsOf("broken").Length == 0);

        await GoneFromCatalogAsync("broken");
        await Assert.ThrowsAsync<BatchNotFoundException>(batch.GetStatusAsync);
        CanoConfigurationException late = await Assert.ThrowsAsync<CanoConfigurationException>(() => batch.StartAsync(header, only: null));
        Assert.Equal(ErrorCodes.NotPrepared, late.Code);
        Assert.StartsWith("The batch 'broken' was not started: of partition 1 of 3, 0 instances are stored and 1 belong to it.", late.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PreparedPartitions_StartedWithinTheHour_AreTheBatch()
    {
        (IBatchGrain batch, BatchHeader header) = await PrepareAsync("slow", 'a', partitions: 3, sent: 3);
        cluster.Clock.Advance(TimeSpan.FromMinutes(59));
        await batch.StartAsync(header, only: null);
        cluster.Clock.Advance(s_longEnough);

        Assert.Equal(3, (await ConcurrentWorkflowRun.Attach<StepState>(cluster.Client, "slow").WaitAsync(Token)).Completed);
        await GoneFromCatalogAsync("slow");
    }

    [Fact]
    public async Task LongBatch_RunsForDays_IsNeverTakenForAStartThatWasBrokenOff()
    {
        (IBatchGrain batch, BatchHeader header) = await PrepareAsync("long", 'a', partitions: 2, sent: 2, gate: "long");
        await batch.StartAsync(header, only: null);
        await cluster.Gates["long"].ArrivedAsync(2);
        cluster.Clock.Advance(TimeSpan.FromDays(40));

        Assert.False(await batch.CleanUpAsync(header.Digest, 2));
        Assert.False(await batch.ExpireAsync());
        cluster.Gates["long"].Open();

        Assert.Equal(2, (await ConcurrentWorkflowRun.Attach<StepState>(cluster.Client, "long").WaitAsync(Token)).Completed);
    }

    [Fact]
    public async Task Start_WhoseParamsDoNotFit_LeavesNothing_AndTheMendedOneRuns()
    {
        WorkflowKey<StepState, Misspelt> misspelt = new(Steps.Key.Name);
        IEnumerable<ConcurrentWorkflowInstance<StepState>> good = Enumerable.Range(0, 2_500).Select(number => Steps.Instance($"i{number}"));
        ConcurrentWorkflowBuilder<StepState> Builder() => new ConcurrentWorkflowBuilder<StepState>(new ConcurrentTimeout.WaitForever()).WithId("misfit").AddInstances(good);

        CanoConfigurationException refused = await Assert.ThrowsAsync<CanoConfigurationException>(
            () => Builder().AddInstance(new ConcurrentWorkflowInstance<StepState, Misspelt>("last", misspelt, new(1))).Build().StartAsync(cluster.Client, cancellationToken: Token));

        Assert.Equal((ErrorCodes.InvalidParams, "$.instances[2500].params.numbr"), (refused.Code, refused.Path));
        Assert.Equal([new("$.instances[2500].params.numbr", "unknown member; there are act, gate, number")], refused.Faults);
        await PurgeTests.UntilAsync("what was prepared is removed", () => cluster.RowsOf("misfit").Length == 0);
        await GoneFromCatalogAsync("misfit");
        ConcurrentWorkflowRun<StepState> mended = await Builder().Build().StartAsync(cluster.Client, cancellationToken: Token);
        Assert.Equal(2_500, (await mended.WaitAsync(Token)).Completed);
    }

    private sealed record Misspelt(int Numbr);

    /// <summary>It ran for ever, asking partitions that did not exist, and logged the loss of data again and again.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task StartAsync_NothingWasPrepared_IsRefused(int partitions)
    {
        string id = $"unprepared-{partitions}";
        BatchHeader header = Header('a', partitions);

        CanoConfigurationException exception = await Assert.ThrowsAsync<CanoConfigurationException>(
            () => cluster.Client.GetGrain<IBatchGrain>(id).StartAsync(header, only: null));

        Assert.Equal(ErrorCodes.NotPrepared, exception.Code);
        Assert.Empty(cluster.RowsOf(id));
    }

    /// <summary>The entry of the first start stood in the way of the second one's.</summary>
    [Fact]
    public async Task StartAsync_OfOtherContent_AfterAStartThatWasBrokenOff_RunsAndTheRemainsAreRemoved()
    {
        await PrepareAsync("other", 'a', partitions: 3, sent: 3);
        (IBatchGrain batch, BatchHeader header) = await PrepareAsync("other", 'b', partitions: 2, sent: 2);
        await batch.StartAsync(header, only: null);
        Assert.Equal(2, (await ConcurrentWorkflowRun.Attach<StepState>(cluster.Client, "other").WaitAsync(Token)).Completed);
        cluster.Clock.Advance(s_longEnough);

        await PurgeTests.UntilAsync("what the first start had prepared is removed", () => !cluster.RowsOf("other").Any(row => row.Contains("/aaaaaaaaaaaaaaaa/", StringComparison.Ordinal)));

        await GoneFromCatalogAsync("other");
        Assert.Equal(2, (await ConcurrentWorkflowRun.Attach<StepState>(cluster.Client, "other").WaitAsync(Token)).Results.Count);
    }

    /// <summary>A cleaning up that was itself broken off: its row is all that is left, and it must not keep the id.</summary>
    [Fact]
    public async Task StartAsync_WhileTheRemainsAreRemoved_WaitsForThatAndStarts()
    {
        (IBatchGrain batch, BatchHeader header) = await PrepareAsync("busy", 'a', partitions: 20, sent: 20);

        Task<bool> cleaning = batch.CleanUpAsync(header.Digest, 20);
        ConcurrentWorkflowResults<StepState> results = await new ConcurrentWorkflowBuilder<StepState>(new ConcurrentTimeout.WaitForever())
            .AddInstance(Steps.Instance("a"))
            .WithId("busy")
            .Build()
            .OrchestrateAsync(cluster.Client, cancellationToken: Token);

        Assert.True(await cleaning);
        Assert.Equal(1, results.Completed);
        Assert.DoesNotContain(cluster.RowsOf("busy"), row => row.Contains("/aaaaaaaaaaaaaaaa/", StringComparison.Ordinal));
    }

    private async Task GoneFromCatalogAsync(string id)
    {
        CatalogIndex catalog = new(cluster.Client);
        using PeriodicTimer pause = new(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        long started = TimeProvider.System.GetTimestamp();
        while ((await catalog.GetUnfinishedAsync(Token)).FirstOrDefault(one => one.Status.Id == id) is { } entry)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(60), $"After 60 s the catalog still has {entry}.");
            await pause.WaitForNextTickAsync(Token);
        }
    }

    /// <summary>What a client does before it dies: asks, and sends some of the partitions, of one instance each.</summary>
    private async Task<(IBatchGrain Batch, BatchHeader Header)> PrepareAsync(string id, char digest, int partitions, int sent, string? gate = null)
    {
        IBatchGrain batch = cluster.Client.GetGrain<IBatchGrain>(id);
        BatchHeader header = Header(digest, partitions);
        Assert.Null(await batch.PrepareAsync(header));
        for (int index = 0; index < sent; index++)
        {
            string json = gate is null ? "{}" : $$"""{ "gate": "{{gate}}" }""";
            await cluster.Client.GetGrain<IPartitionGrain>(PartitionSpec.Key(id, header.Digest, index)).PrepareAsync(new PartitionSpec
            {
                BatchId = id,
                FirstOrdinal = index,
                Instances = [new InstanceSpec($"i{index}", Steps.Key.Name, System.Text.Encoding.UTF8.GetBytes(json), null)],
            });
        }

        return (batch, header);
    }

    private static BatchHeader Header(char digest, int partitions) => new()
    {
        Timeout = new ConcurrentTimeout.WaitForever(),
        Total = partitions,
        PartitionSizes = [.. Enumerable.Repeat(1, partitions)],
        Digest = new string(digest, 64),
        Workflows = [Steps.Key.Name],
    };
}
