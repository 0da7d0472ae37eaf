namespace Cano.Engine.Tests;

/// <summary>What a silo refuses of a header, whoever sent it.</summary>
public sealed class BatchRulesTests
{
    private static readonly BatchRules s_rules = new(SiloRules.Workflows, SiloRules.Options, new LocalParams(SiloRules.Workflows));

    private static readonly BatchHeader s_header = new()
    {
        Timeout = new ConcurrentTimeout.WaitForever(),
        Total = 3,
        PartitionSizes = [2, 1],
        Digest = new string('a', 64),
        Workflows = ["w"],
    };

    [Fact]
    public void Check_LargestThatIsAllowed_Passes() => s_rules.Check(
        new string('b', 200),
        s_header with
        {
            Timeout = new ConcurrentTimeout.WaitQuotaOrDuration(1_000_001, TimeSpan.FromDays(365)),
            Name = new string('n', 200),
            MaxConcurrency = 1,
            Labels = [.. Enumerable.Range(0, 100).Select(number => new string('l', 97) + $"{number:000}")],
            LargestParams = 65_536,
            StoreBytes = 65_536,
        });

    [Theory]
    [InlineData("a b")]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    public void Check_BadId_IsRefused(string id) =>
        Assert.Equal(ErrorCodes.InvalidId, Assert.Throws<CanoConfigurationException>(() => s_rules.Check(id, s_header)).Code);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Check_QuotaBelowOne_IsRefused(int quota) => Refused(
        s_header with { Timeout = new ConcurrentTimeout.WaitForQuota(quota) }, ErrorCodes.InvalidQuota, $"The quota was {quota}; it must be 1 or more.", "$.timeout.quota");

    [Theory]
    [InlineData("00:00:00")]
    [InlineData("-00:00:05")]
    [InlineData("365.00:00:01")]
    public void Check_DurationOutOfRange_IsRefused(string duration) => Refused(
        s_header with { Timeout = new ConcurrentTimeout.WaitDuration(TimeSpan.Parse(duration)) },
        ErrorCodes.InvalidDuration,
        $"The duration was {duration}; it must be more than zero and at most 365 days.",
        "$.timeout.duration");

    [Fact]
    public void Check_NoInstances_IsRefused() =>
        Refused(s_header with { Total = 0, PartitionSizes = [] }, ErrorCodes.NoInstances, "No workflow instances to execute: a batch needs at least one.", "$.instances");

    [Fact]
    public void Check_TooManyInstances_IsRefused() => Refused(
        s_header with { Total = 1_000_001 }, ErrorCodes.TooManyInstances, "The batch has 1,000,001 instances; it may have at most 1,000,000.", "$.instances");

    [Fact]
    public void Check_MaxConcurrencyBelowOne_IsRefused() =>
        Refused(
            s_header with { MaxConcurrency = 0 },
            ErrorCodes.InvalidMaxConcurrency,
            "The maximum concurrency was 0; it must be 1 or more, or left out for no limit of the batch's own.",
            "$.maxConcurrency");

    [Fact]
    public void Check_NameTooLong_IsRefused() => Refused(
        s_header with { Name = new string('n', 201) }, ErrorCodes.InvalidText, "The batch's name has 201 characters; it may have at most 200.", "$.name");

    /// <summary>An attribute can't hold half a surrogate pair.</summary>
    public static TheoryData<string> Unstorable => ["a\0b", "a\ud800", "\udc00a"];

    [Theory]
    [MemberData(nameof(Unstorable), DisableDiscoveryEnumeration = true)]
    public void Check_NameThatCantBeStored_IsRefused(string name) => Refused(
        s_header with { Name = name }, ErrorCodes.InvalidText, "The batch's name has a character that can't be stored: NUL, or half a surrogate pair.", "$.name");

    [Fact]
    public void Check_LabelTooLong_IsRefused() => Refused(
        s_header with { Labels = ["fast", new string('l', 101)] }, ErrorCodes.InvalidText, "A label has 101 characters; it may have at most 100.", path: null);

    [Fact]
    public void Check_LabelWithNul_IsRefused() => Refused(
        s_header with { Labels = ["a\0"] }, ErrorCodes.InvalidText, "A label has a character that can't be stored: NUL, or half a surrogate pair.", path: null);

    [Fact]
    public void Check_ParamsTooLarge_NamesTheInstance() => Refused(
        s_header with { LargestParams = 65_537, LargestParamsInstance = "a" },
        ErrorCodes.ParamsTooLarge,
        "The params of instance 'a' are 65537 bytes of JSON; at most 65536 are allowed. Put the data elsewhere and pass a reference, or raise CanoOptions.MaxParamsBytes.",
        path: null);

    [Fact]
    public void Check_StoreTooLarge_IsRefused() => Refused(
        s_header with { StoreBytes = 65_537 },
        ErrorCodes.StoreTooLarge,
        "The store is 65537 bytes of JSON; at most 65536 are allowed. Every instance gets a copy of it. Put the data elsewhere and pass a reference, or raise CanoOptions.MaxStoreBytes.",
        "$.store");

    [Fact]
    public void Check_SharedStoreTooLarge_IsRefused() => Refused(
        s_header with { SharedStore = new byte[100_001] },
        ErrorCodes.StoreTooLarge,
        "The values that the shared store is to begin with are 100001 bytes of JSON; at most 100000 are allowed. Have an instance put more, or put the data elsewhere and share a reference.",
        "$.sharedStore");

    [Theory]
    [InlineData("")]
    [InlineData("[1]")]
    [InlineData("""{"a":1""")]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"a\u0000":1}""")]
    public void Check_SharedStoreThatCannotBe_IsRefused(string json) => Check_MalformedHeader_IsRefused(
        s_header with { SharedStore = System.Text.Encoding.UTF8.GetBytes(json) }, "what its shared store is to begin with must be a JSON object whose names differ and can be stored");

    [Fact]
    public void Check_UnknownWorkflow_NamesThoseKnown() => Assert.Equal(
        "No workflow 'v' is registered. Known: w.",
        Assert.Throws<WorkflowNotRegisteredException>(() => s_rules.Check("id", s_header with { Workflows = ["w", "v"] })).Message);

    public static TheoryData<BatchHeader, string> Malformed => new()
    {
        { s_header with { Timeout = null! }, "its timeout, partition sizes, workflows or labels are null" },
        { s_header with { Labels = null! }, "its timeout, partition sizes, workflows or labels are null" },
        { s_header with { PartitionSizes = [2, 2] }, "the sizes of its partitions must be 1 to 1000 and add up to 3" },
        { s_header with { PartitionSizes = [3, 0] }, "the sizes of its partitions must be 1 to 1000 and add up to 3" },
        { s_header with { Total = 1_001, PartitionSizes = [1_001] }, "the sizes of its partitions must be 1 to 1000 and add up to 1001" },
        { s_header with { Digest = "short" }, "its digest must be 16 to 64 hexadecimal digits in lower case" },
        { s_header with { Digest = "0123456789abcde/" }, "its digest must be 16 to 64 hexadecimal digits in lower case" },
        { s_header with { TraceParent = new('0', 56) }, "its trace parent must be a W3C traceparent of 55 characters" },
        { s_header with { Labels = [.. Enumerable.Repeat("l", 101)] }, "it lists 101 labels, at most 100 may be listed" },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void Check_MalformedHeader_IsRefused(BatchHeader header, string what) =>
        Refused(header, ErrorCodes.InvalidDocument, $"The batch's header is malformed: {what}. Start batches with Cano's client library.", path: null);

    [Fact]
    public async Task CheckOnly_PartitionThatIsNotAllOfTheBatch_IsRefused()
    {
        PartitionSpec only = new() { BatchId = "id", Instances = [new("a", "w", null, null)] };

        Assert.Equal(
            "The batch's header is malformed: it has 3 instances in 2 partitions, and came with 1 from place 0. Start batches with Cano's client library.",
            (await Assert.ThrowsAsync<CanoConfigurationException>(() => s_rules.CheckOnlyAsync("id", s_header, only))).Message);
        await s_rules.CheckOnlyAsync("id", s_header with { Total = 1, PartitionSizes = [1] }, only);
    }

    private static void Refused(BatchHeader header, string code, string message, string? path)
    {
        CanoConfigurationException exception = Assert.Throws<CanoConfigurationException>(() => s_rules.Check("id", header));
        Assert.Equal((code, message, path), (exception.Code, exception.Message, exception.Path));
    }
}
