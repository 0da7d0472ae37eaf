using Microsoft.Extensions.DependencyInjection;

namespace Cano.Engine.Tests;

/// <summary>Nodes of one method, functions with services, and nodes that a function makes.</summary>
public sealed class NodeWithServicesTests
{
    private static readonly WorkflowKey<Step, Input> s_key = new("test.services");

    [Fact]
    public async Task FunctionWithServices_GetsThoseOfTheRun()
    {
        List<Counter> seen = [];
        WorkflowDefinition<Step, Input> definition = Define(workflow => workflow
            .RegisterNode(Step.Start, (WorkflowContext<Input> context, Counter counter, CancellationToken _) =>
            {
                seen.Add(counter);
                return new ValueTask<Step>(Step.Middle);
            })
            .RegisterNode<Counter, TimeProvider, Random>(Step.Middle, (context, counter, clock, random, _) =>
            {
                seen.Add(counter);
                context.SetOutput((clock == TimeProvider.System, random == Random.Shared));
                return new(Step.Done);
            }, NodeConfig.Minimal));
        await using ServiceProvider services = Services().AddSingleton(TimeProvider.System).AddSingleton(Random.Shared).BuildServiceProvider();
        WorkflowRunner<Step, Input> runner = WorkflowRunner.For(definition, services);

        Assert.Equal(Step.Done, (await runner.RunAsync(new Input(1))).FinalState);
        Assert.Equal(Step.Done, (await runner.RunAsync(new Input(1))).FinalState);

        Assert.Same(seen[0], seen[1]);
        Assert.Same(seen[2], seen[3]);
        Assert.NotSame(seen[0], seen[2]);
        Assert.All(seen, counter => Assert.True(counter.IsDisposed));
    }

    [Fact]
    public void FunctionWithServices_ServiceIsMissing_IsToldWhenTheSiloStarts()
    {
        WorkflowDefinition<Step, Input> definition = Define(workflow => workflow
            .RegisterNode<Counter, Random>(Step.Start, (_, _, _, _) => new(Step.Done), NodeConfig.Minimal));
        using ServiceProvider services = Services().BuildServiceProvider();

        CanoConfigurationException fault = Assert.Throws<CanoConfigurationException>(() => WorkflowRunner.For(definition, services));

        Assert.Equal(ErrorCodes.InvalidDefinition, fault.Code);
        Assert.StartsWith("Workflow 'test.services': the function for Start can't be made: ", fault.Message, StringComparison.Ordinal);
        Assert.Contains("System.Random", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FunctionWithServices_ConfigWithAFault_IsToldAtRegistration()
    {
        CanoConfigurationException fault = Assert.Throws<CanoConfigurationException>(() => Define(workflow => workflow
            .RegisterNode<Counter>(Step.Start, (_, _, _) => new(Step.Done), NodeConfig.Minimal with { AttemptTimeout = TimeSpan.Zero })));

        Assert.Contains("the function for Start: AttemptTimeout was 00:00:00", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Factory_MakesANodeForEachRun_WithItsConfig_AndDisposesOfIt()
    {
        List<OwnNode> made = [];
        WorkflowDefinition<Step, Input> definition = Define(workflow => workflow.RegisterNode(Step.Start, services =>
        {
            made.Add(new OwnNode(services.GetRequiredService<Counter>(), succeedOnAttempt: 3));
            return made[^1];
        }));
        await using ServiceProvider services = Services().BuildServiceProvider();

        WorkflowResult<Step> result = await WorkflowRunner.For(definition, services).RunAsync(new Input(1));

        Assert.Equal(Step.Done, result.FinalState);
        Assert.Equal(3, result.GetOutput<int>());
        Assert.All(made, node => Assert.Equal(1, node.Disposals));
    }

    [Fact]
    public async Task NodeOfOneMethod_IsRunAlone_WithAContextOfATest()
    {
        MemorySharedStore shared = new();
        OwnNode node = new(new Counter(), succeedOnAttempt: 2);
        WorkflowContext<Input> context = new(new Input(1), sharedStore: shared, instanceId: "i", batchId: "b", attempt: 2);

        Assert.Equal(Step.Done, await node.RunAsync(context, CancellationToken.None));

        Assert.Equal(2, context.GetOutput<int>());
        Assert.Equal(["i of b"], await shared.GetAsync<string[]>("seen"));
        Assert.Equal(0, new WorkflowContext<Input>(new Input(1)).GetOutput<int>());
    }

    private static WorkflowDefinition<Step, Input> Define(Action<WorkflowBuilder<Step, Input>> configure) => WorkflowDefinition.Create(s_key, workflow =>
    {
        configure(workflow.Start(Step.Start).AddExitStates(Step.Done));
    });

    private static ServiceCollection Services()
    {
        ServiceCollection services = new();
        services.AddScoped<Counter>();
        return services;
    }

    private sealed class Counter : IDisposable
    {
        internal bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    private sealed class OwnNode(Counter counter, int succeedOnAttempt) : Node<Step, Input>, IDisposable
    {
        public override NodeConfig Config => NodeConfig.Default with { Retry = RetryMode.Fixed(retries: 2, delay: TimeSpan.Zero) };

        internal int Disposals { get; private set; }

        public override async ValueTask<Step> RunAsync(WorkflowContext<Input> context, CancellationToken cancellationToken)
        {
            ObjectDisposedException.ThrowIf(counter.IsDisposed, counter);
            await context.SharedStore.AppendAsync("seen", $"{context.InstanceId} of {context.BatchId}", cancellationToken);
            context.SetOutput(context.Attempt);
            return context.Attempt == succeedOnAttempt ? Step.Done : throw new InvalidOperationException("not yet");
        }

        public void Dispose() => Disposals++;
    }
}
