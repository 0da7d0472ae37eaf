using Microsoft.Extensions.DependencyInjection;

namespace Cano.Engine.Tests;

/// <summary>An attempt that failed leaves nothing behind: store, output, node objects and services are as if it had never been.</summary>
public sealed class UndoneAttemptTests
{
    private static readonly NodeConfig s_oneRetry = NodeConfig.Minimal with { Retry = RetryMode.Fixed(1, TimeSpan.Zero) };

    [Fact]
    public async Task Store_OfAFailedAttempt_IsPutBack()
    {
        MemoryStore store = new();
        store.Put("kept", 1);
        store.Put("removed", 2);
        store.Append("list", "a");

        await RunAsync(store, (context, _) =>
        {
            context.Store.Put("kept", 10 * context.Attempt);
            context.Store.Put("kept", context.Store.Get<int>("kept") + 1);
            context.Store.Append("list", $"b{context.Attempt}");
            context.Store.Append("new list", context.Attempt);
            Assert.True(context.Store.Remove("removed"));
            return context.Attempt == 2 ? new(Step.Done) : throw new IOException();
        });

        Assert.Equal(["kept", "list", "new list"], store.Keys.Order());
        Assert.Equal(21, store.Get<int>("kept"));
        Assert.Equal(["a", "b2"], store.Get<List<string>>("list"));
        Assert.Equal([2], store.Get<List<int>>("new list"));
    }

    [Fact]
    public async Task Store_ThatAFailedAttemptCleared_IsPutBack()
    {
        MemoryStore store = new();
        store.Put("a", 1);
        store.Put("b", 2);
        List<int> seen = [];

        await RunAsync(store, (context, _) =>
        {
            seen.Add(context.Store.Count);
            context.Store.Put("c", 3);
            context.Store.Clear();
            context.Store.Put("b", 4);
            return context.Attempt == 2 ? new(Step.Done) : throw new IOException();
        });

        Assert.Equal([2, 2], seen);
        Assert.Equal(["b"], store.Keys);
    }

    [Fact]
    public async Task Output_OfAFailedAttempt_IsUndone()
    {
        WorkflowResult<Step> result = await RunAsync(new(), (context, _) =>
        {
            if (context.Attempt == 2)
            {
                return new(Step.Done);
            }

            context.SetOutput("of the failed attempt");
            throw new IOException();
        });

        Assert.Null(result.GetOutput<string>());
    }

    [Fact]
    public async Task Output_OfAnEarlierNode_OutlivesAFailedAttemptOfALaterOne()
    {
        WorkflowDefinition<Step, Input> definition = Flow.Of(workflow => workflow
            .RegisterNode(Step.Start, (context, _) =>
            {
                context.SetOutput("first");
                return new(Step.Middle);
            })
            .RegisterNode(
                Step.Middle,
                (context, _) =>
                {
                    context.SetOutput("second");
                    return context.Attempt == 1 ? throw new IOException() : Without(context);
                },
                s_oneRetry));

        Assert.Equal("second", (await definition.RunAsync()).GetOutput<string>());

        static ValueTask<Step> Without(WorkflowContext<Input> context) => new(Step.Done);
    }

    [Fact]
    public async Task Params_ThatAFailedAttemptChanged_AreAsTheyWereGiven()
    {
        List<int> seen = [];
        WorkflowDefinition<Step, Basket> definition = WorkflowDefinition.Create(new WorkflowKey<Step, Basket>("test.basket"), workflow => workflow
            .Start(Step.Start)
            .RegisterNode(
                Step.Start,
                (context, _) =>
                {
                    seen.Add(context.Params.Items.Count);
                    context.Params.Items.Add("more");
                    return context.Attempt == 2 ? new(Step.Done) : throw new IOException();
                },
                s_oneRetry)
            .AddExitState(Step.Done));

        await WorkflowRunner.For(definition).RunAsync(new Basket(["one"]));

        Assert.Equal([1, 1], seen);
    }

    [Fact]
    public async Task Checkpoint_BeforeARetry_HasNothingOfTheFailedAttempt()
    {
        RecordingSink sink = new();
        WorkflowDefinition<Step, Input> definition = Flow.Of(
            (context, _) =>
            {
                context.Store.Put("a", context.Attempt);
                context.SetOutput("out");
                return context.Attempt == 2 ? new(Step.Done) : throw new IOException();
            },
            s_oneRetry);

        await definition.Compile(options: new() { CheckpointInterval = TimeSpan.Zero })
            .RunAsync(Flow.Execution(store: """{ "before": 1 }""", checkpoints: sink), CancellationToken.None);

        Checkpoint saved = Assert.Single(sink.Saved);
        Assert.Equal(("Start", 2, """{"before":1}""", null), (saved.State, saved.Attempt, Flow.Text(saved.Store), Flow.Text(saved.Output)));
    }

    [Fact]
    public async Task NodeObjectsAndScope_AfterAFailedAttempt_AreNew()
    {
        List<Service> made = [];
        await using ServiceProvider services = new ServiceCollection().AddSingleton(made).AddScoped<Service>().BuildServiceProvider();
        WorkflowRunner<Step, Input> runner = WorkflowRunner.For(
            Flow.Of(workflow => workflow.RegisterNode<CountingNode>(Step.Start).RegisterNode<CountingNode>(Step.Middle)), services);
        made.Clear();

        WorkflowResult<Step> result = await runner.RunAsync(new Input(2));

        // Start succeeds in the run's scope, Middle fails there and succeeds in the second one.
        Assert.Equal((Step.Done, 1), (result.FinalState, result.GetOutput<int>()));
        Assert.Equal([(2, true), (1, true)], made.Select(service => (service.Nodes, service.IsDisposed)));
    }

    [Fact]
    public async Task ScopeOfAFailedAttempt_IsDisposedOfBeforeThePause()
    {
        WatchedClock clock = new();
        List<Service> made = [];
        await using ServiceProvider services = new ServiceCollection().AddSingleton(made).AddScoped<Service>().BuildServiceProvider();
        WorkflowDefinition<Step, Input> definition = Flow.Of(
            (context, _) =>
            {
                Service service = context.Services.GetRequiredService<Service>();
                return context.Attempt == 2 && !service.IsDisposed ? new(Step.Done) : throw new IOException();
            },
            NodeConfig.Minimal with { Retry = RetryMode.Fixed(1, TimeSpan.FromHours(1)) });

        Task<WorkflowResult<Step>> run = WorkflowRunner.For(definition, services, clock).RunAsync();
        TimeSpan pause = await clock.NextTimerAsync();

        Assert.True(Assert.Single(made).IsDisposed);
        clock.Advance(pause);
        Assert.Equal(Step.Done, (await run).FinalState);
        Assert.Equal(2, made.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WhatANodeLeftRunning_ChangesNeitherStoreNorOutputNorGetsServices(bool hasUsedThemBefore)
    {
        TaskCompletionSource mayGoOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task? left = null;
        IWorkflowStore? kept = null;
        MemoryStore store = new();
        WorkflowDefinition<Step, Input> definition = Flow.Of(workflow => workflow
            .RegisterNode(Step.Start, (context, _) =>
            {
                if (hasUsedThemBefore)
                {
                    kept = context.Store;
                    kept.Put("a", "in time");
                    context.SetOutput("in time");
                }

                left = LateAsync(context);
                return new(Step.Middle);
            })
            .RegisterNode(Step.Middle, async (_, _) =>
            {
                mayGoOn.SetResult();
                await left!;
                return Step.Done;
            }));

        WorkflowResult<Step> result = await WorkflowRunner.For(definition).RunAsync(store: store);

        Assert.Equal(Step.Done, result.FinalState);
        Assert.Equal(hasUsedThemBefore ? "in time" : null, result.GetOutput<string>());
        Assert.Equal(hasUsedThemBefore ? ["a"] : [], store.Keys);

        async Task LateAsync(WorkflowContext<Input> context)
        {
            await mayGoOn.Task;
            Assert.Contains("Attempt 1 in state Start has ended", Assert.Throws<InvalidOperationException>(() => context.SetOutput("late")).Message, StringComparison.Ordinal);
            Assert.Throws<InvalidOperationException>(() => (kept ?? context.Store).Put("a", "late"));
            Assert.Throws<InvalidOperationException>(() => (kept ?? context.Store).Append("b", "late"));
            Assert.Throws<InvalidOperationException>(() => (kept ?? context.Store).Remove("a"));
            Assert.Throws<InvalidOperationException>(() => (kept ?? context.Store).Clear());
            Assert.Throws<InvalidOperationException>(() => context.Services);
        }
    }

    private static Task<WorkflowResult<Step>> RunAsync(
        MemoryStore store, Func<WorkflowContext<Input>, CancellationToken, ValueTask<Step>> node) =>
        WorkflowRunner.For(Flow.Of(node, s_oneRetry)).RunAsync(new Input(1), store);

    public sealed record Basket(List<string> Items);

    public sealed class Service : IDisposable
    {
        public Service(List<Service> made) => made.Add(this);

        public int Nodes { get; set; }

        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    public sealed class CountingNode : NodeOfThreePhases
    {
        private int _runs;

        public CountingNode(Service service) => service.Nodes++;

        public override NodeConfig Config => s_oneRetry;

        public override ValueTask<Step> PostAsync(WorkflowContext<Input> context, string? exec, CancellationToken cancellationToken)
        {
            context.SetOutput(++_runs);
            return context.State == nameof(Step.Start) ? new(Step.Middle)
                : context.Attempt < context.Params.Number ? throw new IOException()
                : new(Step.Done);
        }
    }
}
