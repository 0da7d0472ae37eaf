namespace Cano.Engine.Tests;

public sealed class ErrorGroupsTests
{
    [Theory]
    [InlineData("no price for order 17", "no price for order #")]
    [InlineData("simulated failure at step 3", "simulated failure at step #")]
    [InlineData("1-22-333", "#-#-#")]
    [InlineData("order 3fa85f64-5717-4562-b3fc-2c963f66afa6 is gone", "order # is gone")]
    [InlineData("order ABCDEFAB-ABCD-ABCD-ABCD-ABCDEFABCDEF is gone", "order # is gone")]
    [InlineData("", "")]
    public void Pattern_NumbersAndGuids_AreTakenOut(string message, string pattern) => Assert.Equal(pattern, ErrorGroups.PatternOf(message));

    /// <summary>Cut before the numbers were taken out, messages with numbers of other lengths had patterns that differed in their ends.</summary>
    [Fact]
    public void Pattern_OfLongMessagesWithNumbersOfOtherLengths_IsTheSame()
    {
        string tail = string.Concat(Enumerable.Range(0, 60).Select(number => $"{(char)('a' + (number % 26))}-word "));

        Assert.Equal(ErrorGroups.PatternOf($"7 {tail}"), ErrorGroups.PatternOf($"1234567 {tail}"));
        Assert.Equal(200, ErrorGroups.PatternOf($"7 {tail}").Length);
    }

    [Fact]
    public void Pattern_CutInTheMiddleOfAPair_LeavesThePairOut()
    {
        string pattern = ErrorGroups.PatternOf(new string('x', 199) + "😀");

        Assert.Equal(new string('x', 199), pattern);
    }

    [Fact]
    public void Add_AlikeAndUnlike_AreTogetherByKindStateAndPattern()
    {
        ErrorGroups groups = new();
        for (int number = 0; number < 7; number++)
        {
            groups.Add(Error($"order {number}"), $"i{number}");
        }

        groups.Add(Error("order 9", kind: "timeout"), "t");
        groups.Add(Error("order 9", state: null), "s");
        groups.Add(Error($"other {new string('x', 600)}"), "o");

        ErrorGroup[] built = groups.Build(out int others);

        Assert.Equal(0, others);
        Assert.Equal([("node-failed", "Work", "order #", 7), ("node-failed", null, "order #", 1), ("timeout", "Work", "order #", 1)], built[..3].Select(one => (one.Kind, one.State, one.Pattern, one.Count)));
        Assert.Equal(("order 0", "i0,i1,i2,i3,i4"), (built[0].Example, string.Join(',', built[0].InstanceIds)));
        Assert.Equal((500, 200), (built[3].Example.Length, built[3].Pattern.Length));
    }

    /// <summary>The first fifty were kept, whatever came of them: one that came often, but later, was lost among the others.</summary>
    [Fact]
    public void Build_ManyGroups_KeepsTheMostFrequentThoughTheyComeLast()
    {
        ErrorGroups groups = new();
        for (int rare = 0; rare < 900; rare++)
        {
            groups.Add(Error(Rare(rare)), $"r{rare}");
        }

        for (int often = 0; often < 30; often++)
        {
            groups.Add(Error("often"), $"o{often}");
        }

        ErrorGroup[] built = groups.Build(out int others);

        Assert.Equal(("often", 30), (built[0].Pattern, built[0].Count));
        Assert.Equal((BatchStatistics.MaxErrors, 930 - 30 - 49), (built.Length, others));
    }

    [Fact]
    public void Add_MoreGroupsThanAreHeld_LosesNoFailureAndKeepsTheFrequent()
    {
        ErrorGroups sum = new();
        for (int part = 0; part < 100; part++)
        {
            sum.Add(new("node-failed", "Work", "often", 20, "often", [$"o{part}"]));
            for (int rare = 0; rare < 49; rare++)
            {
                sum.Add(new("node-failed", "Work", Rare((part * 49) + rare), 1, "rare", ["r"]));
            }

            sum.AddOthers(31);
        }

        ErrorGroup[] built = sum.Build(out int others);

        Assert.Equal(("often", 2_000), (built[0].Pattern, built[0].Count));
        Assert.Equal(["o0", "o1", "o2", "o3", "o4"], built[0].InstanceIds);
        Assert.Equal(100 * 100, built.Sum(one => one.Count) + others);
    }

    private static string Rare(int number) => $"rare {string.Concat($"{number}".Select(digit => (char)('a' + digit - '0')))}";

    private static WorkflowError Error(string message, string kind = "node-failed", string? state = "Work") => new() { Kind = kind, Message = message, State = state, Attempts = 1 };
}
