using CsCheck;

namespace Cano.Engine.Tests;

public sealed class StatisticsBuilderTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private static readonly Gen<(string? Label, WorkflowOutcome? Outcome, int Message, double Started, double Size)> s_ends =
        Gen.Select(
            Gen.OneOf(Gen.Const((string?)null), Gen.Int[0, 80].Select(label => (string?)$"l{label}")),
            Gen.Int[0, 3].Select(outcome => outcome < 3 ? (WorkflowOutcome?)outcome : null),
            Gen.Int[0, 9],
            Gen.Double[0, 100],
            Gen.Double[0, 6]);

    [Fact]
    public void Build_PartByPart_IsAsOneByOne() => Gen.Select(s_ends.Array[0, 200], Gen.Int[1, 60], Gen.Double[0, 1]).Sample((ends, size, share) =>
    {
        StatisticsBuilder oneByOne = new(share);
        StatisticsBuilder merged = new(share);
        foreach ((int Index, (string? Label, WorkflowOutcome? Outcome, int Message, double Started, double Size) Item)[] part in ends.Index().Chunk(size))
        {
            StatisticsBuilder partition = new(share, PartitionSpec.MaxInstances + 1);
            foreach ((int index, (string? Label, WorkflowOutcome? Outcome, int Message, double Started, double Size) end) in part)
            {
                Add(oneByOne, index, end);
                Add(partition, index, end);
            }

            merged.Add(partition.Build());
        }

        Assert.Equal(Described.Of(oneByOne.Build()), Described.Of(merged.Build()));
        Assert.Equal(ends.Length, merged.Build().Variants.Sum(variant => variant.Total));
    });

    /// <summary>Each partition put together what was beyond its own first: the counts of variants that came early in the batch lacked what other partitions had of them.</summary>
    [Fact]
    public void Variants_MoreThanAreToldApart_AreExactInTheOrderOfTheBatchAndTheRestIsTogether()
    {
        StatisticsBuilder sum = new(sampleShare: 0);
        for (int part = 0; part < 4; part++)
        {
            StatisticsBuilder partition = new(sampleShare: 0, PartitionSpec.MaxInstances + 1);
            for (int place = 0; place < 1_000; place++)
            {
                // Another order in every partition.
                Add(partition, place, ($"l{(part % 2 == 0 ? place : 999 - place)}", WorkflowOutcome.Completed, 0, 0, 1));
            }

            Assert.Equal(1_000, partition.Build().Variants.Length);
            sum.Add(partition.Build());
        }

        VariantStatistics[] variants = sum.Build().Variants;

        Assert.Equal(BatchStatistics.MaxVariants, variants.Length);
        Assert.Equal(Enumerable.Range(0, 49).Select(place => ("w", $"l{place}", 4)), variants[..49].Select(one => (one.Workflow!, one.Label!, one.Total)));
        Assert.Equal((null, null, 4 * 951, 4 * 951, 4 * 951), (variants[49].Workflow, variants[49].Label, variants[49].Total, variants[49].Completed, variants[49].CompletedDurations.Counts.Sum()));
    }

    [Fact]
    public void Slowest_OfMany_AreTheLongestOnesTheFirstOfEqualsFirst()
    {
        StatisticsBuilder builder = new();
        for (int place = 0; place < 100; place++)
        {
            builder.Add(Result(place, WorkflowOutcome.Completed, TimeSpan.FromSeconds(place / 2)));
        }

        builder.Add(Result(100, WorkflowOutcome.Cancelled, TimeSpan.FromHours(1)));

        Assert.Equal(["i98", "i99", "i96", "i97", "i94", "i95", "i92", "i93", "i90", "i91"], builder.Build().Slowest.Select(one => one.Id));
    }

    [Fact]
    public void Sample_OfMany_IsTheSameEachTimeAndOfAboutTheShareThatWasAskedFor()
    {
        const int all = 100_000;
        StatisticsBuilder builder = new(0.02);
        StatisticsBuilder larger = new(0.04);
        StatisticsBuilder none = new(0);
        for (int place = 0; place < all; place++)
        {
            InstanceResult result = Result(place, WorkflowOutcome.Completed, TimeSpan.Zero);
            builder.Add(result);
            larger.Add(result);
            none.Add(result);
        }

        string[] ids = [.. builder.Build().Sample.Select(one => one.Id)];

        Assert.InRange(ids.Length, 1_800, 2_200);
        Assert.InRange(ids.Count(id => int.Parse(id[1..], System.Globalization.CultureInfo.InvariantCulture) < all / 2), 850, 1_150);
        Assert.Empty(ids.Except(larger.Build().Sample.Select(one => one.Id)));
        Assert.Empty(none.Build().Sample);
    }

    [Fact]
    public void Sample_PendingRunningAndNeverStarted_HasThoseThatHaveBegun()
    {
        StatisticsBuilder builder = new();
        builder.Add(0, new("pending", "w", null, null), runningSince: null);
        builder.Add(1, new("running", "w", null, null), s_noon);
        builder.Add(Result(2, WorkflowOutcome.Cancelled, duration: null));

        BatchStatistics built = builder.Build();

        Assert.Equal([new(1, "running", null, s_noon.UtcTicks, 0)], built.Sample);
        Assert.Equal((3, 0, 0, 1), (built.Variants[0].Total, built.Variants[0].Completed, built.Variants[0].Failed, built.Variants[0].Cancelled));
        Assert.Equal([1], built.Ends.Cancelled);
    }

    private static void Add(StatisticsBuilder builder, int ordinal, (string? Label, WorkflowOutcome? Outcome, int Message, double Started, double Size) end)
    {
        if (end.Outcome is { } outcome)
        {
            DateTimeOffset? started = outcome is WorkflowOutcome.Cancelled && end.Message == 0 ? null : s_noon.AddSeconds(end.Started);
            builder.Add(Result(ordinal, outcome, TimeSpan.FromMicroseconds(Math.Pow(10, end.Size)), started) with
            {
                Label = end.Label,
                Error = outcome is WorkflowOutcome.Failed ? new() { Kind = "node-failed", Message = $"{(char)('a' + end.Message)} {ordinal}", State = "Work" } : null,
            });
        }
        else
        {
            builder.Add(ordinal, new($"i{ordinal}", "w", null, end.Label), end.Message < 5 ? s_noon.AddSeconds(end.Started) : null);
        }
    }

    private static InstanceResult Result(int ordinal, WorkflowOutcome outcome, TimeSpan? duration) => Result(ordinal, outcome, duration ?? TimeSpan.Zero, duration is null ? null : s_noon);

    private static InstanceResult Result(int ordinal, WorkflowOutcome outcome, TimeSpan duration, DateTimeOffset? started) => new()
    {
        Ordinal = ordinal,
        Id = $"i{ordinal}",
        Workflow = "w",
        Outcome = outcome,
        StartedAt = started,
        FinishedAt = started + duration,
        FinalAt = s_noon.AddHours(1),
    };
}
