namespace Cano;

public sealed class KeptPathsTests
{
    private static readonly InstancePath s_path = new([new("Work", 0, 1, 1, null)], 0, false);

    private readonly MemoryPartitionRows _rows = new();

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public async Task SmallPartition_KeepsEveryPath(int instances)
    {
        (PartitionLedger ledger, KeptPaths paths) = await OpenAsync(instances);

        Assert.All(ledger.Spec!.Instances, instance => Assert.True(paths.IsSampled(instance)));
        Assert.All(ledger.Spec.Instances, instance => Assert.NotNull(paths.Kept(instance, Outcome(success: true)).Path));
    }

    /// <summary>Which ones is written down: another hash would be another sample after an upgrade, in the middle of a batch.</summary>
    [Fact]
    public async Task LargePartition_KeepsThoseOfASample()
    {
        (PartitionLedger ledger, KeptPaths paths) = await OpenAsync(1_000);

        string[] sampled = [.. ledger.Spec!.Instances.Where(paths.IsSampled).Select(instance => instance.Id)];

        Assert.Equal(["i49", "i130", "i131", "i204", "i232", "i282", "i363", "i403", "i522", "i663", "i717", "i721", "i808", "i822", "i865", "i885", "i915", "i942"], sampled);
        Assert.Equal(sampled, ledger.Spec.Instances.Where(instance => paths.Kept(instance, Outcome(success: true)).Path is not null).Select(instance => instance.Id));
    }

    [Fact]
    public async Task LargePartition_KeepsTheFirstHundredThatFailBesideTheSample()
    {
        (PartitionLedger ledger, KeptPaths paths) = await OpenAsync(1_000);
        string[] expected = [.. ledger.Spec!.Instances.Where(paths.IsSampled).Concat(ledger.Spec.Instances.Where(one => !paths.IsSampled(one)).Take(100)).Select(one => one.Id)];

        string[] kept = [.. ledger.Spec.Instances.Where(instance => paths.Kept(instance, Outcome(success: false)).Path is not null).Select(instance => instance.Id)];

        Assert.Equal(expected.Order(StringComparer.Ordinal), kept.Order(StringComparer.Ordinal));
    }

    /// <summary>A new activation goes on counting from what is durable.</summary>
    [Fact]
    public async Task LargePartition_IsActivatedAnew_KeepsAHundredInAll()
    {
        (PartitionLedger ledger, KeptPaths paths) = await OpenAsync(1_000);
        int[] failing = [.. Enumerable.Range(0, 1_000).Where(index => !paths.IsSampled(ledger.Spec!.Instances[index]))];
        await ledger.CommitAsync(1, [.. failing[..60].Select(index => Stored(ledger, paths, index))], seal: null);

        PartitionLedger again = new(_rows);
        await again.LoadAsync();
        KeptPaths anew = new(again);
        StoredResult[] later = [.. failing[60..].Select(index => Stored(again, anew, index))];

        Assert.Equal(60, failing.Count(index => again.ResultOf(index)?.Path is not null));
        Assert.Equal(40, later.Count(result => result.Path is not null));
    }

    /// <summary>Every instance fails with the longest path there is: rows stay as small as with long errors.</summary>
    [Fact]
    public async Task Segments_OfLongestPaths_StayWithinTheRow()
    {
        (PartitionLedger ledger, KeptPaths paths) = await OpenAsync(1_000);
        PathStep longest = new(new string('s', 40), long.MaxValue, long.MaxValue, int.MaxValue, new string('e', PathStep.MaxErrorBytes));
        InstancePath path = new([.. Enumerable.Repeat(longest, InstancePath.MaxSteps)], long.MaxValue, true);
        ReadyOutcomes ready = new();
        for (int index = 0; index < 1_000; index++)
        {
            ready.Add(new(index, paths.Kept(ledger.Spec!.Instances[index], Outcome(success: false) with { Path = path }), false));
        }

        while (ready.Count > 0)
        {
            await ledger.CommitAsync(1, [.. ready.Take(int.MaxValue, ledger.MaxAddedBytes).Select(one => one.ToStored(SimulatedTime.Start))], seal: null);
        }

        Assert.All(_rows.Segments, segment => Assert.InRange(segment.Results.Sum(result => result.ApproximateBytes), 1, 512 * 1024));
        Assert.Equal(1_000, _rows.Segments.Sum(segment => segment.Results.Length));
        Assert.InRange(_rows.Segments.Sum(segment => segment.Results.Count(result => result.Path is not null)), 101, 130);
    }

    private async Task<(PartitionLedger Ledger, KeptPaths Paths)> OpenAsync(int instances)
    {
        PartitionLedger ledger = new(_rows);
        await ledger.PrepareAsync(MemoryPartitionRows.Spec(instances));
        return (ledger, new(ledger));
    }

    private static StoredResult Stored(PartitionLedger ledger, KeptPaths paths, int index) =>
        new ReadyOutcome(index, paths.Kept(ledger.Spec!.Instances[index], Outcome(success: false)), false).ToStored(SimulatedTime.Start);

    private static InstanceOutcome Outcome(bool success) => ReadyOutcomesTests.Outcome(0, success).Outcome with { Path = s_path };
}
