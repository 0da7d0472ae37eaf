using CsCheck;

namespace Cano;

public sealed class PartitionReaderTests
{
    private static readonly Gen<(int Size, int[] Order, int Ended, bool Sealed, int PageSize, int OutputKb)> s_partitions =
        from size in Gen.Int[1, 30]
        from order in Gen.Shuffle(Enumerable.Range(0, size).ToArray())
        from ended in Gen.Int[0, size]
        from closed in Gen.Bool
        from pageSize in Gen.Int[1, 40]
        from kb in Gen.Int[0, 200]
        select (size, order, ended, closed, pageSize, kb);

    [Fact]
    public Task Read_AnyPartition_EachResultOnceInOrderAndAsFinal() => s_partitions.SampleAsync(async one =>
    {
        ResultLog log = Log(one.Size, one.Order[..one.Ended], one.Sealed, one.OutputKb);
        bool final = one.Sealed || one.Ended == one.Size;
        int[] rest = [.. Enumerable.Range(0, one.Size).Except(one.Order[..one.Ended])];

        int[] inOrder = [.. await ReadAllAsync(one.Size, one.PageSize, (from, count) => PartitionReader.InOrderAsync(log, from, count))];
        int[] asFinal = [.. await ReadAllAsync(log.Index.FinalCount, one.PageSize, (from, count) => PartitionReader.AsFinalAsync(log, from, count))];

        Assert.Equal(final ? Enumerable.Range(0, one.Size) : one.Order[..one.Ended].Order(), inOrder);
        Assert.Equal(final ? [.. one.Order[..one.Ended], .. rest] : one.Order[..one.Ended], asFinal);
    });

    [Fact]
    public async Task Read_SealedPartition_CancelledOnesAreWhatTheSealSays()
    {
        long stopped = SimulatedTime.Start.UtcTicks;
        Seal seal = new() { Reason = StopReason.QuotaReached, StoppedAt = stopped, SealedAt = stopped + 5, Surplus = [1], Started = [1, 2], StartedAt = [stopped - 7, stopped + 2], Paths = [null, new([new("Work", 0, 1, 1, null)], 0, false)] };
        ResultLog log = MemoryPartitionRows.With(MemoryPartitionRows.Spec(3)).Commit(null, seal);

        InstanceResult[] results = (await PartitionReader.InOrderAsync(log, 0, 3)).Results;

        Assert.Equal([CancelReason.QuotaReached, CancelReason.Surplus, CancelReason.QuotaReached], results.Select(one => one.CancelReason!.Value));
        Assert.Equal([null, TimeSpan.FromTicks(7), TimeSpan.Zero], results.Select(one => one.StartedAt is null ? null : (TimeSpan?)one.Duration));
        Assert.All(results, one => Assert.Equal(stopped + 5, one.FinalAt.UtcTicks));
        Assert.Equal([null, null, "Work"], results.Select(one => one.Path?.Steps[0].State));
    }

    /// <summary>A partition kept all its outputs in memory, so that a batch took as much of it as it had results.</summary>
    [Fact]
    public async Task Read_ManyLargeOutputs_MemoryHoldsTheLastSegmentAndReadersFetchTheOthers()
    {
        MemoryPartitionRows rows = MemoryPartitionRows.With(MemoryPartitionRows.Spec(20));
        ResultLog? log = null;
        for (int index = 0; index < 20; index++)
        {
            log = rows.Commit(log, seal: null, new StoredResult { Index = index, FinalState = "Done", Output = new byte[Segment.FullBytes] });
        }

        Assert.Equal(0, rows.Reads);
        Assert.Single(log!.Index.Last!.Results);
        Assert.Equal(7, (await PartitionReader.InOrderAsync(log, 7, 1)).Results.Single().Ordinal - 10);
        Assert.Equal(1, rows.Reads);
        await PartitionReader.InOrderAsync(log, 7, 1);
        Assert.Equal(1, rows.Reads);
    }

    private static ResultLog Log(int size, int[] ended, bool closed, int outputKb)
    {
        MemoryPartitionRows rows = MemoryPartitionRows.With(MemoryPartitionRows.Spec(size));
        byte[] output = new byte[outputKb * 1_024];
        ResultLog? log = null;
        foreach (int index in ended)
        {
            log = rows.Commit(log, seal: null, new StoredResult { Index = index, FinalState = "Done", Output = output });
        }

        return closed && ended.Length < size
            ? rows.Commit(log, new() { Reason = StopReason.Cancelled })
            : log ?? new("b/0123456789abcdef/0", new(MemoryPartitionRows.Spec(size)), rows, new());
    }

    private static async Task<List<int>> ReadAllAsync(int places, int pageSize, Func<int, int, Task<ResultPage>> read)
    {
        List<int> ordinals = [];
        for (int from = 0; from < places;)
        {
            ResultPage page = await read(from, pageSize);
            Assert.InRange(page.Next, from + 1, Math.Min(places, from + pageSize));
            Assert.True(page.Results.SkipLast(1).Sum(one => one.Output?.Length ?? 0) <= 512 * 1_024);
            ordinals.AddRange(page.Results.Select(result => result.Ordinal - 10));
            from = page.Next;
        }

        return ordinals;
    }
}
