using Cano.Tests.Storage;

namespace Cano.Tests.Commands;

/// <summary>The host as a library: a program starts its own typed batches.</summary>
public sealed class EmbeddedTests
{
    private static readonly WorkflowKey<SimulateState, int> s_double = new("test.double");

    [Fact]
    public async Task Embedded_AWorkflowOfOnesOwn_RunsAndIsDurable()
    {
        using TemporaryFolder folder = new();
        ConcurrentWorkflow<SimulateState> batch = new ConcurrentWorkflowBuilder<SimulateState>(new ConcurrentTimeout.WaitForever())
            .AddInstance(new ConcurrentWorkflowInstance<SimulateState, int>("a", s_double, 21))
            .AddInstance(new ConcurrentWorkflowInstance<SimulateState, SimulateParams>("b", SimulateWorkflow.Key, new SimulateParams { Steps = 2 }))
            .WithId("mine")
            .Build();
        await using (EmbeddedCano cano = await StartAsync(folder))
        {
            ConcurrentWorkflowResults<SimulateState> results = await batch.OrchestrateAsync(cano.Client, cancellationToken: TestContext.Current.CancellationToken);

            Assert.Equal(42, results.Results[0].GetOutput<int>());
            Assert.Equal([SimulateState.Done, SimulateState.Done], results.Results.Select(result => result.FinalState!.Value));
        }

        await using EmbeddedCano again = await StartAsync(folder);
        ConcurrentWorkflowRun<SimulateState> run = ConcurrentWorkflowRun.Attach<SimulateState>(again.Client, "mine");
        ConcurrentWorkflowResults<SimulateState> kept = await run.WaitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(42, kept.Results[0].GetOutput<int>());
    }

    /// <summary>The ADO.NET provider reads a grain key that looks like a hexadecimal number or a GUID as one: with such keys for rows, these ids would be one batch.</summary>
    [Theory]
    [InlineData("A1", "a1")]
    [InlineData("12", "012")]
    [InlineData("0192ABCD0192ABCD0192ABCD0192ABCD", "0192abcd0192abcd0192abcd0192abcd")]
    public async Task Embedded_IdsThatStorageCouldReadAsOneNumber_AreTwoBatches(string one, string other)
    {
        using TemporaryFolder folder = new();
        await using EmbeddedCano cano = await StartAsync(folder);

        int[] outputs = [await OutputOfAsync(cano, one, 1), await OutputOfAsync(cano, other, 5)];

        Assert.Equal([2, 10], outputs);
    }

    private static async Task<int> OutputOfAsync(EmbeddedCano cano, string id, int number)
    {
        ConcurrentWorkflow<SimulateState> batch = new ConcurrentWorkflowBuilder<SimulateState>(new ConcurrentTimeout.WaitForever())
            .AddInstance(new ConcurrentWorkflowInstance<SimulateState, int>("a", s_double, number))
            .WithId(id)
            .Build();
        return (await batch.OrchestrateAsync(cano.Client, cancellationToken: TestContext.Current.CancellationToken)).Results[0].GetOutput<int>();
    }

    private static Task<EmbeddedCano> StartAsync(TemporaryFolder folder) => CanoHost.StartEmbeddedAsync(
        new CanoHostOptions { DataFolder = folder.Path },
        cano => cano.AddWorkflow(s_double, workflow => workflow
            .Start(SimulateState.Start)
            .RegisterNode(SimulateState.Start, (context, _) =>
            {
                context.SetOutput(context.Params * 2);
                return new(SimulateState.Done);
            })
            .AddExitStates(SimulateState.Done)));
}
