namespace Cano.Engine.Tests;

/// <summary>Terminal states that are no success.</summary>
public sealed class FailureStateTests
{
    private static readonly WorkflowDefinition<Step, Input> s_rejects = WorkflowDefinition.Create(Flow.Key, workflow => workflow
        .Start(Step.Start)
        .RegisterNode(Step.Start, (context, _) =>
        {
            context.SetOutput("too expensive");
            return new(Step.Rejected);
        })
        .AddExitState(Step.Done)
        .AddFailureStates(Step.Rejected));

    [Fact]
    public async Task Instance_ThatReachesAFailureState_IsFailedThere()
    {
        WorkflowResult<Step> result = await s_rejects.RunAsync();

        Assert.Equal((WorkflowOutcome.Failed, Step.Rejected), (result.Outcome, result.FinalState));
        WorkflowError error = result.Error!;
        Assert.Equal(("failure-state", "Rejected", 0, null), (error.Kind, error.State, error.Attempts, error.Stack));
        Assert.Equal("The instance reached Rejected, which is a failure state of workflow 'test.flow'.", error.Message);
        Assert.Equal("too expensive", result.GetOutput<string>());
        Assert.Equal("Start", Assert.Single(result.Path!.Steps).State);
    }

    [Fact]
    public void Program_TellsItsFailureStatesApart()
    {
        WorkflowProgram<Step, Input> program = s_rejects.Compile();

        Assert.Equal(["Start", "Done", "Rejected"], program.States);
        Assert.Equal(["Done"], program.ExitStates);
        Assert.Equal(["Rejected"], program.FailureStates);
    }

    [Fact]
    public async Task FailureState_AsTheStart_FailsAtOnce()
    {
        WorkflowDefinition<Step, Input> definition = WorkflowDefinition.Create(
            Flow.Key, workflow => workflow.Start(Step.Rejected).AddExitState(Step.Done).AddFailureStates(Step.Rejected));

        Assert.Equal("failure-state", (await definition.RunAsync()).Error!.Kind);
    }

    [Fact]
    public void FailureState_ThatIsSomethingElseToo_IsRefused()
    {
        CanoConfigurationException refusal = Assert.Throws<CanoConfigurationException>(() => WorkflowDefinition.Create(Flow.Key, workflow => workflow
            .Start(Step.Start)
            .RegisterNode(Step.Start, Flow.GoesTo(Step.Done))
            .AddExitState(Step.Done)
            .AddFailureStates(Step.Start, Step.Done, (Step)77)));

        Assert.Equal(
            "The definition of workflow 'test.flow' has 3 faults: 77 is no member of Step. State Start has a node and is a failure state; it can be only one of them. "
            + "State Done is an exit state and a failure state; it can be only one of them.",
            refusal.Message);
    }
}
