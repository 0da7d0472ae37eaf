namespace Cano.Engine.Tests;

public sealed class WorkflowDefinitionTests
{
    private static readonly Func<WorkflowContext<Input>, CancellationToken, ValueTask<Step>> s_node = Flow.GoesTo(Step.Done);

    [Fact]
    public void Definition_WithoutStart_IsRefused() =>
        AssertRefused("a fault: It has no start state; call Start(state).", workflow => workflow.RegisterNode(Step.Start, s_node).AddExitState(Step.Done));

    [Fact]
    public void Definition_WithTwoStarts_IsRefused() =>
        AssertRefused(
            "a fault: Start was called 2 times; call it once.",
            workflow => workflow.Start(Step.Start).Start(Step.Start).RegisterNode(Step.Start, s_node).AddExitState(Step.Done));

    [Fact]
    public void Definition_WithoutExit_IsRefused() =>
        AssertRefused(
            "a fault: It has no exit state; call AddExitStates(...), or no instance could ever complete.",
            workflow => workflow.Start(Step.Start).RegisterNode(Step.Start, s_node));

    [Fact]
    public void Definition_WithStartThatIsNoMember_IsRefused() =>
        AssertRefused("a fault: 99 is no member of Step.", workflow => workflow.Start((Step)99).AddExitState(Step.Done));

    [Fact]
    public void Definition_WithNodeForNoMember_IsRefused() =>
        AssertRefused(
            "a fault: 98 is no member of Step.",
            workflow => workflow.Start(Step.Start).RegisterNode(Step.Start, s_node).RegisterNode((Step)98, s_node).AddExitState(Step.Done));

    [Fact]
    public void Definition_WithStateRegisteredTwice_IsRefused() =>
        AssertRefused(
            "a fault: State Start has 2 nodes (the function for Start, EchoNode); a state has one.",
            workflow => workflow.Start(Step.Start).RegisterNode(Step.Start, s_node).RegisterNode<EchoNode>(Step.Start).AddExitState(Step.Done));

    [Fact]
    public void Definition_WithStateBothNodeAndExit_IsRefused() =>
        AssertRefused(
            "a fault: State Middle has a node and is an exit state; it can be only one of them.",
            workflow => workflow.Start(Step.Start).RegisterNode(Step.Start, s_node).RegisterNode(Step.Middle, s_node).AddExitStates(Step.Done, Step.Middle));

    [Fact]
    public void Definition_WithStartThatHasNoNode_IsRefused() =>
        AssertRefused(
            "a fault: The start state Start has neither a node nor is it an exit state.", workflow => workflow.Start(Step.Start).AddExitState(Step.Done));

    [Fact]
    public void Definition_WithLimitOfTimeThatCantBe_IsRefused() =>
        AssertRefused(
            "2 faults: the function for Start: AttemptTimeout was 00:00:00; it must be more than zero and at most 30.00:00:00, or null for none. "
            + "the function for Middle: The longest pause before a retry was 31.00:00:00; it must be at most 30.00:00:00.",
            workflow => workflow.Start(Step.Start)
                .RegisterNode(Step.Start, s_node, NodeConfig.Default with { AttemptTimeout = TimeSpan.Zero })
                .RegisterNode(Step.Middle, s_node, NodeConfig.Default with { Retry = RetryMode.Fixed(1, TimeSpan.FromDays(31)) })
                .AddExitState(Step.Done));

    [Fact]
    public void Definition_WithNodeObjectWithoutConfig_IsRefused() =>
        AssertRefused(
            "a fault: NodeWithoutConfig: Config was null.",
            workflow => workflow.Start(Step.Start).RegisterNode(Step.Start, new NodeWithoutConfig()).AddExitState(Step.Done));

    [Fact]
    public void Definition_WithSeveralFaults_NamesThemAll() =>
        AssertRefused(
            "4 faults: It has no start state; call Start(state). State Start has 2 nodes (the function for Start, the function for Start); a state has one. "
            + "It has no exit state; call AddExitStates(...), or no instance could ever complete. The step limit was 0; it must be 1 or more.",
            workflow => workflow.RegisterNode(Step.Start, s_node).RegisterNode(Step.Start, s_node).WithStepLimit(0));

    [Fact]
    public void Definition_WithExitNamedTwice_HasItOnce() =>
        Assert.Equal([Step.Done, Step.Rejected], Flow.Of(workflow => workflow.RegisterNode(Step.Start, s_node).AddExitState(Step.Done)).ExitStates);

    [Fact]
    public async Task Definition_WhoseStartIsAnExit_CompletesAtOnce()
    {
        WorkflowDefinition<Step, Input> definition = WorkflowDefinition.Create(Flow.Key, workflow => workflow.Start(Step.Done).AddExitState(Step.Done));

        WorkflowResult<Step> result = await definition.RunAsync();

        Assert.Equal(Step.Done, result.FinalState);
    }

    private static void AssertRefused(string faults, Action<WorkflowBuilder<Step, Input>> configure)
    {
        CanoConfigurationException refusal = Assert.Throws<CanoConfigurationException>(() => WorkflowDefinition.Create(Flow.Key, configure));

        Assert.Equal("invalid-definition", refusal.Code);
        Assert.Equal($"The definition of workflow 'test.flow' has {faults}", refusal.Message);
    }

    private sealed class NodeWithoutConfig : NodeOfThreePhases
    {
        public override NodeConfig Config => null!;
    }
}
