using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using static Cano.Content.Submissions;

namespace Cano.Content;

public class PreparedBatchTests
{
    [Fact]
    public void From_WholeContent_HasTheDigestOfItsCanonicalJson()
    {
        BatchSubmission batch = Of(
            Instance("b", """{ "z": 1e0, "a": "ä" }""", label: "left", workflow: "w2"),
            Instance("a", workflow: "w1")) with
        {
            Timeout = new ConcurrentTimeout.WaitQuotaOrDuration(3, TimeSpan.FromSeconds(5)),
            MaxConcurrency = 64,
            Store = Utf8("""{"region":"eu"}"""),
            Name = "never counts",
        };

        Assert.Equal(
            Sha256(
                """
                {"instances":[{"id":"b","label":"left","params":{"a":"ä","z":1},"workflow":"w2"},{"id":"a","workflow":"w1"}],
                "maxConcurrency":64,"store":{"region":"eu"},"timeout":{"duration":"00:00:05","kind":"waitQuotaOrDuration","quota":3}}
                """),
            PreparedBatch.From(batch).Header.Digest);
    }

    [Fact]
    public void From_SharedStore_IsPartOfTheDigest_AndInTheHeaderAsGiven()
    {
        BatchSubmission batch = OfCount(1) with { SharedStore = Utf8("""{ "b": 1.0, "a": "ä" }"""), Store = Utf8("""{"x":1}""") };

        BatchHeader header = PreparedBatch.From(batch).Header;

        Assert.Equal(
            Sha256("""{"instances":[{"id":"i0","workflow":"w"}],"sharedStore":{"a":"ä","b":1.0},"store":{"x":1},"timeout":{"kind":"waitForever"}}"""), header.Digest);
        Assert.Equal(
            Sha256("""{"instances":[{"id":"i0","workflow":"w"}],"sharedStore":{"a":"ä","b":1},"store":{"x":1},"timeout":{"kind":"waitForever"}}"""),
            header.EarlierDigest);
        Assert.Equal("""{"b":1.0,"a":"ä"}""", System.Text.Encoding.UTF8.GetString(header.SharedStore!));
        Assert.Null(PreparedBatch.From(batch with { SharedStore = Utf8(" {} ") }).Header.SharedStore);
    }

    [Theory]
    [InlineData("[1]", ErrorCodes.InvalidValue, "The shared store given to the batch is not valid: it must be a JSON object and was of kind Array.")]
    [InlineData("{", ErrorCodes.InvalidValue, "The shared store given to the batch is not valid: ")]
    [InlineData("""{"a":1,"a":2}""", ErrorCodes.InvalidValue, "The shared store given to the batch is not valid: ")]
    [InlineData("""{"a\u0000":1}""", ErrorCodes.InvalidValue, "The shared store given to the batch is not valid: ")]
    [InlineData(null, ErrorCodes.StoreTooLarge, "The values that the shared store is to begin with are 100001 bytes of JSON; at most 100000 are allowed.")]
    public void From_SharedStoreThatCannotBe_IsRefusedByItsPath(string? json, string code, string message)
    {
        BatchSubmission batch = OfCount(1) with { Store = Utf8("""{"x":1}"""), SharedStore = Utf8(json ?? $$"""{"a":"{{new string('x', 99_993)}}"}""") };

        CanoConfigurationException refused = Assert.Throws<CanoConfigurationException>(() => PreparedBatch.From(batch));

        Assert.Equal((code, "$.sharedStore"), (refused.Code, refused.Path));
        Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void From_SmallestContent_LeavesAbsentMembersOut() => Assert.Equal(
        Sha256("""{"instances":[{"id":"i0","workflow":"w"}],"timeout":{"kind":"waitForever"}}"""),
        Digest(OfCount(1)));

    [Fact]
    public void Digest_OfEachStrategy_IsOfItsJsonForm()
    {
        Assert.Equal(
            Sha256("""{"instances":[{"id":"i0","workflow":"w"}],"timeout":{"kind":"waitForQuota","quota":7}}"""),
            Digest(OfCount(1) with { Timeout = new ConcurrentTimeout.WaitForQuota(7) }));
        Assert.Equal(
            Sha256("""{"instances":[{"id":"i0","workflow":"w"}],"timeout":{"duration":"2.03:04:05.0060000","kind":"waitDuration"}}"""),
            Digest(OfCount(1) with { Timeout = new ConcurrentTimeout.WaitDuration(new TimeSpan(2, 3, 4, 5, 6)) }));
    }

    [Fact]
    public void Digest_SameContentSentOtherwise_IsEqual()
    {
        string digest = Digest(Of(Instance("a", """{"x":1,"y":[1e2]}""")));

        Assert.Equal(digest, Digest(Of(Instance("a", "{ \"y\": [ 100 ],\n \"\\u0078\": 1e0 }"))));
        Assert.Equal(digest, Digest(Of(Instance("a", """{"x":1,"y":[1e2]}""")) with { Name = "another name", Id = "another-id" }));
        Assert.Equal(digest, Digest(Of(Instance("a", """{"x":1,"y":[1e2]}""")) with { Store = Utf8(" { } ") }));
    }

    [Theory]
    [InlineData("9007199254740993", "9007199254740992", "9007199254740992")]
    [InlineData("1.0", "1.00", "1")]
    [InlineData("1.0", "1", "1")]
    [InlineData("-0", "0", "0")]
    public void Digest_NumbersOfOneDoubleWithOtherDigits_DifferAndSayWhatEarlierVersionsMade(string one, string other, string asDouble)
    {
        BatchHeader first = Header(one);
        BatchHeader second = Header(other);

        Assert.NotEqual(first.Digest, second.Digest);
        Assert.False(first.HasContentOf(second));
        Assert.False(second.HasContentOf(first));
        Assert.Equal(Header(asDouble).Digest, first.EarlierDigest);
        Assert.True(first.HasContentOf(Header(one)));

        // A batch that was begun by an earlier version.
        BatchHeader stored = first with { Digest = first.EarlierDigest!, EarlierDigest = null, DigestVersion = 0 };
        Assert.True(stored.HasContentOf(first) && stored.HasContentOf(second) && first.HasContentOf(stored));
        Assert.False(stored.HasContentOf(Header("2")));

        static BatchHeader Header(string number) =>
            PreparedBatch.From(Of(Instance("a", $$"""{"n":[{{number}}]}""")) with { Store = Utf8($$"""{"s":{{number}}}""") }).Header;
    }

    [Fact]
    public void Digest_NumbersOfTheSharedStoreWithOtherDigits_DifferAndSayWhatEarlierVersionsMade()
    {
        BatchHeader first = Header("9007199254740993");
        BatchHeader second = Header("9007199254740992");

        Assert.False(first.HasContentOf(second));
        Assert.Equal(second.Digest, first.EarlierDigest);
        Assert.Null(second.EarlierDigest);

        // A batch that was begun without one by an earlier version is another one.
        BatchHeader stored = PreparedBatch.From(OfCount(1)).Header with { DigestVersion = 0 };
        Assert.False(stored.HasContentOf(first) || first.HasContentOf(stored));

        static BatchHeader Header(string number) => PreparedBatch.From(OfCount(1) with { SharedStore = Utf8($$"""{"s":{{number}}}""") }).Header;
    }

    [Fact]
    public void Digest_OtherContent_Differs()
    {
        BatchSubmission batch = Of(Instance("a", "1"), Instance("b"));
        BatchSubmission[] others =
        [
            batch,
            batch with { Timeout = new ConcurrentTimeout.WaitForQuota(1) },
            batch with { Timeout = new ConcurrentTimeout.WaitForQuota(2) },
            batch with { Timeout = new ConcurrentTimeout.WaitDuration(TimeSpan.FromTicks(1)) },
            batch with { MaxConcurrency = 1 },
            batch with { Store = Utf8("""{"a":null}""") },
            batch with { SharedStore = Utf8("""{"a":null}""") },
            batch with { Instances = [batch.Instances[1], batch.Instances[0]] },
            batch with { Instances = [batch.Instances[0]] },
            Of(Instance("a", "2"), Instance("b")),
            Of(Instance("a", "null"), Instance("b")),
            Of(Instance("a"), Instance("b")),
            Of(Instance("a", "1"), Instance("b", workflow: "w2")),
            Of(Instance("a", "1"), Instance("b", label: "")),
            Of(Instance("a", "1"), Instance("B")),
        ];

        Assert.Equal(others.Length, others.Select(Digest).Distinct().Count());
    }

    [Fact]
    public void From_Header_SumsTheInstancesUp()
    {
        PreparedBatch prepared = PreparedBatch.From(
            Of(
                Instance("a", "1", label: "x", workflow: "w.b"),
                Instance("b", "\"long\"", label: "a", workflow: "w.a"),
                Instance("c", "\"like\"", label: "x", workflow: "w.b"),
                Instance("d", workflow: "W")) with
            { Name = "n", MaxConcurrency = 2, Store = Utf8(" { \"k\" : 1.50 } ") });
        BatchHeader header = prepared.Header;

        Assert.Equal(["W", "w.a", "w.b"], header.Workflows);
        Assert.Equal(["a", "x"], header.Labels);
        Assert.Equal((4, 6, "b", "n", 2), (header.Total, header.LargestParams, header.LargestParamsInstance, header.Name, header.MaxConcurrency));
        Assert.Equal("""{"k":1.50}""", Encoding.UTF8.GetString(prepared.Partition(0).Store!));
        Assert.Equal("""{"k":1.50}""".Length, header.StoreBytes);
        Assert.Equal([4], header.PartitionSizes);
    }

    [Fact]
    public void From_WithoutParams_HasNoLargest()
    {
        BatchHeader header = PreparedBatch.From(OfCount(1)).Header;

        Assert.Equal((0, null), (header.LargestParams, header.LargestParamsInstance));
    }

    [Fact]
    public void From_ManyLabels_ListsAHundred() => Assert.Equal(
        BatchHeader.MaxLabels,
        PreparedBatch.From(Of(Enumerable.Range(0, 150).Select(i => Instance($"i{i}", label: $"l{i}")))).Header.Labels.Length);

    [Fact]
    public void From_ParamsFormattedAtLength_AreSentCompactWithTheirDigitsAndOrder()
    {
        PreparedBatch batch = PreparedBatch.From(Of(Instance("a", "{ \"z\" : 9007199254740993, \"a\" : 1.10, \"t\":\"\\u00e4\" }")));

        Assert.Equal("""{"z":9007199254740993,"a":1.10,"t":"ä"}""", Encoding.UTF8.GetString(batch.Partition(0).Instances[0].Params!));
    }

    [Theory]
    [InlineData(1, new[] { 1 })]
    [InlineData(1000, new[] { 1000 })]
    [InlineData(1001, new[] { 1000, 1 })]
    [InlineData(2500, new[] { 1000, 1000, 500 })]
    public void From_ManyInstances_IsCutByCount(int count, int[] sizes) => Assert.Equal(sizes, PreparedBatch.From(OfCount(count)).Header.PartitionSizes);

    [Fact]
    public void From_LargeParams_IsCutByBytes()
    {
        string quarter = JsonSerializer.Serialize(new string('x', (PartitionSpec.MaxBytes / 4) - 10));

        Assert.Equal([4, 4, 1], PreparedBatch.From(OfCount(9, quarter)).Header.PartitionSizes);
    }

    [Fact]
    public void From_InstanceLargerThanAPartition_HasOneOfItsOwn()
    {
        string huge = JsonSerializer.Serialize(new string('x', PartitionSpec.MaxBytes + 1));

        Assert.Equal([1, 1, 1], PreparedBatch.From(Of(Instance("a"), Instance("b", huge), Instance("c"))).Header.PartitionSizes);
    }

    [Fact]
    public void From_SameContentFormattedOtherwise_IsCutAlike()
    {
        string[] params_ = [.. Enumerable.Range(0, 40).Select(i => JsonSerializer.Serialize(new { text = new string('ж', 20_000), number = i }))];
        BatchSubmission escaped = Of(params_.Select((p, i) => Instance($"i{i}", p)));
        BatchSubmission plain = Of(params_.Select((p, i) => Instance($"i{i}", "   " + p.Replace("\\u0436", "ж", StringComparison.Ordinal) + new string(' ', 9_000))));

        BatchHeader one = PreparedBatch.From(escaped).Header;
        BatchHeader other = PreparedBatch.From(plain).Header;

        Assert.True(one.PartitionSizes.Length > 2);
        Assert.Equal(one.PartitionSizes, other.PartitionSizes);
        Assert.Equal(one.Digest, other.Digest);
        Assert.Equal(one.LargestParams, other.LargestParams);
    }

    [Fact]
    public void Partition_OfEach_HoldsItsSliceInOrder()
    {
        PreparedBatch batch = PreparedBatch.From(OfCount(2_001));
        PartitionSpec[] partitions = [.. Enumerable.Range(0, batch.Partitions).Select(batch.Partition)];

        Assert.Equal([0, 1000, 2000], partitions.Select(p => p.FirstOrdinal));
        Assert.All(partitions, p => Assert.Equal("batch", p.BatchId));
        Assert.Equal(Enumerable.Range(0, 2_001).Select(i => $"i{i}"), partitions.SelectMany(p => p.Instances).Select(i => i.Id));
    }

    [Fact]
    public void From_ParamsWithoutCanonicalForm_NamesTheInstance()
    {
        CanoConfigurationException exception =
            Assert.Throws<CanoConfigurationException>(() => PreparedBatch.From(Of(Instance("a"), Instance("b", """{"x":1,"x":2}"""))));

        Assert.Equal(
            (ErrorCodes.InvalidValue, "The params of instances[1] ('b') are not valid: An object has the name 'x' twice.", "$.instances[1].params"),
            (exception.Code, exception.Message, exception.Path));
    }

    [Theory]
    [InlineData("[1]", "it must be a JSON object and was of kind Array.")]
    [InlineData("null", "it must be a JSON object and was of kind Null.")]
    [InlineData("""{"x":1,"x":2}""", "An object has the name 'x' twice.")]
    [InlineData("""{"a\u0000b":1}""", "The name 'a\\u0000b' of a value in a store has a character that can't be stored: NUL, or half a surrogate pair.")]
    public void From_StoreThatIsNoObject_IsRefused(string store, string fault)
    {
        CanoConfigurationException exception = Assert.Throws<CanoConfigurationException>(() => PreparedBatch.From(OfCount(1) with { Store = Utf8(store) }));

        Assert.Equal(
            (ErrorCodes.InvalidValue, $"The store given to the batch is not valid: {fault}", "$.store"), (exception.Code, exception.Message, exception.Path));
    }

    private static string Digest(BatchSubmission batch) => PreparedBatch.From(batch).Header.Digest;

    private static string Sha256(string canonical) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical.Replace("\n", "", StringComparison.Ordinal))));
}
