using System.Text;

namespace Cano.Engine.Tests;

/// <summary>Whatever a node throws ends its instance only, and comes back as data.</summary>
public sealed class NodeFailureTests
{
    [Fact]
    public async Task Node_ThatThrows_FailsTheInstanceWithWhatItThrew()
    {
        InvalidOperationException thrown = new("the price is unknown", new TimeoutException("no answer", new IOException("reset")));

        WorkflowError error = await ErrorOf(Flow.Throws(thrown));

        Assert.Equal("node-failed", error.Kind);
        Assert.Equal("the price is unknown", error.Message);
        Assert.Equal("Start", error.State);
        Assert.Equal(1, error.Attempts);
        Assert.Equal("System.InvalidOperationException", error.ExceptionType);
        Assert.Equal(["System.TimeoutException: no answer", "System.IO.IOException: reset"], error.Inner!);
    }

    [Fact]
    public async Task Node_ThatThrowsAfterItAwaited_FailsTheSame()
    {
        WorkflowError error = await ErrorOf(async (_, _) =>
        {
            await Task.Yield();
            throw new FormatException("late");
        });

        Assert.Equal(("node-failed", "late", "Start"), (error.Kind, error.Message, error.State));
    }

    [Fact]
    public async Task NodeClass_ThatThrowsBeforeItsFirstAwait_FailsTheSame()
    {
        WorkflowError error = await ErrorOf(workflow => workflow.RegisterNode(Step.Start, new ThrowsInPrep()));

        Assert.Equal(("node-failed", "no prep"), (error.Kind, error.Message));
    }

    [Fact]
    public async Task Node_ThatThrowsInPostAfterASideEffect_FailsAndItsStoreIsPutBack()
    {
        MemoryStore store = new();

        WorkflowResult<Step> result = await WorkflowRunner
            .For(Flow.Of(workflow => workflow.RegisterNode(Step.Start, new ThrowsInPost())))
            .RunAsync(new Input(1), store);

        Assert.Equal(WorkflowOutcome.Failed, result.Outcome);
        Assert.Equal("after the side effect", result.Error!.Message);
        Assert.Empty(store.Keys);
        Assert.Null(result.FinalState);
    }

    [Fact]
    public async Task Node_WhoseExecReturnsNull_IsLegal()
    {
        WorkflowResult<Step> result = await Flow.Of(workflow => workflow.RegisterNode(Step.Start, new ReturnsNull())).RunAsync();

        Assert.Equal(Step.Rejected, result.FinalState);
    }

    [Fact]
    public async Task Lambda_ThatReturnsDefault_MovesToTheFirstState()
    {
        WorkflowError error = await ErrorOf(workflow => workflow.RegisterNode(Step.Start, (_, _) => default).WithStepLimit(5));

        Assert.Equal("step-limit", error.Kind);
    }

    [Fact]
    public async Task OperationCanceled_WithoutACancelledToken_IsAFailureLikeAnyOther()
    {
        using CancellationTokenSource another = new();
        await another.CancelAsync();

        WorkflowError error = await ErrorOf(Flow.Throws(new OperationCanceledException("an inner limit of time", another.Token)));

        Assert.Equal(("node-failed", "an inner limit of time"), (error.Kind, error.Message));
        Assert.Equal("System.OperationCanceledException", error.ExceptionType);
    }

    [Fact]
    public async Task Aggregate_IsKeptWithAllItsParts_AtMostFive()
    {
        AggregateException thrown = new("several", Enumerable.Range(1, 7).Select(i => new IOException($"part {i}")));

        WorkflowError error = await ErrorOf(Flow.Throws(thrown));

        Assert.Equal(Enumerable.Range(1, 5).Select(i => $"System.IO.IOException: part {i}"), error.Inner!);
    }

    /// <summary>A thousand instances may throw such a one at once; its text is shared, what is made of it is not.</summary>
    [Fact]
    public void Message_OfMegabytes_CostsWhatIsKeptOfIt()
    {
        string huge = new('x', 25_000_000);
        Exception inner = new IOException("outer", new IOException(huge, new IOException(huge)));
        Exception[] all =
        [
            new IOException(huge),
            inner,
            new AggregateException(new IOException(huge), new IOException(huge)),
            new AggregateException("nested", new AggregateException(new IOException(huge))),
            new AggregateException(Enumerable.Repeat(new IOException(new string('y', 100_000)), 20)),
        ];
        foreach (Exception thrown in all)
        {
            Failure.Of("node-failed", thrown, "Start", 1);
            long before = GC.GetAllocatedBytesForCurrentThread();

            WorkflowError error = Failure.Of("node-failed", thrown, "Start", 1);

            long cost = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(cost < 500_000, $"{cost:N0} bytes for {thrown.GetType().Name}.");
            Assert.InRange(Encoding.UTF8.GetByteCount(error.Message), 5, 4_096);
        }
    }

    [Fact]
    public async Task Aggregate_WithLongParts_HasTheBeginningOfEach()
    {
        AggregateException thrown = new(new IOException("first " + new string('x', 100_000)), new AggregateException(new IOException("second")));

        WorkflowError error = await ErrorOf(Flow.Throws(thrown));

        Assert.StartsWith("One or more errors occurred. (first xxx", error.Message, StringComparison.Ordinal);
        Assert.Equal("System.IO.IOException: second", error.Inner![2]);
    }

    [Fact]
    public async Task Message_LongerThanFourKilobytes_IsCutBetweenCharacters()
    {
        WorkflowError error = await ErrorOf(Flow.Throws(new IOException("a" + string.Concat(Enumerable.Repeat("😀", 2_000)))));

        Assert.Equal("a" + string.Concat(Enumerable.Repeat("😀", 1_023)) + "…", error.Message);
        Assert.Equal(4_096, Encoding.UTF8.GetByteCount(error.Message));
    }

    [Fact]
    public async Task Message_OfExactlyFourKilobytes_IsKeptWhole()
    {
        string message = new('é', 2_048);

        Assert.Equal(message, (await ErrorOf(Flow.Throws(new IOException(message)))).Message);
    }

    [Fact]
    public async Task Message_WithNulAndLoneSurrogate_IsMadeHarmless() =>
        Assert.Equal("a␀b\uFFFDc", (await ErrorOf(Flow.Throws(new IOException("a\0b\uD800c")))).Message);

    [Fact]
    public async Task Exception_WhoseMessageThrows_StillFailsTheInstanceOnly()
    {
        WorkflowError error = await ErrorOf(Flow.Throws(new Unspeakable()));

        Assert.Equal("node-failed", error.Kind);
        Assert.Contains("reading it threw System.NotSupportedException", error.Message, StringComparison.Ordinal);
    }

    private static Task<WorkflowError> ErrorOf(Func<WorkflowContext<Input>, CancellationToken, ValueTask<Step>> node) =>
        ErrorOf(workflow => workflow.RegisterNode(Step.Start, node, NodeConfig.Minimal));

    private static async Task<WorkflowError> ErrorOf(Action<WorkflowBuilder<Step, Input>> nodes)
    {
        WorkflowResult<Step> result = await Flow.Of(nodes).RunAsync();

        Assert.Equal(WorkflowOutcome.Failed, result.Outcome);
        return result.Error!;
    }

    private sealed class ThrowsInPrep : NodeOfThreePhases
    {
        public override ValueTask<string?> PrepAsync(WorkflowContext<Input> context, CancellationToken cancellationToken) => throw new FormatException("no prep");
    }

    private sealed class ThrowsInPost : NodeOfThreePhases
    {
        public override ValueTask<Step> PostAsync(WorkflowContext<Input> context, string? exec, CancellationToken cancellationToken)
        {
            context.Store.Put("side effect", 1);
            throw new IOException("after the side effect");
        }
    }

    private sealed class ReturnsNull : NodeOfThreePhases
    {
        public override ValueTask<string?> ExecAsync(string? prep, CancellationToken cancellationToken) => new((string?)null);

        public override ValueTask<Step> PostAsync(WorkflowContext<Input> context, string? exec, CancellationToken cancellationToken) =>
            new(exec is null ? Step.Rejected : Step.Done);
    }

    private sealed class Unspeakable : Exception
    {
        public override string Message => throw new NotSupportedException();
    }
}
