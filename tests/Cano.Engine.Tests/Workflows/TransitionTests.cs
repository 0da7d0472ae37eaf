namespace Cano.Engine.Tests;

public sealed class TransitionTests
{
    public enum Sparse : ulong
    {
        Low = 0,
        High = ulong.MaxValue,
        Far = 5_000_000_000,
    }

    public enum Small : sbyte
    {
        Below = -100,
        Zero = 0,
        Above = 100,
    }

    [Fact]
    public async Task Move_ToAStateWithNeitherNodeNorExit_IsNoNodeForState()
    {
        WorkflowResult<Step> result = await Flow.Of(Flow.GoesTo(Step.Middle)).RunAsync();

        Assert.Equal("no-node-for-state", result.Error!.Kind);
        Assert.Equal(
            "the function for Start in state Start of workflow 'test.flow' moved to Middle, which has neither a node nor is it an exit state. "
            + "Register a node for it, or add it to the exit states.",
            result.Error.Message);
        Assert.Equal("Middle", result.Error.State);
    }

    [Fact]
    public async Task Move_ToAValueThatIsNoMember_IsNoNodeForState()
    {
        WorkflowResult<Step> result = await Flow.Of(workflow => workflow.RegisterNode(Step.Start, new MovesTo((Step)99))).RunAsync();

        Assert.Equal("no-node-for-state", result.Error!.Kind);
        Assert.Equal("MovesTo in state Start of workflow 'test.flow' moved to 99, which is no member of Step.", result.Error.Message);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public async Task Move_ToAnyUndefinedValue_IsNoNodeForState(int value) =>
        Assert.Equal("no-node-for-state", (await Flow.Of(Flow.GoesTo((Step)value)).RunAsync()).Error!.Kind);

    [Fact]
    public async Task Cycle_ThatNeverEnds_EndsAtTheStepLimit()
    {
        int visits = 0;
        WorkflowResult<Step> result = await Flow.Of(workflow => workflow
            .RegisterNode(Step.Start, (_, _) =>
            {
                visits++;
                return new(Step.Start);
            })
            .WithStepLimit(1_500)).RunAsync();

        Assert.Equal("step-limit", result.Error!.Kind);
        Assert.Equal(
            "The instance made 1,500 transitions without reaching an exit state, which is the limit of workflow 'test.flow'. If that is meant, raise it with WithStepLimit.",
            result.Error.Message);
        Assert.Equal("Start", result.Error.State);
        Assert.Equal(1_500, visits);
    }

    [Fact]
    public async Task Transitions_ExactlyAsManyAsTheLimit_AreAllowed()
    {
        int visits = 0;
        WorkflowResult<Step> result = await Flow.Of(workflow => workflow
            .RegisterNode(Step.Start, (_, _) => new(++visits == 3 ? Step.Done : Step.Start))
            .WithStepLimit(3)).RunAsync();

        Assert.Equal(Step.Done, result.FinalState);
    }

    [Fact]
    public async Task Exit_ReachedThoughTheTokenIsSignalled_IsCompleted()
    {
        using CancellationTokenSource cancel = new();
        WorkflowResult<Step> result = await Flow.Of(async (_, _) =>
        {
            await cancel.CancelAsync();
            return Step.Done;
        }).RunAsync(cancellationToken: cancel.Token);

        Assert.Equal(Step.Done, result.FinalState);
    }

    [Fact]
    public async Task Token_SignalledBeforeTheStart_RunsNoNode()
    {
        bool ran = false;
        Task<WorkflowResult<Step>> run = Flow.Of((_, _) =>
        {
            ran = true;
            return new(Step.Done);
        }).RunAsync(cancellationToken: new CancellationToken(canceled: true));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.False(ran);
    }

    [Fact]
    public async Task Failure_OfACancelledRun_IsItsWayOfStopping()
    {
        using CancellationTokenSource cancel = new();
        Task<WorkflowResult<Step>> run = Flow.Of(async (_, _) =>
        {
            await cancel.CancelAsync();
            throw new IOException("the connection was closed because of the cancel");
        }).RunAsync(cancellationToken: cancel.Token);

        OperationCanceledException cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.IsType<IOException>(cancelled.InnerException);
        Assert.Equal(cancel.Token, cancelled.CancellationToken);
    }

    [Fact]
    public async Task Enum_WhoseValuesLieFarApart_RunsThroughItsStates() =>
        Assert.Equal(Sparse.Far, await RunThroughAsync(Sparse.Low, Sparse.High, Sparse.Far));

    [Fact]
    public async Task Enum_WithNegativeValuesOfOneByte_RunsThroughItsStates() =>
        Assert.Equal(Small.Below, await RunThroughAsync(Small.Zero, Small.Above, Small.Below));

    private static async Task<TState?> RunThroughAsync<TState>(TState first, TState second, TState exit)
        where TState : struct, Enum
    {
        WorkflowDefinition<TState, int> definition = WorkflowDefinition.Create(new WorkflowKey<TState, int>("test.enum"), workflow => workflow
            .Start(first)
            .RegisterNode(first, (_, _) => new(second))
            .RegisterNode(second, (_, _) => new(exit))
            .AddExitState(exit));
        return (await WorkflowRunner.For(definition).RunAsync()).FinalState;
    }

    private sealed class MovesTo(Step next) : NodeOfThreePhases
    {
        public override ValueTask<Step> PostAsync(WorkflowContext<Input> context, string? exec, CancellationToken cancellationToken) => new(next);
    }
}
