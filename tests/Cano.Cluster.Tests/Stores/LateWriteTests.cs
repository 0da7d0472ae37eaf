namespace Cano.Stores;

/// <summary>A node that runs on though it was cancelled, and writes into the shared store when its batch has been purged.</summary>
public sealed class LateWriteTests(LateWriters cluster) : IClassFixture<LateWriters>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("put")]
    [InlineData("append")]
    [InlineData("update")]
    public async Task SharedStore_WriteAfterThePurge_IsRefusedAndLeavesNoRow(string how)
    {
        string id = $"late-{how}";
        ConcurrentWorkflowRun<StepState> run = await new ConcurrentWorkflowBuilder<StepState>(new ConcurrentTimeout.WaitForever())
            .AddInstance(new ConcurrentWorkflowInstance<StepState, StepParams>("i", LateWriters.Key, new(how, id)))
            .WithId(id)
            .Build()
            .StartAsync(cluster.Client, cancellationToken: Token);
        await cluster.Gates[id].ArrivedAsync(1);
        Assert.Contains(cluster.RowsOf(id), row => row.StartsWith("cano.shared ", StringComparison.Ordinal));
        await run.CancelAsync(Token);
        await run.WaitAsync(Token);
        await run.PurgeAsync(Token);
        cluster.Gates[id].Open();

        Exception thrown = await cluster.Thrown.Task(id);

        BatchOverException refused = Assert.IsType<BatchOverException>(thrown);
        Assert.Equal(id, refused.BatchId);
        Assert.Equal([$"cano.batch batch/{id}"], cluster.RowsOf(id));
    }
}

/// <summary>What nodes threw, by their gates.</summary>
public sealed class ThrownByNodes
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, TaskCompletionSource<Exception>> _thrown = new(StringComparer.Ordinal);

    public Task<Exception> Task(string gate) => Of(gate).Task.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);

    internal void Add(string gate, Exception exception) => Of(gate).TrySetResult(exception);

    private TaskCompletionSource<Exception> Of(string gate) => _thrown.GetOrAdd(gate, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}

/// <summary>Silos with a workflow whose node writes once before its gate and once after it, whatever its token says.</summary>
public sealed class LateWriters : DurableCluster
{
    public static readonly WorkflowKey<StepState, StepParams> Key = new("test.late");

    public ThrownByNodes Thrown { get; } = new();

    protected override void AddWorkflows(string silo, CanoBuilder cano) => cano.AddWorkflow(Key, workflow => workflow
        .Start(StepState.Start)
        .RegisterNode(StepState.Start, (context, _) => RunAsync(context), NodeConfig.Minimal)
        .AddExitStates(StepState.Done));

    private async ValueTask<StepState> RunAsync(WorkflowContext<StepParams> context)
    {
        string gate = context.Params.Gate!;
        await context.SharedStore.AppendAsync("list", "before");
        Gates[gate].Enter(context.InstanceId);
        await Gates[gate].WaitOpenAsync(CancellationToken.None);
        try
        {
            await (context.Params.Act switch
            {
                "put" => context.SharedStore.PutAsync("a", 1),
                "append" => context.SharedStore.AppendAsync("list", "after"),
                _ => new ValueTask(context.SharedStore.UpdateAsync<int>("n", n => n + 1).AsTask()),
            });
        }
        catch (Exception exception)
        {
            Thrown.Add(gate, exception);
            throw;
        }

        return StepState.Done;
    }
}
