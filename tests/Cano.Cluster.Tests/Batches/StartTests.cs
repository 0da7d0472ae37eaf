namespace Cano.Batches;

/// <summary>Starting: what is refused, before anything is stored, and what is the same batch.</summary>
public sealed class StartTests(CanoCluster cluster) : IClassFixture<CanoCluster>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task StartAsync_SameIdAndContent_IsTheSameBatch()
    {
        ConcurrentWorkflowResults<StepState> first = await Batch("same", "name", 1).OrchestrateAsync(cluster.Client, cancellationToken: Token);
        ConcurrentWorkflowResults<StepState> second = await Batch("same", "another name", 1).OrchestrateAsync(cluster.Client, cancellationToken: Token);

        Assert.Equal(first.Results.Select(result => (result.Id, result.FinishedAt)), second.Results.Select(result => (result.Id, result.FinishedAt)));
        Assert.Equal("name", (await ConcurrentWorkflowRun.Attach<StepState>(cluster.Client, "same").GetStatusAsync(Token)).Name);
    }

    /// <summary>An earlier version took numbers for the same that one double stands for: what it has begun, it would join, and is joined.</summary>
    [Fact]
    public async Task StartAsync_OtherDigits_JoinsOnlyWhatAnEarlierVersionBegan()
    {
        BatchSubmission Of(string id, string number) => new()
        {
            Id = id,
            Timeout = new ConcurrentTimeout.WaitForever(),
            Store = System.Text.Encoding.UTF8.GetBytes($$"""{"n":{{number}}}"""),
            Instances = [new("a", Steps.Key.Name, null, null)],
        };
        PreparedBatch began = PreparedBatch.From(Of("digits-earlier", "1.0"));
        BatchHeader earlier = began.Header with { Digest = began.Header.EarlierDigest!, DigestVersion = 0, EarlierDigest = null };
        BatchClient client = new(cluster.Client);
        await cluster.Client.GetGrain<IBatchGrain>("digits-earlier").StartAsync(earlier, began.Partition(0));
        await client.StartAsync(PreparedBatch.From(Of("digits-now", "1.0")), Token);

        Assert.True((await client.StartOrJoinAsync(PreparedBatch.From(Of("digits-earlier", "1.00")), Token)).Joined);
        await Assert.ThrowsAsync<BatchConflictException>(() => client.StartAsync(PreparedBatch.From(Of("digits-earlier", "1.5")), Token));
        Assert.True((await client.StartOrJoinAsync(PreparedBatch.From(Of("digits-now", "1.0")), Token)).Joined);
        await Assert.ThrowsAsync<BatchConflictException>(() => client.StartAsync(PreparedBatch.From(Of("digits-now", "1.00")), Token));
    }

    [Fact]
    public async Task StartAsync_SameIdOtherContent_IsAConflictAndChangesNothing()
    {
        await Batch("conflict", null, 1).OrchestrateAsync(cluster.Client, cancellationToken: Token);

        BatchConflictException exception =
            await Assert.ThrowsAsync<BatchConflictException>(() => Batch("conflict", null, 2).StartAsync(cluster.Client, cancellationToken: Token));

        Assert.Equal((ErrorCodes.BatchConflict, "conflict"), (exception.Code, exception.BatchId));
        ConcurrentWorkflowResults<StepState> kept = await ConcurrentWorkflowRun.Attach<StepState>(cluster.Client, "conflict").WaitAsync(Token);
        Assert.Equal(2, kept.Results[0].GetOutput<int>());
    }

    [Fact]
    public async Task StartAsync_SameIdFromManyAtOnce_OneContentWins()
    {
        Task<(bool Started, int Number)>[] starts = [.. Enumerable.Range(0, 12).Select(async i =>
        {
            int number = i % 3;
            try
            {
                await Batch("contended", null, number, instances: 2_500).StartAsync(cluster.Client, cancellationToken: Token);
                return (true, number);
            }
            catch (BatchConflictException)
            {
                return (false, number);
            }
        })];

        (bool Started, int Number)[] outcomes = await Task.WhenAll(starts);

        int winner = Assert.Single(outcomes.Where(one => one.Started).Select(one => one.Number).Distinct());
        ConcurrentWorkflowResults<StepState> results = await ConcurrentWorkflowRun.Attach<StepState>(cluster.Client, "contended").WaitAsync(Token);
        Assert.Equal(2_500, results.Completed);
        Assert.All(results.Results, result => Assert.Equal(winner * 2, result.GetOutput<int>()));
    }

    [Theory]
    [InlineData("A1", "a1")]
    [InlineData("12", "012")]
    [InlineData("0192ABCD0192ABCD0192ABCD0192ABCD", "0192abcd0192abcd0192abcd0192abcd")]
    public async Task StartAsync_IdsThatStorageCouldReadAsOneNumber_AreTwoBatches(string one, string other)
    {
        await Batch(one, null, 1).OrchestrateAsync(cluster.Client, cancellationToken: Token);
        ConcurrentWorkflowResults<StepState> results = await Batch(other, null, 5).OrchestrateAsync(cluster.Client, cancellationToken: Token);

        Assert.Equal(10, results.Results[0].GetOutput<int>());
    }

    [Fact]
    public async Task StartAsync_UnknownWorkflow_IsRefusedWithThoseKnownAndNothingIsStored()
    {
        WorkflowKey<StepState, StepParams> unknown = new("test.unknown");
        ConcurrentWorkflow<StepState> batch = new ConcurrentWorkflowBuilder<StepState>(new ConcurrentTimeout.WaitForever())
            .AddInstance(new ConcurrentWorkflowInstance<StepState, StepParams>("a", unknown))
            .WithId("unknown-workflow")
            .Build();

        WorkflowNotRegisteredException exception =
            await Assert.ThrowsAsync<WorkflowNotRegisteredException>(() => batch.StartAsync(cluster.Client, cancellationToken: Token));

        Assert.Equal((ErrorCodes.WorkflowNotRegistered, "No workflow 'test.unknown' is registered. Known: test.blocking, test.steps."), (exception.Code, exception.Message));
        await Assert.ThrowsAsync<BatchNotFoundException>(() => ConcurrentWorkflowRun.Attach<StepState>(cluster.Client, "unknown-workflow").GetStatusAsync(Token));
    }

    [Fact]
    public async Task StartAsync_65KilobytesOfParams_AreRefusedAndNothingIsStored()
    {
        ConcurrentWorkflow<StepState> batch = new ConcurrentWorkflowBuilder<StepState>(new ConcurrentTimeout.WaitForever())
            .AddInstances([Steps.Instance("small"), Steps.Instance("large", new string('x', 65 * 1024))])
            .WithId("large-params")
            .Build();

        CanoConfigurationException exception = await Assert.ThrowsAsync<CanoConfigurationException>(() => batch.StartAsync(cluster.Client, cancellationToken: Token));

        Assert.Equal(ErrorCodes.ParamsTooLarge, exception.Code);
        Assert.StartsWith("The params of instance 'large' are 66", exception.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<BatchNotFoundException>(() => ConcurrentWorkflowRun.Attach<StepState>(cluster.Client, "large-params").GetStatusAsync(Token));
    }

    [Fact]
    public async Task StartAsync_ParamsOfTheWrongShape_AreRefusedByTheirPath()
    {
        ConcurrentWorkflow<StepState> batch = new(new ConcurrentTimeout.WaitForever());
        batch.AddInstance(Steps.Instance("good"));
        batch.AddInstance(new ConcurrentWorkflowInstance<StepState, string>("bad", new WorkflowKey<StepState, string>(Steps.Key.Name), "a text, not an object"));

        CanoConfigurationException refused = await Assert.ThrowsAsync<CanoConfigurationException>(() => batch.OrchestrateAsync(cluster.Client, cancellationToken: Token));

        Assert.Equal(
            (ErrorCodes.InvalidParams, "$.instances[1].params: can't be read as StepParams; it is the string \"a text, not an object\""), (refused.Code, refused.Message));
        await Assert.ThrowsAsync<BatchNotFoundException>(() => ConcurrentWorkflowRun.Attach<StepState>(cluster.Client, batch.Id).GetStatusAsync(Token));
    }

    /// <summary>The client library would refuse these; whoever calls the grains without it is refused by the silo.</summary>
    [Fact]
    public async Task Grains_CalledWithoutTheLibrary_RefuseWhatItWouldAndStoreNothing()
    {
        InstanceSpec good = new("a", Steps.Key.Name, null, null);
        InstanceSpec labelled = good with { Label = new string('l', 101) };
        BatchHeader header = new()
        {
            Timeout = new ConcurrentTimeout.WaitForever(),
            Total = 1,
            PartitionSizes = [1],
            Digest = new string('a', 64),
            Workflows = [Steps.Key.Name],
        };
        IBatchGrain batch = cluster.Client.GetGrain<IBatchGrain>("without-library");
        IPartitionGrain partition = cluster.Client.GetGrain<IPartitionGrain>(PartitionSpec.Key("without-library", header.Digest, 0));

        CanoConfigurationException name = await Assert.ThrowsAsync<CanoConfigurationException>(() => batch.PrepareAsync(header with { Name = "a\0b" }));
        CanoConfigurationException only = await Assert.ThrowsAsync<CanoConfigurationException>(
            () => batch.StartAsync(header, new PartitionSpec { BatchId = "without-library", Instances = [labelled] }));
        CanoConfigurationException sent = await Assert.ThrowsAsync<CanoConfigurationException>(
            () => partition.PrepareAsync(new PartitionSpec { BatchId = "without-library", Instances = [labelled] }));

        Assert.Equal((ErrorCodes.InvalidText, "$.name"), (name.Code, name.Path));
        Assert.Equal((ErrorCodes.InvalidText, "$.instances[0].label"), (only.Code, only.Path));
        Assert.Equal(only.Message, sent.Message);
        await Assert.ThrowsAsync<BatchNotFoundException>(() => batch.GetStatusAsync());
        await Assert.ThrowsAsync<BatchDataLostException>(() => partition.ExchangeAsync(new PartitionOrders()));
    }

    [Fact]
    public async Task Attach_NoSuchBatch_EveryCallSaysSo()
    {
        ConcurrentWorkflowRun<StepState> run = ConcurrentWorkflowRun.Attach<StepState>(cluster.Client, "no-such-batch");

        Assert.Equal("There is no batch 'no-such-batch'.", (await Assert.ThrowsAsync<BatchNotFoundException>(() => run.GetStatusAsync(Token))).Message);
        await Assert.ThrowsAsync<BatchNotFoundException>(() => run.CancelAsync(Token));
        await Assert.ThrowsAsync<BatchNotFoundException>(() => run.WaitAsync(Token));
    }

    private static ConcurrentWorkflow<StepState> Batch(string id, string? name, int number, int instances = 1)
    {
        ConcurrentWorkflowBuilder<StepState> builder = new ConcurrentWorkflowBuilder<StepState>(new ConcurrentTimeout.WaitForever())
            .AddInstances(Enumerable.Range(0, instances).Select(i => Steps.Instance($"i{i}", number: number)))
            .WithId(id);
        return (name is null ? builder : builder.WithName(name)).Build();
    }
}
