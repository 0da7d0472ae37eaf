namespace Cano.Engine.Tests;

/// <summary>Enums of all sorts as states: names that are added later, flags, values at the ends of their types.</summary>
public sealed class StateEnumTests
{
    private readonly RecordingSink _sink = new();

    public enum Before
    {
        Start,
        Working,
        Done,
    }

    /// <summary>Working has got another name, which stands before it.</summary>
    public enum After
    {
        Start,
        InProgress,
#pragma warning disable CA1069 // The second name of a value is what is tested.
        Working = 1,
#pragma warning restore CA1069
        Done,
    }

    [Flags]
    public enum Parts
    {
        None = 0,
        Left = 1,
        Right = 2,
        Done = 4,
    }

    public enum Wide : ulong
    {
        Start = 0,
        Middle = 1UL << 63,
        Done = ulong.MaxValue,
    }

    public enum Below : long
    {
        Start = long.MinValue,
        Middle = -1,
        Done = long.MaxValue,
    }

    [Fact]
    public async Task Checkpoint_InAStateThatHasGotAnotherName_GoesOn()
    {
        await RunAsync(Three(Before.Start, Before.Working, Before.Done));

        InstanceOutcome outcome = await Compile(Three(After.Start, After.Working, After.Done))
            .RunAsync(Flow.Execution(resume: Assert.Single(_sink.Saved)), CancellationToken.None);

        Assert.Equal((null, "Done"), (outcome.Error?.Message, outcome.FinalState));
    }

    [Fact]
    public void Definition_WithTwoNamesOfOneStateAsNodes_IsRefusedWithBoth() =>
        AssertRefused("State InProgress = Working has 2 nodes", workflow => workflow
            .RegisterNode(After.InProgress, (_, _) => new(After.Done)).RegisterNode(After.Working, (_, _) => new(After.Done)).AddExitState(After.Done));

    [Fact]
    public void Definition_WithTwoNamesOfOneStateAsExits_IsRefusedWithBoth() =>
        AssertRefused("Exit state InProgress = Working is named 2 times", workflow => workflow.AddExitStates(After.InProgress, After.Working));

    [Fact]
    public void Definition_WithTwoNamesOfOneStateAsNodeAndExit_IsRefusedWithBoth() =>
        AssertRefused("State InProgress = Working has a node and is an exit state", workflow => workflow
            .RegisterNode(After.InProgress, (_, _) => new(After.Working)).AddExitState(After.Working));

    [Fact]
    public Task States_ThatAreFlags_WorkAsCombinationsToo() => RequireWorksAsync(Parts.Left, Parts.Left | Parts.Right, Parts.Done);

    [Fact]
    public Task States_OfUlong_Work() => RequireWorksAsync(Wide.Start, Wide.Middle, Wide.Done);

    [Fact]
    public Task States_BelowZero_Work() => RequireWorksAsync(Below.Start, Below.Middle, Below.Done);

    [Fact]
    public void Flags_WithBitsThatNoMemberHas_AreNoState() =>
        Assert.Contains(
            "8 is no member of Parts.",
            Assert.Throws<CanoConfigurationException>(() => Three(Parts.Left, (Parts)8, Parts.Done)).Message,
            StringComparison.Ordinal);

    private static WorkflowDefinition<T, Input> Three<T>(T start, T middle, T done)
        where T : struct, Enum =>
        WorkflowDefinition.Create(new WorkflowKey<T, Input>("test.states"), workflow => workflow
            .Start(start)
            .RegisterNode(start, (_, _) => new(middle), NodeConfig.Minimal with { AlwaysCheckpoint = true })
            .RegisterNode(middle, (_, _) => new(done))
            .AddExitState(done));

    private static WorkflowProgram<T, Input> Compile<T>(WorkflowDefinition<T, Input> definition)
        where T : struct, Enum =>
        new(definition, new NoServices(), TimeProvider.System, new());

    private static void AssertRefused(string fault, Action<WorkflowBuilder<After, Input>> configure)
    {
        CanoConfigurationException refusal = Assert.Throws<CanoConfigurationException>(() => WorkflowDefinition.Create(
            new WorkflowKey<After, Input>("test.states"),
            workflow => configure(workflow.Start(After.Start).RegisterNode(After.Start, (_, _) => new(After.Done)))));

        Assert.Equal("invalid-definition", refusal.Code);
        Assert.Contains(fault, refusal.Message, StringComparison.Ordinal);
    }

    private async Task RunAsync<T>(WorkflowDefinition<T, Input> definition)
        where T : struct, Enum =>
        Assert.Null((await Compile(definition).RunAsync(Flow.Execution(checkpoints: _sink), CancellationToken.None)).Error?.Message);

    private async Task RequireWorksAsync<T>(T start, T middle, T done)
        where T : struct, Enum
    {
        WorkflowDefinition<T, Input> definition = Three(start, middle, done);
        await RunAsync(definition);
        InstanceOutcome resumed = await Compile(definition)
            .RunAsync(Flow.Execution(resume: Assert.Single(_sink.Saved)), CancellationToken.None);

        Assert.Equal((null, done.ToString()), (resumed.Error?.Message, resumed.FinalState));
        Assert.Equal(middle.ToString(), _sink.Saved[0].State);
        Assert.Equal(3, Compile(definition).States.Count);
        Assert.Equal(done, (await WorkflowRunner.For(definition).RunAsync()).FinalState);
    }

    private sealed class NoServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}
