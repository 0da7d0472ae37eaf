namespace Cano.Engine.Tests;

/// <summary>
/// What becomes of each kind of value that people put into stores: the same everywhere, or refused by name when it is put.
/// </summary>
public sealed class ValueKindTests
{
    private readonly RecordingSink _sink = new();

    public static TheoryData<ValueKind> KeptRows => [.. KeptKinds.All];

    public static TheoryData<ValueKind, string> RefusedByTypeRows => Rows(RefusedKinds.ByType);

    public static TheoryData<ValueKind, string> RefusedByValueRows => Rows(RefusedKinds.ByValue);

    [Theory]
    [MemberData(nameof(KeptRows))]
    public async Task KeptKind_InAStore_IsTheSameWithAndWithoutACheckpoint(ValueKind kind)
    {
        WorkflowDefinition<Step, Input> definition = Flow.Of(workflow => workflow
            .RegisterNode(Step.Start, (context, _) =>
            {
                kind.Put(context.Store, "value");
                kind.RequireIn(context.Store, "value");
                return new(Step.Middle);
            }, NodeConfig.Minimal)
            .RegisterNode(Step.Middle, (context, _) =>
            {
                kind.RequireIn(context.Store, "value");
                return new(Step.Done);
            }, NodeConfig.Minimal));

        WorkflowResult<Step> undisturbed = await definition.RunAsync();
        CanoOptions always = new() { CheckpointInterval = TimeSpan.Zero };
        await definition.Compile(options: always).RunAsync(Flow.Execution(checkpoints: _sink), CancellationToken.None);
        InstanceOutcome resumed = await definition.Compile().RunAsync(Flow.Execution(resume: Assert.Single(_sink.Saved)), CancellationToken.None);

        Assert.Equal((null, Step.Done), (undisturbed.Error?.Message, undisturbed.FinalState));
        Assert.Equal((null, "Done"), (resumed.Error?.Message, resumed.FinalState));
    }

    [Theory]
    [MemberData(nameof(KeptRows))]
    public async Task KeptKind_AsParamsAndOutput_IsTheSame(ValueKind kind)
    {
        Assert.Null(kind.DefinitionFault());
        await kind.RequireThroughParamsAndOutputAsync();
    }

    [Theory]
    [MemberData(nameof(RefusedByTypeRows))]
    [MemberData(nameof(RefusedByValueRows))]
    public async Task RefusedKind_IsRefusedByNameWhereverItIsPut(ValueKind kind, string named)
    {
        MemoryStore store = new();
        RequireRefusal(named, Assert.Throws<CanoConfigurationException>(() => kind.Put(store, "value")));
        Assert.Equal(0, store.Count);
        RequireRefusal(named, await Assert.ThrowsAsync<CanoConfigurationException>(() => kind.PutSharedAsync(new MemorySharedStore(), "value")));
    }

    [Theory]
    [MemberData(nameof(RefusedByTypeRows))]
    public void KindRefusedByItsType_AsParams_IsRefusedAtRegistration(ValueKind kind, string named)
    {
        string fault = Assert.IsType<string>(kind.DefinitionFault());

        Assert.Contains("The params ", fault, StringComparison.Ordinal);
        Assert.Contains(named, fault, StringComparison.Ordinal);
    }

    /// <summary>Reading back is tried for the first value only; what depends on the value must show in each.</summary>
    [Fact]
    public void LaterValue_UnderTheSameKey_IsRefusedAsTheFirstOne()
    {
        MemoryStore store = new();
        store.Put("half", Half.One);
        store.Put("text", "whole");
        store.Put("shape", new Lossy.Shape());
        store.Put("names", new Dictionary<string, int>());
        store.Put("conditional", new Lossy.Conditional { Number = 3 });

        Assert.All(
            (Action[])
            [
                () => store.Put("half", Half.NaN),
                () => store.Put("text", "\ud83d"),
                () => store.Put("conditional", new Lossy.Conditional { Number = 0 }),
                () => store.Put<Lossy.Shape>("shape", new Lossy.Circle()),
                () => store.Put("names", new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase)),
            ],
            put => Assert.Equal("unstorable-value", Assert.Throws<CanoConfigurationException>(put).Code));
        Assert.Equal((Half.One, "whole"), (store.Get<Half>("half"), store.Get<string>("text")));
    }

    private static void RequireRefusal(string named, CanoConfigurationException refusal)
    {
        Assert.Equal("unstorable-value", refusal.Code);
        Assert.Contains("value 'value' (", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
    }

    private static TheoryData<ValueKind, string> Rows((ValueKind Kind, string Named)[] kinds)
    {
        TheoryData<ValueKind, string> rows = [];
        foreach ((ValueKind kind, string named) in kinds)
        {
            rows.Add(kind, named);
        }

        return rows;
    }
}
