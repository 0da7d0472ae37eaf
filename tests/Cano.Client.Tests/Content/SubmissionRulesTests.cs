using static Cano.Content.Submissions;

namespace Cano.Content;

public class SubmissionRulesTests
{
    [Fact]
    public void Check_LargestThatIsAllowed_Passes() => SubmissionRules.Check(
        Of(Instance(new string('a', 200), label: new string('l', 100)), Instance("A-z.0_9:x", label: "größer 😀")) with
        {
            Id = new string('b', 200),
            Name = new string('n', 200),
            MaxConcurrency = 1,
            Timeout = new ConcurrentTimeout.WaitQuotaOrDuration(1_000_000, TimeSpan.FromDays(365)),
        });

    [Fact]
    public void Check_NoInstances_SaysSo() =>
        Refused(Of(), ErrorCodes.NoInstances, "No workflow instances to execute: a batch needs at least one.", "$.instances");

    [Fact]
    public void Check_EqualIds_NamesTheIdAndBothPlaces() => Refused(
        Of(Instance("a"), Instance("b"), Instance("A"), Instance("b")),
        ErrorCodes.DuplicateInstanceId,
        "instances[1] and instances[3] have the same id 'b'; ids must differ within a batch.",
        "$.instances[3].id");

    [Theory]
    [InlineData(null, "null")]
    [InlineData("", "empty")]
    [InlineData("a b", "'a b'")]
    [InlineData("a/b", "'a/b'")]
    [InlineData("ä", "'ä'")]
    public void Check_BadInstanceId_NamesThePlace(string? id, string shown) => Refused(
        Of(Instance("a"), Instance(id!)),
        ErrorCodes.InvalidId,
        $"The id of instances[1] must be 1 to 200 characters of [A-Za-z0-9._:-]; it was {shown}.",
        "$.instances[1].id");

    [Fact]
    public void Check_InstanceIdTooLong_ShowsItsLength() => Refused(
        Of(Instance(new string('a', 201))),
        ErrorCodes.InvalidId,
        $"The id of instances[0] must be 1 to 200 characters of [A-Za-z0-9._:-]; it was '{new string('a', 60)}…' (201 characters).",
        "$.instances[0].id");

    [Fact]
    public void Check_BadBatchId_IsRefused() => Refused(
        OfCount(1) with { Id = "nightly batch" },
        ErrorCodes.InvalidId,
        "A batch's id must be 1 to 200 characters of [A-Za-z0-9._:-]; it was 'nightly batch'.",
        "$.id");

    [Fact]
    public void Check_BadWorkflowName_NamesTheInstance() => Refused(
        Of(Instance("a", workflow: "no such name")),
        ErrorCodes.InvalidId,
        "The workflow of instances[0] ('a') must be 1 to 200 characters of [A-Za-z0-9._:-]; it was 'no such name'.",
        "$.instances[0].workflow");

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Check_QuotaBelowOne_IsRefused(int quota)
    {
        string message = $"The quota was {quota}; it must be 1 or more.";

        Refused(OfCount(1) with { Timeout = new ConcurrentTimeout.WaitForQuota(quota) }, ErrorCodes.InvalidQuota, message, "$.timeout.quota");
        Refused(
            OfCount(1) with { Timeout = new ConcurrentTimeout.WaitQuotaOrDuration(quota, TimeSpan.FromSeconds(1)) }, ErrorCodes.InvalidQuota, message, "$.timeout.quota");
    }

    [Theory]
    [InlineData("00:00:00")]
    [InlineData("-00:00:01")]
    [InlineData("365.00:00:00.0000001")]
    public void Check_DurationOutOfRange_IsRefused(string text)
    {
        TimeSpan duration = TimeSpan.Parse(text);
        string message = $"The duration was {text}; it must be more than zero and at most 365 days.";

        Refused(OfCount(1) with { Timeout = new ConcurrentTimeout.WaitDuration(duration) }, ErrorCodes.InvalidDuration, message, "$.timeout.duration");
        Refused(OfCount(1) with { Timeout = new ConcurrentTimeout.WaitQuotaOrDuration(1, duration) }, ErrorCodes.InvalidDuration, message, "$.timeout.duration");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public void Check_MaxConcurrencyBelowOne_IsRefused(int limit) => Refused(
        OfCount(1) with { MaxConcurrency = limit },
        ErrorCodes.InvalidMaxConcurrency,
        $"The maximum concurrency was {limit}; it must be 1 or more, or left out for no limit of the batch's own.",
        "$.maxConcurrency");

    [Fact]
    public void Check_NameOrLabelTooLong_IsRefused()
    {
        Refused(
            OfCount(1) with { Name = new string('n', 201) },
            ErrorCodes.InvalidText,
            "The batch's name has 201 characters; it may have at most 200.",
            "$.name");
        Refused(
            Of(Instance("a", label: new string('l', 101))),
            ErrorCodes.InvalidText,
            "The label of instances[0] ('a') has 101 characters; it may have at most 100.",
            "$.instances[0].label");
    }

    [Fact]
    public void Check_NameOrLabelThatCannotBeStored_IsRefused()
    {
        // In an attribute, half a surrogate pair would not survive the compiler.
        foreach (string text in (string[])["a\0b", "\ud800", "\udc00x", "\ud800\ud800"])
        {
            Refused(
                OfCount(1) with { Name = text },
                ErrorCodes.InvalidText,
                "The batch's name has a character that can't be stored: NUL, or half a surrogate pair.",
                "$.name");
            Refused(
                Of(Instance("a", label: text)),
                ErrorCodes.InvalidText,
                "The label of instances[0] ('a') has a character that can't be stored: NUL, or half a surrogate pair.",
                "$.instances[0].label");
        }
    }

    [Fact]
    public void Check_MoreThanAMillionInstances_IsRefused() => Refused(
        OfCount(1) with { Instances = new SameInstance(1_000_001) },
        ErrorCodes.TooManyInstances,
        "The batch has 1,000,001 instances; it may have at most 1,000,000.",
        "$.instances");

    private static void Refused(BatchSubmission batch, string code, string message, string path)
    {
        CanoConfigurationException exception = Assert.Throws<CanoConfigurationException>(() => SubmissionRules.Check(batch));
        Assert.Equal((code, message, path), (exception.Code, exception.Message, exception.Path));
    }

    /// <summary>A list that is long without taking room.</summary>
    private sealed class SameInstance(int count) : IReadOnlyList<InstanceSpec>
    {
        public int Count => count;

        public InstanceSpec this[int index] => Instance("a");

        public IEnumerator<InstanceSpec> GetEnumerator() => Enumerable.Repeat(this[0], count).GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
