using System.Text;
using System.Text.Json;

namespace Cano.Engine.Tests;

public sealed class ParamsAndOutputTests
{
    private static readonly WorkflowProgram<Step, Input> s_echo = Flow.Of(workflow => workflow.RegisterNode<EchoNode>(Step.Start)).Compile();

    [Fact]
    public async Task Params_ReachTheNodes() =>
        Assert.Equal("""{"number":3,"text":"drei"}""", Flow.Text((await RunAsync(s_echo, """{ "number": 3, "text": "drei" }""")).Output));

    [Theory]
    [InlineData(null)]
    [InlineData("null")]
    public async Task Params_LeftOut_AreDefault(string? @params) => Assert.Equal("null", Flow.Text((await RunAsync(s_echo, @params)).Output));

    [Theory]
    [InlineData("""{ "number": "three" }""", "The params do not fit Input: $.number: can't be read as int; it is the string \"three\"")]
    [InlineData("""{ "number": 3, "text": { } }""", "The params do not fit Input: $.text: can't be read as string; it is an object with no members")]
    [InlineData("""{ "numbr": 3 }""", "The params do not fit Input: $.numbr: unknown member; there are number, text | $.number: missing; it must be there (int)")]
    [InlineData("""{ "number": 1, "Number": 2 }""", "The params do not fit Input: $.Number: the same member as 'number'")]
    [InlineData("[]", "The params do not fit Input: $: can't be read as Input; it is an array of 0")]
    [InlineData("{", "The params do not fit Input: $: ")]
    public async Task Params_OfTheWrongShape_FailTheInstanceAndSayWhere(string @params, string message)
    {
        InstanceOutcome outcome = await RunAsync(s_echo, @params);

        Assert.Equal(("invalid-params", null, 0), (outcome.Error!.Kind, outcome.Error.State, outcome.Error.Attempts));
        Assert.StartsWith(message, outcome.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Params_WhoseConstructorThrows_FailTheInstance()
    {
        WorkflowDefinition<Step, Choosy> definition = WorkflowDefinition.Create(new WorkflowKey<Step, Choosy>("test.choosy"), workflow => workflow
            .Start(Step.Start).RegisterNode(Step.Start, (_, _) => new(Step.Done)).AddExitState(Step.Done));
        WorkflowProgram<Step, Choosy> program = new(definition, new NoServices(), TimeProvider.System, new());

        InstanceOutcome outcome = await program.RunAsync(Flow.Execution("""{ "even": 3 }"""), CancellationToken.None);

        Assert.Equal(("invalid-params", "The params do not fit Choosy: $: 3 is odd"), (outcome.Error!.Kind, outcome.Error.Message));
    }

    [Fact]
    public async Task Params_NullForAValueType_FailTheInstance()
    {
        WorkflowDefinition<Step, int> definition = WorkflowDefinition.Create(new WorkflowKey<Step, int>("test.int"), workflow => workflow
            .Start(Step.Start).RegisterNode(Step.Start, (_, _) => new(Step.Done)).AddExitState(Step.Done));
        WorkflowProgram<Step, int> program = new(definition, new NoServices(), TimeProvider.System, new());

        Assert.Equal("invalid-params", (await program.RunAsync(Flow.Execution("null"), CancellationToken.None)).Error!.Kind);
        Assert.Equal("Done", (await program.RunAsync(Flow.Execution(null), CancellationToken.None)).FinalState);
    }

    [Fact]
    public async Task Store_GivenToTheBatch_IsReadByTheNodes()
    {
        WorkflowProgram<Step, Input> program = Flow.Of((context, _) =>
        {
            context.SetOutput(context.Store.Get<string>("region"));
            return new(Step.Done);
        }).Compile();

        InstanceOutcome outcome = await program.RunAsync(Flow.Execution(store: """{ "region": "eu" }"""), CancellationToken.None);

        Assert.Equal("\"eu\"", Flow.Text(outcome.Output));
    }

    [Fact]
    public async Task Output_LastOneSet_IsTheOutput()
    {
        WorkflowResult<Step> result = await Flow.Of((context, _) =>
        {
            context.SetOutput("first");
            context.SetOutput(Step.Rejected);
            return new(Step.Done);
        }).RunAsync();

        Assert.Equal(Step.Rejected, result.GetOutput<Step>());
    }

    [Fact]
    public async Task Output_NeverSet_IsDefault()
    {
        WorkflowResult<Step> result = await Flow.Of(Flow.GoesTo(Step.Done)).RunAsync();

        Assert.Equal((0, null), (result.GetOutput<int>(), result.GetOutput<string>()));
    }

    [Theory]
    [InlineData(65_534, null)]
    [InlineData(65_535, "The output has 65,537 bytes of JSON; at most 65,536 are allowed.")]
    public async Task Output_LargerThanAllowed_FailsTheInstance(int characters, string? message)
    {
        // Two more for the quotes.
        WorkflowResult<Step> result = await Flow.Of(Sets(new string('x', characters))).RunAsync();

        Assert.Equal(message, result.Error?.Message);
        Assert.Equal(message is null ? null : "output-too-large", result.Error?.Kind);
        Assert.Equal(message is null ? Step.Done : null, result.FinalState);
    }

    [Fact]
    public async Task Output_ThatCantBeWritten_FailsTheInstanceWithoutAnotherAttempt()
    {
        int attempts = 0;
        WorkflowResult<Step> result = await Flow.Of(
            (context, _) =>
            {
                attempts++;
                context.SetOutput(new { Score = new { Value = double.NaN } });
                return new(Step.Done);
            },
            NodeConfig.Default).RunAsync();

        Assert.Equal((1, "output-not-writable", "Start", 1), (attempts, result.Error!.Kind, result.Error.State, result.Error.Attempts));
        Assert.EndsWith(
            "can't be kept whole: $.score.value: NaN is no number of JSON", result.Error.Message, StringComparison.Ordinal);
    }

    /// <summary>What a silo would refuse or change shows in a unit test, too.</summary>
    [Fact]
    public async Task Runner_HandsOutParamsThroughJson()
    {
        WorkflowDefinition<Step, List<int>> definition = WorkflowDefinition.Create(new WorkflowKey<Step, List<int>>("test.list"), workflow => workflow
            .Start(Step.Start)
            .RegisterNode(Step.Start, (context, _) =>
            {
                context.Params.Add(2);
                return new(Step.Done);
            })
            .AddExitState(Step.Done));
        List<int> given = [1];

        Assert.Equal(Step.Done, (await WorkflowRunner.For(definition).RunAsync(given)).FinalState);
        Assert.Equal([1], given);
    }

    /// <summary>Each said <c>output-too-large</c>, once the node's work was done, and not where.</summary>
    public static TheoryData<object, string, string> Unwritable => new()
    {
        { new { Score = new { Value = double.NaN } }, "$.score.value", "NaN is no number of JSON" },
        { new[] { 1f, float.PositiveInfinity }, "$[1]", "Infinity is no number of JSON" },
        { new Dictionary<string, Unloaded?[]> { ["a b"] = [null, new()] }, "$['a b'][1].age", "reading it threw InvalidOperationException: not loaded" },
        { new Chained { Next = new() { Next = Chained.Circle } }, "$.next.next.next", "it refers back to an object that it is part of" },
        { new { Log = Stream.Null }, "$.log", "" },
        { new { Type = typeof(int) }, "$.type", "" },
    };

    [Theory]
    [MemberData(nameof(Unwritable), DisableDiscoveryEnumeration = true)]
    public async Task Output_ThatCantBeWritten_NamesThePartAndTheNodeIsNotRepeated(object output, string path, string what)
    {
        int attempts = 0;
        OutputRefusedException? refused = null;
        WorkflowResult<Step> result = await Flow.Of(
            (context, _) =>
            {
                attempts++;
                refused = Assert.Throws<OutputRefusedException>(() => context.SetOutput(output));
                throw refused;
            },
            NodeConfig.Minimal with { Retry = RetryMode.Fixed(3, TimeSpan.Zero) }).RunAsync();

        Assert.Equal(("output-not-writable", 1, 1), (result.Error!.Kind, result.Error.Attempts, attempts));
        Assert.Contains($" can't be kept whole: {path}", result.Error.Message, StringComparison.Ordinal);
        Assert.EndsWith(what, result.Error.Message, StringComparison.Ordinal);
        Assert.Equal(path, refused!.Path);
    }

    [Fact]
    public async Task Output_ThatIsRefused_TheNodeCanSetAnother()
    {
        WorkflowResult<Step> result = await Flow.Of((context, _) =>
        {
            context.SetOutput("before");
            OutputRefusedException unwritable = Assert.Throws<OutputRefusedException>(() => context.SetOutput(new { Score = double.NaN }));
            Assert.Equal((ErrorCodes.OutputNotWritable, "$.score"), (unwritable.Code, unwritable.Path));
            Assert.Equal("The output (anonymous type) can't be kept whole: $.score: NaN is no number of JSON", unwritable.Message);
            OutputRefusedException tooLarge = Assert.Throws<OutputRefusedException>(() => context.SetOutput(new string('x', 65_535)));
            Assert.Equal(ErrorCodes.OutputTooLarge, tooLarge.Code);
            return new(Step.Done);
        }).RunAsync();

        Assert.Equal((null, "before"), (result.Error?.Message, result.GetOutput<string>()));
    }

    [Fact]
    public async Task GetOutput_OfWhatDoesNotFit_SaysWhatThereIs()
    {
        WorkflowResult<Step> result = await Flow.Of(Sets(new { total = 3, currency = "EUR" })).RunAsync();

        Assert.Equal(
            "The output of instance 'local' of workflow 'test.flow' can't be read as int: $: can't be read as int; it is an object with total, currency. "
            + "There is an object with total, currency.",
            Assert.Throws<JsonException>(() => result.GetOutput<int>()).Message);
        Assert.Equal(
            "The output of instance 'local' of workflow 'test.flow' is no Input, which has number, text. There is an object with total, currency.",
            Assert.Throws<JsonException>(() => result.GetOutput<Input>()).Message);
        Assert.Equal("$.total", Assert.Throws<JsonException>(() => result.GetOutput<Dictionary<string, string>>()).Path);
        Assert.Equal(3, result.GetOutput<Total>()!.Value);
        Assert.Equal(3, result.GetOutput<JsonElement>().GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Output_ChangedAfterItWasSet_IsAsItWasSet()
    {
        WorkflowResult<Step> result = await Flow.Of((context, _) =>
        {
            List<int> numbers = [1];
            context.SetOutput(numbers);
            numbers.Add(2);
            return new(Step.Done);
        }).RunAsync();

        Assert.Equal([1], result.GetOutput<List<int>>()!);
    }

    private static Func<WorkflowContext<Input>, CancellationToken, ValueTask<Step>> Sets<T>(T output) => (context, _) =>
    {
        context.SetOutput(output);
        return new(Step.Done);
    };

    private static async Task<InstanceOutcome> RunAsync(WorkflowProgram<Step, Input> program, string? @params) =>
        await program.RunAsync(Flow.Execution(@params), CancellationToken.None);

    private sealed record Total([property: System.Text.Json.Serialization.JsonPropertyName("total")] int Value, string? Note);

    private sealed class Unloaded
    {
        public string? Loaded { get; set; }

        public int Age => Loaded?.Length ?? throw new InvalidOperationException("not loaded");
    }

    private sealed class Chained
    {
        internal static Chained Circle { get; } = Closed();

        public Chained? Next { get; set; }

        private static Chained Closed()
        {
            Chained circle = new();
            circle.Next = circle;
            return circle;
        }
    }

    public sealed record Choosy
    {
        public Choosy(int even) => Even = even % 2 == 0 ? even : throw new ArgumentException($"{even} is odd");

        public int Even { get; }
    }

    private sealed class NoServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}
