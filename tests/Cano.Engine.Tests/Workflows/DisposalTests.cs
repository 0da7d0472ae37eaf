using Microsoft.Extensions.DependencyInjection;

namespace Cano.Engine.Tests;

/// <summary>What a run has made is disposed of, whatever throws; each failure is logged, and none changes the outcome.</summary>
public sealed class DisposalTests : IDisposable
{
    private readonly LogRecorder _log = new();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Disposal_WhateverThrows_ReachesAllNodesAndServices(bool areServices)
    {
        Tally tally = new();
        IServiceCollection collection = _log.Services().AddSingleton(tally).AddScoped<First>().AddScoped<Second>();
        if (areServices)
        {
            collection.AddScoped<FirstNode>().AddScoped<SecondNode>();
        }

        await using ServiceProvider services = collection.BuildServiceProvider();
        WorkflowRunner<Step, Input> runner = WorkflowRunner.For(
            Flow.Of(workflow => workflow.RegisterNode<FirstNode>(Step.Start).RegisterNode<SecondNode>(Step.Middle)), services);
        tally.Begin();

        for (int run = 0; run < 10; run++)
        {
            Assert.Equal(Step.Done, (await runner.RunAsync()).FinalState);
        }

        Assert.Equal([("First", 10), ("FirstNode", 10), ("Second", 10), ("SecondNode", 10)], tally.Made);
        Assert.Equal(tally.Made, tally.Disposed);
        Assert.Equal(40, _log.Of(2002).Count());
        Assert.Contains(_log.Of(2002), entry => entry.Message.StartsWith(
            "Cano.Engine.Tests.DisposalTests+First of a run of instance local of batch local threw", StringComparison.Ordinal));
    }

    [Fact]
    public void DisposalThatThrows_WhereConfigsAreRead_IsToldWithTheWorkflow()
    {
        using ServiceProvider services = new ServiceCollection().AddSingleton(new Tally { Throws = true }).AddScoped<First>().BuildServiceProvider();

        CanoConfigurationException refusal = Assert.Throws<CanoConfigurationException>(
            () => WorkflowRunner.For(Flow.Of(workflow => workflow.RegisterNode<FirstNode>(Step.Start)), services));

        Assert.Equal("invalid-definition", refusal.Code);
        Assert.StartsWith("Workflow 'test.flow': FirstNode can't be disposed of: FirstNode does not want to", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ConfigThatThrows_OfANodeObject_IsToldWithTheWorkflow()
    {
        CanoConfigurationException refusal = Assert.Throws<CanoConfigurationException>(
            () => Flow.Of(workflow => workflow.RegisterNode(Step.Start, new UnreadableNode())));

        Assert.Equal("invalid-definition", refusal.Code);
        Assert.Equal(
            "The definition of workflow 'test.flow' has a fault: UnreadableNode: reading its Config threw System.IO.IOException: no settings",
            refusal.Message);
    }

    [Fact]
    public void ConfigThatThrows_OfANodeType_IsToldWithTheWorkflow()
    {
        CanoConfigurationException refusal = Assert.Throws<CanoConfigurationException>(
            () => WorkflowRunner.For(Flow.Of(workflow => workflow.RegisterNode<UnreadableNode>(Step.Start))));

        Assert.Equal(
            ("invalid-definition", "Workflow 'test.flow': UnreadableNode has a Config that can't be read: no settings"),
            (refusal.Code, refusal.Message));
    }

    /// <summary>Counts what is made and disposed of; from <see cref="Begin"/> on every disposal throws.</summary>
    public sealed class Tally
    {
        private readonly SortedDictionary<string, int> _made = new(StringComparer.Ordinal);
        private readonly SortedDictionary<string, int> _disposed = new(StringComparer.Ordinal);

        public bool Throws { get; set; }

        internal IEnumerable<(string Type, int Count)> Made => _made.Select(one => (one.Key, one.Value));

        internal IEnumerable<(string Type, int Count)> Disposed => _disposed.Select(one => (one.Key, one.Value));

        internal void Begin()
        {
            _made.Clear();
            _disposed.Clear();
            Throws = true;
        }

        internal void Make(object one) => _made[one.GetType().Name] = _made.GetValueOrDefault(one.GetType().Name) + 1;

        internal void DisposeOf(object one)
        {
            _disposed[one.GetType().Name] = _disposed.GetValueOrDefault(one.GetType().Name) + 1;
            if (Throws)
            {
                throw new IOException($"{one.GetType().Name} does not want to");
            }
        }
    }

    public sealed class First : IDisposable
    {
        private readonly Tally _tally;

        public First(Tally tally) => (_tally = tally).Make(this);

        public void Dispose() => _tally.DisposeOf(this);
    }

    public sealed class Second : IAsyncDisposable
    {
        private readonly Tally _tally;

        public Second(Tally tally) => (_tally = tally).Make(this);

        public async ValueTask DisposeAsync()
        {
            await Task.Yield();
            _tally.DisposeOf(this);
        }
    }

    public sealed class FirstNode : NodeOfThreePhases, IAsyncDisposable
    {
        private readonly Tally _tally;

        public FirstNode(Tally tally, First first)
        {
            _ = first;
            (_tally = tally).Make(this);
        }

        public override ValueTask<Step> PostAsync(WorkflowContext<Input> context, string? exec, CancellationToken cancellationToken) =>
            new(Step.Middle);

        public ValueTask DisposeAsync()
        {
            _tally.DisposeOf(this);
            return default;
        }
    }

    public sealed class SecondNode : NodeOfThreePhases, IDisposable
    {
        private readonly Tally _tally;

        public SecondNode(Tally tally, Second second)
        {
            _ = second;
            (_tally = tally).Make(this);
        }

        public void Dispose() => _tally.DisposeOf(this);
    }

    private sealed class UnreadableNode : NodeOfThreePhases
    {
        public override NodeConfig Config => throw new IOException("no settings");
    }
}
