using System.Text;
using System.Text.Json;

namespace Cano.Tests.Documents;

public sealed class BatchDocumentTests
{
    private const string Forever = """ "timeout": { "kind": "waitForever" } """;
    private const string One = """ "instances": [ { "id": "a", "workflow": "w" } ] """;

    /// <summary>What is wrong, and all that is to be said about it.</summary>
    public static TheoryData<string, string, string, string> BadDocuments => new()
    {
        // Broken JSON
        { "", "invalid-document", "$", "The JSON is broken at line 1, column 1: The input does not contain any JSON tokens. Expected the input to start with a valid JSON token, when isFinalBlock is true." },
        { "{\n  \"id\": \"a\",,\n}", "invalid-document", "$", "The JSON is broken at line 2, column 13: ',' is an invalid start of a property name. Expected a '\"'." },
        { "{ \"id\": \"a\", }", "invalid-document", "$", "The JSON is broken at line 1, column 14: The JSON object contains a trailing comma at the end which is not supported in this mode." },
        { "{ // a comment\n }", "invalid-document", "$", "The JSON is broken at line 1, column 3: '/' is invalid after a value. Expected either ',', '}', or ']'." },
        { "[]", "invalid-document", "$", "the document must be an object; it was an array." },

        // Unknown and misplaced members
        { $$"""{ "ids": "a", {{Forever}}, {{One}} }""", "invalid-document", "$.ids", "'ids' is not a member of the document; known are id, name, timeout, maxConcurrency, store, sharedStore, instances." },
        { $$"""{ "id": "a", "id": "b", {{Forever}}, {{One}} }""", "invalid-document", "$.id", "'id' is there twice." },
        { $$"""{ {{Forever}}, "instances": [ { "id": "a", "workflow": "w", "parms": {} } ] }""", "invalid-document", "$.instances[0].parms", "'parms' is not a member of instances[0]; known are id, workflow, params, label." },
        { $$"""{ "timeout": { "kind": "waitForever", "limit": 1 }, {{One}} }""", "invalid-document", "$.timeout.limit", "'limit' is not a member of timeout; known are kind, quota, duration." },
        { $$"""{ "timeout": { "kind": "waitForever", "quota": 1 }, {{One}} }""", "invalid-document", "$.timeout.quota", "A timeout of kind waitForever has no quota." },
        { $$"""{ "timeout": { "kind": "waitForQuota", "quota": 1, "duration": "00:00:01" }, {{One}} }""", "invalid-document", "$.timeout.duration", "A timeout of kind waitForQuota has no duration." },

        // Strategies
        { $$"""{ {{One}} }""", "invalid-document", "$.timeout", "timeout is missing; it says what the batch waits for, such as { \"kind\": \"waitForever\" }. Kinds: waitForever, waitForQuota, waitDuration, waitQuotaOrDuration." },
        { $$"""{ "timeout": 5, {{One}} }""", "invalid-document", "$.timeout", "timeout must be an object; it was 5." },
        { $$"""{ "timeout": {}, {{One}} }""", "invalid-document", "$.timeout.kind", "kind is missing; known are waitForever, waitForQuota, waitDuration, waitQuotaOrDuration." },
        { $$"""{ "timeout": { "kind": "waitSometimes" }, {{One}} }""", "invalid-document", "$.timeout.kind", "The kind was 'waitSometimes'; known are waitForever, waitForQuota, waitDuration, waitQuotaOrDuration." },
        { $$"""{ "timeout": { "kind": "waitForQuota" }, {{One}} }""", "invalid-document", "$.timeout.quota", "quota is missing; it says how many instances must complete." },
        { $$"""{ "timeout": { "kind": "waitForQuota", "quota": 0 }, {{One}} }""", "invalid-quota", "$.timeout.quota", "The quota was 0; it must be 1 or more." },
        { $$"""{ "timeout": { "kind": "waitForQuota", "quota": -1 }, {{One}} }""", "invalid-quota", "$.timeout.quota", "The quota was -1; it must be 1 or more." },
        { $$"""{ "timeout": { "kind": "waitForQuota", "quota": 1.5 }, {{One}} }""", "invalid-document", "$.timeout.quota", "quota must be a whole number of at most 2147483647; it was 1.5." },
        { $$"""{ "timeout": { "kind": "waitForQuota", "quota": "1" }, {{One}} }""", "invalid-document", "$.timeout.quota", "quota must be a whole number of at most 2147483647; it was the string \"1\"." },
        { $$"""{ "timeout": { "kind": "waitDuration", "duration": "00:00:00" }, {{One}} }""", "invalid-duration", "$.timeout.duration", "The duration was 00:00:00; it must be more than zero and at most 365 days." },
        { $$"""{ "timeout": { "kind": "waitDuration", "duration": "-00:00:05" }, {{One}} }""", "invalid-duration", "$.timeout.duration", "The duration was -00:00:05; it must be more than zero and at most 365 days." },
        { $$"""{ "timeout": { "kind": "waitQuotaOrDuration", "quota": 1, "duration": "366.00:00:00" }, {{One}} }""", "invalid-duration", "$.timeout.duration", "The duration was 366.00:00:00; it must be more than zero and at most 365 days." },
        { $$"""{ "timeout": { "kind": "waitDuration", "duration": "5s" }, {{One}} }""", "invalid-duration", "$.timeout.duration", "The duration was '5s'; write it as hh:mm:ss or hh:mm:ss.fffffff, with days as d.hh:mm:ss." },
        { $$"""{ "timeout": { "kind": "waitDuration", "duration": "5" }, {{One}} }""", "invalid-duration", "$.timeout.duration", "The duration was '5'; write it as hh:mm:ss or hh:mm:ss.fffffff, with days as d.hh:mm:ss." },
        { $$"""{ "timeout": { "kind": "waitDuration", "duration": 5 }, {{One}} }""", "invalid-document", "$.timeout.duration", "duration must be a string; it was 5." },

        // The rest of the head
        { $$"""{ "id": "a b", {{Forever}}, {{One}} }""", "invalid-id", "$.id", "A batch's id must be 1 to 200 characters of [A-Za-z0-9._:-]; it was 'a b'." },
        { $$"""{ "id": 7, {{Forever}}, {{One}} }""", "invalid-document", "$.id", "id must be a string; it was 7." },
        { $$"""{ "maxConcurrency": 0, {{Forever}}, {{One}} }""", "invalid-max-concurrency", "$.maxConcurrency", "The maximum concurrency was 0; it must be 1 or more, or left out for no limit of the batch's own." },
        { $$"""{ "store": [1], {{Forever}}, {{One}} }""", "invalid-document", "$.store", "store must be an object; it was an array." },
        { $$"""{ "sharedStore": 1, {{Forever}}, {{One}} }""", "invalid-document", "$.sharedStore", "sharedStore must be an object; it was 1." },
        { $$"""{ "name": "a\u0000b", {{Forever}}, {{One}} }""", "invalid-text", "$.name", "The batch's name has a character that can't be stored: NUL, or half a surrogate pair." },
        { $$"""{ "name": "\ud800", {{Forever}}, {{One}} }""", "invalid-document", "$.name", "name must be a string; it was the string \"\\ud800\"." },

        // Instances
        { $$"""{ {{Forever}} }""", "no-instances", "$.instances", "No workflow instances to execute: a batch needs at least one." },
        { $$"""{ {{Forever}}, "instances": [] }""", "no-instances", "$.instances", "No workflow instances to execute: a batch needs at least one." },
        { $$"""{ {{Forever}}, "instances": {} }""", "invalid-document", "$.instances", "instances must be an array; it was an object." },
        { $$"""{ {{Forever}}, "instances": [ 3 ] }""", "invalid-document", "$.instances[0]", "instances[0] must be an object; it was 3." },
        { $$"""{ {{Forever}}, "instances": [ { "workflow": "w" } ] }""", "invalid-document", "$.instances[0].id", "id is missing." },
        { $$"""{ {{Forever}}, "instances": [ { "id": "a" } ] }""", "invalid-document", "$.instances[0].workflow", "workflow is missing." },
        { $$"""{ {{Forever}}, "instances": [ { "id": "ä", "workflow": "w" } ] }""", "invalid-id", "$.instances[0].id", "The id of instances[0] must be 1 to 200 characters of [A-Za-z0-9._:-]; it was 'ä'." },
        { $$"""{ {{Forever}}, "instances": [ { "id": "a", "workflow": "w" }, { "id": "b", "workflow": "w" }, { "id": "a", "workflow": "w" } ] }""", "duplicate-instance-id", "$.instances[2].id", "instances[0] and instances[2] have the same id 'a'; ids must differ within a batch." },
        { $$"""{ {{Forever}}, "instances": [ { "id": "a", "workflow": "w", "label": "{{new string('l', 101)}}" } ] }""", "invalid-text", "$.instances[0].label", "The label of instances[0] ('a') has 101 characters; it may have at most 100." },
    };

    [Theory]
    [MemberData(nameof(BadDocuments))]
    public void Read_BadDocument_SaysWhatAndWhere(string json, string code, string path, string message)
    {
        Assert.Null(Read(json, out IReadOnlyList<CanoConfigurationException> faults));

        CanoConfigurationException fault = Assert.Single(faults);
        Assert.Equal((code, path, message), (fault.Code, fault.Path, fault.Message));
    }

    /// <summary>0xFF, which is no UTF-8 wherever it stands.</summary>
    [Theory]
    [InlineData("""{ "id": "#", F, O }""", "$.id", "id must be a string; it was the string \"\uFFFD\".")]
    [InlineData("""{ "name": "#", F, O }""", "$.name", "name must be a string; it was the string \"\uFFFD\".")]
    [InlineData("""{ "#": 1, F, O }""", "$.\uFFFD", "'\uFFFD' is not a member of the document; known are id, name, timeout, maxConcurrency, store, sharedStore, instances.")]
    [InlineData("""{ "timeout": { "kind": "#" }, O }""", "$.timeout.kind", "kind must be a string; it was the string \"\uFFFD\".")]
    [InlineData("""{ "store": { "x": "#" }, F, O }""", "$.store", "The store given to the batch is not valid: A string is no valid UTF-8, or has half a surrogate pair.")]
    [InlineData("""{ F, "instances": [ { "id": "a", "workflow": "w", "params": "#" } ] }""", "$.instances[0].params", "The params of instances[0] ('a') are not valid: A string is no valid UTF-8, or has half a surrogate pair.")]
    public void Read_BytesThatAreNoText_SaysWhere(string template, string path, string message)
    {
        byte[] json = Encoding.UTF8.GetBytes(template.Replace("F,", Forever + ",", StringComparison.Ordinal).Replace("O }", One + "}", StringComparison.Ordinal));
        json[json.IndexOf((byte)'#')] = 0xFF;

        Assert.Null(BatchDocument.Read(json, out IReadOnlyList<CanoConfigurationException> faults));

        CanoConfigurationException fault = Assert.Single(faults);
        Assert.Equal((path, message), (fault.Path, fault.Message));
    }

    [Fact]
    public void Read_NestedTooDeep_SaysWhere()
    {
        Read($$"""{ {{Forever}}, "instances": [ { "id": "a", "workflow": "w", "params": {{new string('[', 70)}}{{new string(']', 70)}} } ] }""", out IReadOnlyList<CanoConfigurationException> faults);

        Assert.Matches("^The JSON is broken at line 1, column [0-9]+: The maximum configured depth of 64 has been exceeded", Assert.Single(faults).Message);
    }

    [Fact]
    public void Read_SeveralFaultsOfForm_NamesThemAllInTheirOrder()
    {
        Assert.Null(Read("""{ "x": 1, "timeout": { "kind": "nope" }, "instances": [ { "id": 1 }, 2 ] }""", out IReadOnlyList<CanoConfigurationException> faults));

        Assert.Equal(["$.x", "$.timeout.kind", "$.instances[0].id", "$.instances[0].workflow", "$.instances[1]"], faults.Select(fault => fault.Path));
    }

    [Fact]
    public void Read_ManyFaults_KeepsTwenty()
    {
        string instances = string.Join(", ", Enumerable.Repeat("1", 1_000));
        Read($$"""{ {{Forever}}, "instances": [ {{instances}} ] }""", out IReadOnlyList<CanoConfigurationException> faults);

        Assert.Equal(DocumentFaults.Max, faults.Count);
    }

    [Fact]
    public void Read_WholeDocument_HasAllOfIt()
    {
        PreparedBatch batch = Read(
            """
            { "id": "nightly", "name": "for people",
              "timeout": { "kind": "waitQuotaOrDuration", "quota": 3, "duration": "1.02:03:04.5" },
              "maxConcurrency": 64, "store": { "region": "eu" }, "sharedStore": { "count": 0 },
              "instances": [ { "id": "a", "workflow": "w", "params": { "x": 1 }, "label": "fast" }, { "id": "b", "workflow": "v" } ] }
            """);

        Assert.Equal("nightly", batch.Id);
        Assert.Equal("for people", batch.Header.Name);
        Assert.Equal(new ConcurrentTimeout.WaitQuotaOrDuration(3, new TimeSpan(1, 2, 3, 4, 500)), batch.Header.Timeout);
        Assert.Equal(64, batch.Header.MaxConcurrency);
        Assert.Equal(["v", "w"], batch.Header.Workflows);
        Assert.Equal("""{"count":0}""", Encoding.UTF8.GetString(batch.Header.SharedStore!));
        PartitionSpec only = batch.Partition(0);
        Assert.Equal("""{"region":"eu"}""", Encoding.UTF8.GetString(only.Store!));
        Assert.Equal(["a", "b"], only.Instances.Select(instance => instance.Id));
        Assert.Equal(1, JsonDocument.Parse(only.Instances[0].Params!).RootElement.GetProperty("x").GetInt32());
        Assert.Equal("fast", only.Instances[0].Label);
        Assert.Null(only.Instances[1].Params);
        Assert.Null(only.Instances[1].Label);
    }

    [Fact]
    public void Read_OptionalMembersNull_AreAsLeftOut()
    {
        PreparedBatch nulls = Read(
            $$"""{ "id": null, "name": null, "maxConcurrency": null, "store": null, {{Forever}}, "instances": [ { "id": "a", "workflow": "w", "params": null, "label": null } ] }""");
        PreparedBatch without = Read($$"""{ {{Forever}}, {{One}} }""");

        Assert.Equal(without.Header.Digest, nulls.Header.Digest);
        Assert.NotEqual(without.Id, nulls.Id);
    }

    [Fact]
    public void Read_WithAByteOrderMark_IsRead() => Assert.Equal(1, Read("\uFEFF" + $$"""{ {{Forever}}, {{One}} }""").Header.Total);

    [Theory]
    [InlineData("00:00:00.0000001", "00:00:00.0000001")]
    [InlineData("00:00:05", "00:00:05.0000000")]
    [InlineData("23:59:59.25", "23:59:59.2500000")]
    [InlineData("365.00:00:00", "365.00:00:00.0000000")]
    public void Duration_ReadAndWritten_IsTheSame(string text, string written)
    {
        Assert.True(DocumentDuration.TryParse(text, out TimeSpan duration));
        Assert.Equal(written, DocumentDuration.Format(duration));
        Assert.True(DocumentDuration.TryParse(written, out TimeSpan again));
        Assert.Equal(duration, again);
    }

    private static PreparedBatch Read(string json)
    {
        PreparedBatch? batch = Read(json, out IReadOnlyList<CanoConfigurationException> faults);
        Assert.Empty(faults);
        return batch!;
    }

    private static PreparedBatch? Read(string json, out IReadOnlyList<CanoConfigurationException> faults) =>
        BatchDocument.Read(Encoding.UTF8.GetBytes(json), out faults);
}
