namespace Cano.Engine.Tests;

/// <summary>What the Rust crate <c>cano</c> gets wrong in running one instance, and users of this project must never meet. One test for each fault.</summary>
public sealed class FaultsOfTheOriginTests
{
    [Fact]
    public async Task Origin_NodeThatPanics_HereIsFailedWithItsMessage()
    {
        WorkflowResult<Step> result = await Flow.Of((_, _) => throw new InvalidOperationException("panic: index out of bounds")).RunAsync();

        Assert.Equal(("local", "test.flow", WorkflowOutcome.Failed), (result.Id, result.Workflow, result.Outcome));
        Assert.Equal("panic: index out of bounds", result.Error!.Message);
    }

    [Fact]
    public async Task Origin_ParamsNeverReachTheNodes_HereTheyDo()
    {
        WorkflowResult<Step> result = await WorkflowRunner.For(Flow.Of(workflow => workflow.RegisterNode<EchoNode>(Step.Start))).RunAsync(new Input(42, "answer"));

        Assert.Equal(new Input(42, "answer"), result.GetOutput<Input>());
    }

    [Fact]
    public async Task Origin_InstancesOverwriteEachOthersStore_HereEachHasItsOwnCopy()
    {
        using Barrier bothHavePut = new(2);
        WorkflowProgram<Step, Input> program = Flow.Of((context, cancellationToken) =>
        {
            context.Store.Put("mine", context.Params.Number);
            context.Store.Append("given", context.Params.Number);
            bothHavePut.SignalAndWait(TimeSpan.FromSeconds(30), cancellationToken);
            context.SetOutput(new[] { context.Store.Get<int>("mine") }.Concat(context.Store.Get<List<int>>("given")));
            return new(Step.Done);
        }).Compile();

        InstanceOutcome[] outcomes = await Task.WhenAll(Enumerable.Range(1, 2).Select(i => Task.Run(
            async () => await program.RunAsync(Flow.Execution($$"""{ "number": {{i}} }""", """{ "given": [0] }"""), CancellationToken.None))));

        Assert.Equal(["[1,0,1]", "[2,0,2]"], outcomes.Select(outcome => Flow.Text(outcome.Output)));
    }

    [Fact]
    public async Task Origin_ACycleThatNeverYieldsCantBeStopped_HereTheTokenIsCheckedAtEachTransition()
    {
        using CancellationTokenSource cancel = new();
        using ManualResetEventSlim cycling = new();
        WorkflowDefinition<Step, Input> cycle = Flow.Of(workflow => workflow
            .RegisterNode(Step.Start, (_, _) =>
            {
                cycling.Set();
                return new(Step.Start);
            })
            .WithStepLimit(long.MaxValue));
        Task<WorkflowResult<Step>> run = Task.Run(() => cycle.RunAsync(cancellationToken: cancel.Token));

        Assert.True(cycling.Wait(TimeSpan.FromSeconds(30)), "The cycle did not begin.");
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Origin_ACycleRunsForEver_HereTheDefaultStepLimitEndsIt()
    {
        long visits = 0;
        WorkflowResult<Step> result = await Flow.Of((_, _) =>
        {
            visits++;
            return new(Step.Start);
        }).RunAsync();

        Assert.Equal(("step-limit", 1_000_000L), (result.Error!.Kind, visits));
    }

    [Fact]
    public async Task Origin_AFailureIsTakenForAnEnd_HereItIsNoSuccess()
    {
        InstanceOutcome outcome = await Flow.Of(Flow.Throws(new IOException("no"))).Compile().RunAsync(Flow.Execution(), CancellationToken.None);

        Assert.Equal((false, null), (outcome.IsSuccess, outcome.FinalState));
    }

    [Fact]
    public async Task Origin_AFailedAttemptIsNotCounted_HereEachIs()
    {
        WorkflowResult<Step> result = await Flow.Of(Flow.Throws(new IOException("no")), NodeConfig.Default with { Retry = RetryMode.Fixed(4, TimeSpan.Zero) }).RunAsync();

        Assert.Equal(("retry-exhausted", 5), (result.Error!.Kind, result.Error.Attempts));
    }
}
