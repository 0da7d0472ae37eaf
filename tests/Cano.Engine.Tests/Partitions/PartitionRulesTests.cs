namespace Cano.Engine.Tests;

/// <summary>What a silo refuses of a partition's instances, whatever their header said of them.</summary>
public sealed class PartitionRulesTests
{
    private static readonly PartitionRules s_rules = new(SiloRules.Workflows, SiloRules.Options, new LocalParams(SiloRules.Workflows));

    [Fact]
    public Task Check_LargestThatIsAllowed_Passes() => s_rules.CheckAsync(
        "id",
        Of(new InstanceSpec(new string('a', 200), "w", [(byte)'7', .. Enumerable.Repeat((byte)' ', 65_535)], new string('l', 100)), new("b", "w", null, null)) with
        {
            Store = new byte[65_536],
        });

    [Fact]
    public Task Check_ParamsThatDoNotFit_NamesThemAll() => Refused(
        Of(new InstanceSpec("a", "w", "true"u8.ToArray(), null), new("b", "w", "1"u8.ToArray(), null), new("c", "w", "[]"u8.ToArray(), null)),
        ErrorCodes.InvalidParams,
        "$.instances[7].params: can't be read as int; it is true (and 1 more: $.instances[9].params: can't be read as int; it is an array of 0)",
        "$.instances[7].params");

    [Fact]
    public Task Check_LabelTooLong_NamesThePlaceInTheBatch() => Refused(
        Of(new InstanceSpec("a", "w", null, null), new("b", "w", null, new string('l', 101))),
        ErrorCodes.InvalidText,
        "The label of instances[8] ('b') has 101 characters; it may have at most 100.",
        "$.instances[8].label");

    /// <summary>An attribute can't hold half a surrogate pair.</summary>
    public static TheoryData<string> Unstorable => ["a\0b", "a\ud800", "\udc00a"];

    [Theory]
    [MemberData(nameof(Unstorable), DisableDiscoveryEnumeration = true)]
    public Task Check_LabelThatCantBeStored_IsRefused(string label) => Refused(
        Of(new InstanceSpec("a", "w", null, label)),
        ErrorCodes.InvalidText,
        "The label of instances[7] ('a') has a character that can't be stored: NUL, or half a surrogate pair.",
        "$.instances[7].label");

    [Fact]
    public Task Check_ParamsTooLarge_NamesTheInstance() => Refused(
        Of(new InstanceSpec("a", "w", new byte[65_537], null)),
        ErrorCodes.ParamsTooLarge,
        "The params of instance 'a' are 65537 bytes of JSON; at most 65536 are allowed. Put the data elsewhere and pass a reference, or raise CanoOptions.MaxParamsBytes.",
        "$.instances[7].params");

    [Theory]
    [InlineData("a b", "'a b'")]
    [InlineData("", "empty")]
    [InlineData(null, "null")]
    public Task Check_BadId_IsRefused(string? id, string shown) => Refused(
        Of(new InstanceSpec(id!, "w", null, null)),
        ErrorCodes.InvalidId,
        $"The id of instances[7] must be 1 to 200 characters of [A-Za-z0-9._:-]; it was {shown}.",
        "$.instances[7].id");

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    public async Task Check_IdOrLabelOfDots_IsRefused(string dots)
    {
        await Refused(
            Of(new InstanceSpec(dots, "w", null, null)),
            ErrorCodes.InvalidId,
            $"The id of instances[7] must not be '{dots}', which can't stand in the path of a URL.",
            "$.instances[7].id");
        await Refused(
            Of(new InstanceSpec("a", "w", null, dots)),
            ErrorCodes.InvalidId,
            $"The label of instances[7] ('a') must not be '{dots}', which can't stand in the path of a URL.",
            "$.instances[7].label");
    }

    [Fact]
    public Task Check_EqualIds_AreRefused() => Refused(
        Of(new InstanceSpec("a", "w", null, null), new("a", "w", null, null)),
        ErrorCodes.DuplicateInstanceId,
        "instances[7] and instances[8] have the same id 'a'; ids must differ within a batch.",
        "$.instances[8].id");

    [Fact]
    public Task Check_StoreTooLarge_IsRefused() => Refused(
        Of(new InstanceSpec("a", "w", null, null)) with { Store = new byte[65_537] },
        ErrorCodes.StoreTooLarge,
        "The store is 65537 bytes of JSON; at most 65536 are allowed.",
        "$.store");

    [Fact]
    public async Task Check_UnknownWorkflow_NamesThoseKnown() => Assert.Equal(
        "No workflow 'v' is registered. Known: w.",
        (await Assert.ThrowsAsync<WorkflowNotRegisteredException>(() => s_rules.CheckAsync("id", Of(new InstanceSpec("a", "v", null, null))))).Message);

    public static TheoryData<PartitionSpec> Malformed =>
    [
        Of(),
        Of([.. Enumerable.Range(0, 1_001).Select(number => new InstanceSpec($"i{number}", "w", null, null))]),
        Of(new InstanceSpec("a", "w", null, null)) with { Instances = null! },
        Of(new InstanceSpec("a", "w", null, null)) with { BatchId = "other" },
        Of(new InstanceSpec("a", "w", null, null)) with { FirstOrdinal = -1 },
        Of(new InstanceSpec("a", "w", null, null)) with { FirstOrdinal = 1_000_000 },
    ];

    [Theory]
    [MemberData(nameof(Malformed))]
    public Task Check_MalformedPartition_IsRefused(PartitionSpec spec) => Refused(
        spec,
        ErrorCodes.InvalidDocument,
        "A partition of batch 'id' is malformed: it must be of that batch and have 1 to 1000 instances. Start batches with Cano's client library.",
        path: null);

    private static PartitionSpec Of(params InstanceSpec[] instances) => new() { BatchId = "id", FirstOrdinal = 7, Instances = instances };

    private static async Task Refused(PartitionSpec spec, string code, string message, string? path)
    {
        CanoConfigurationException exception = await Assert.ThrowsAsync<CanoConfigurationException>(() => s_rules.CheckAsync("id", spec));
        Assert.Equal((code, message, path), (exception.Code, exception.Message, exception.Path));
    }
}
